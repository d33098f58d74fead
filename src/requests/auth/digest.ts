import { randomBytes } from 'node:crypto';
import { RuntimeError } from '../../builtins/index.js';
import { extract_cookies_to_jar, get_cookie_header, RequestsCookieJar } from '../cookies/index.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';
import type { HookOptions, ResponseHook } from '../types.js';
import { parse_dict_header } from '../headers/header-values.js';
import { rewind_body } from '../bodies/outgoing/rewind-body.js';
import { urlsplit } from '../urls/url-split.js';
import { PasswordAuth } from './basic.js';
import { type Challenge, digestHeader } from './digest-header.js';

/** What an auth object has learned from the server. */
interface DigestState {
  challenge: Challenge;
  /** The nonce of the last header, which the next request reuses without a challenge; '' before the first. */
  lastNonce: string;
  /** How often it was used. */
  nonceCount: number;
  /** Registered with each request; one per object, so that a request which is given its auth twice has it once. */
  readonly hook: ResponseHook;
}

/** Outside of the objects, so that they consist of nothing but credentials when they are copied or sent to a thread. */
const states = new WeakMap<HTTPDigestAuth, DigestState>();

/** Whose hook a function is. */
const owners = new WeakMap<ResponseHook, HTTPDigestAuth>();

/** The requests on the wire that answer a challenge: they are not answered a second time. */
const answers = new WeakSet<PreparedRequest>();

/**
 * HTTP Digest authentication: MD5, MD5-sess, SHA, SHA-256 and SHA-512, `qop` `auth` or none.
 *
 * A challenged request is sent again, once, with the answer; its response has the refused one in its `history`. From then on
 * requests carry an answer from the start, until the server sends a new nonce. One object may serve any number of
 * requests at the same time. (Python counts per thread.)
 */
export class HTTPDigestAuth extends PasswordAuth {
  /** Registers {@link handle_401} with the request, and answers right away when there is a nonce to answer with. */
  override call(request: PreparedRequest): PreparedRequest {
    const state = stateOf(this);
    if (state.lastNonce !== '') authorize(this, request);
    if (!request.hooks.response.includes(state.hook)) request.register_hook('response', state.hook);
    return request;
  }

  /**
   * The value of the `Authorization` header for a request, by the last challenge; it counts as a use of its nonce. Null
   * when the challenge is not supported. Throws KeyError for one without realm or nonce, and before the first.
   */
  build_digest_header(method: string, url: string): string | null {
    const state = stateOf(this);
    const { challenge } = state;
    const nonceCount = challenge['nonce'] === state.lastNonce ? state.nonceCount + 1 : 1;
    const { path, query } = urlsplit(url);
    const header = digestHeader({
      username: this.username,
      password: this.password,
      method,
      uri: (path || '/') + (query === '' ? '' : `?${query}`),
      challenge,
      nonceCount,
      cnonce: randomBytes(8).toString('hex'),
    });
    if (header !== null) {
      state.lastNonce = challenge['nonce'] ?? '';
      state.nonceCount = nonceCount;
    }
    return header;
  }

  /**
   * The hook: answers any 4xx response that carries a Digest challenge and gives the response to that in its place. Throws
   * UnrewindableBodyError when the request's body cannot be sent again.
   */
  async handle_401(response: Response, options: HookOptions = {}): Promise<Response> {
    const { status_code: status, request } = response;
    const challenge = response.headers.get('www-authenticate') ?? '';
    if (status < 400 || status >= 500 || !/digest/i.test(challenge) || answers.has(request)) return response;
    const { connection } = response;
    if (connection === null) {
      throw new RuntimeError('the adapter must set `connection` on its responses for Digest authentication');
    }
    await response.read();
    response.close();

    const again = request.copy();
    takeCookies(again, response);
    // Only now: while the body was read, another request may have set its own challenge.
    stateOf(this).challenge = parse_dict_header(challenge.replace(/digest /i, ''));
    authorize(this, again);
    if (again._body_position !== null) rewind_body(again);
    answers.add(again);
    try {
      const answered = await connection.send(again, options);
      answered.history.push(response);
      answered.request = again;
      // The session buffered the refused response only.
      if (!options.stream) await answered.read();
      return answered;
    } finally {
      answers.delete(again);
    }
  }
}

/** Sets the header, or takes it off when the challenge is not supported. */
function authorize(auth: HTTPDigestAuth, request: PreparedRequest): void {
  const header = auth.build_digest_header(request.method ?? 'None', request.url ?? '');
  if (header === null) request.headers.delete('Authorization');
  else request.headers.set('Authorization', header);
}

/**
 * The auth object that registered `hook`: what crosses to another thread in the hook's place.
 * @internal
 */
export function authOfHook(hook: ResponseHook): HTTPDigestAuth | undefined {
  return owners.get(hook);
}

/**
 * The hook that `auth` registers.
 * @internal
 */
export function hookOfAuth(auth: HTTPDigestAuth): ResponseHook {
  return stateOf(auth).hook;
}

function stateOf(auth: HTTPDigestAuth): DigestState {
  let state = states.get(auth);
  if (state === undefined) {
    const hook: ResponseHook = (response, options) => auth.handle_401(response, options);
    state = { challenge: {}, lastNonce: '', nonceCount: 0, hook };
    states.set(auth, state);
    owners.set(hook, auth);
  }
  return state;
}

/**
 * Sends the cookies of `response` along with `request`. A `Cookie` header that came from the jar is written anew, one that
 * the caller wrote stays.
 */
function takeCookies(request: PreparedRequest, response: Response): void {
  const jar = (request._cookies ??= new RequestsCookieJar());
  const header = request.headers.get('Cookie');
  request.headers.delete('Cookie');
  const isCallers = header !== null && header !== get_cookie_header(jar, request);
  if (isCallers) request.headers.set('Cookie', header);
  extract_cookies_to_jar(jar, response.request, response.raw);
  request.prepare_cookies(jar);
}

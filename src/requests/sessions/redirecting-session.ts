import { repr, RuntimeError } from '../../builtins/index.js';
import { basicAuthHeader } from '../auth/basic.js';
import { merge_cookies, RequestsCookieJar } from '../cookies/index.js';
import {
  ChunkedEncodingError,
  ContentDecodingError,
  InvalidSchema,
  TooManyRedirects,
} from '../exceptions/requests.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import { extractSetCookies, type Response } from '../models/response.js';
import type { Proxies } from '../inputs.js';
import type { SendOptions, SessionSendOptions } from '../types.js';
import { get_auth_from_url } from '../urls/url-tools.js';
import { get_netrc_auth } from '../environment/netrc-auth.js';
import { resolve_proxies } from '../environment/proxies.js';
import { checkMaxRedirects } from './option-shapes.js';
import { rewind_body } from '../bodies/outgoing/rewind-body.js';
import { withoutUserinfo } from '../urls/redact.js';
import { urlparse } from '../urls/url-split.js';
import {
  changesHost,
  entersUnixSocket,
  dropBodyUnlessKept,
  mustDropLooseCookies,
  mustStripAuth,
  redirectMethod,
  redirectTarget,
  resolveLocation,
} from './redirects.js';

/**
 * `send` without the detours of a subclass: a FuturesSession queues what it sends, but the hops of a request
 * that holds a slot already must not queue again.
 */
export const kSendNow: unique symbol = Symbol('requests.send-now');

/** `request` without the detours of a subclass: a FuturesSession's own would queue. */
export const kRequestNow: unique symbol = Symbol('requests.request-now');

/** For `Session`: mount no adapters. */
export const kNoAdapters: unique symbol = Symbol('requests.no-adapters');

/** Options of {@link RedirectingSession.resolve_redirects}. */
export interface ResolveRedirectsOptions extends SendOptions {
  /** Give the requests that would follow, without sending them. Default false. */
  yield_requests?: boolean | null | undefined;
}

/** What is decided for each redirect, by the method that decides it. */
export type RedirectStep = 'get_redirect_target' | 'rebuild_method' | 'rebuild_proxies' | 'rebuild_auth';

/** Following redirects: Python's `SessionRedirectMixin`. Each step is a method of its own that a subclass may override. */
export abstract class RedirectingSession {
  /** How many redirects are followed before TooManyRedirects. Default 30. */
  max_redirects = 30;
  /** Take proxies, CA bundle and netrc from the environment. Default true. */
  trust_env = true;
  /** The cookies kept between requests. */
  abstract cookies: RequestsCookieJar;

  /** @internal */
  abstract [kSendNow](
    request: PreparedRequest,
    options: SessionSendOptions,
    allow_redirects: boolean,
  ): Promise<Response>;

  /** The Location that `response` redirects to, or null. */
  get_redirect_target(response: Response): string | null {
    return response.is_redirect ? redirectTarget(response) : null;
  }

  /** Whether `Authorization` must not follow from one URL to the other. */
  should_strip_auth(old_url: string, new_url: string): boolean {
    return mustStripAuth(old_url, new_url);
  }

  /** Sets the method that the next request has after `response`. */
  rebuild_method(prepared_request: PreparedRequest, response: Response): void {
    prepared_request.method = redirectMethod(prepared_request.method, response.status_code);
  }

  /** Strips `Authorization` when the next request goes to another host, and looks in netrc for the new one's. */
  rebuild_auth(prepared_request: PreparedRequest, response: Response): void {
    const url = prepared_request.url ?? '';
    const original = response.request.url ?? '';
    if (prepared_request.headers.has('Authorization') && this.should_strip_auth(original, url)) {
      prepared_request.headers.delete('Authorization');
    }
    const auth = this.trust_env ? get_netrc_auth(url) : null;
    if (auth !== null) prepared_request.prepare_auth(auth);
  }

  /**
   * Looks the proxies up again for the next request, and replaces `Proxy-Authorization`; it never goes into a TLS tunnel,
   * where the server would read it.
   */
  rebuild_proxies(prepared_request: PreparedRequest, proxies: Proxies | null): Proxies {
    const resolved = resolve_proxies(prepared_request, proxies, this.trust_env);
    const { scheme } = urlparse(prepared_request.url ?? '');
    prepared_request.headers.delete('Proxy-Authorization');
    const proxy = resolved[scheme];
    if (proxy && !scheme.startsWith('https')) {
      const [user, password] = get_auth_from_url(proxy);
      if (user && password)
        prepared_request.headers.set('Proxy-Authorization', basicAuthHeader(user, password));
    }
    return resolved;
  }

  /**
   * The responses that follow `response`, each requested on demand; with `yield_requests`, the requests instead.
   * Throws TooManyRedirects after `max_redirects`.
   */
  async *resolve_redirects(
    response: Response,
    request: PreparedRequest,
    options: ResolveRedirectsOptions = {},
  ): AsyncGenerator<Response, void, undefined> {
    const { yield_requests = false, ...settings } = options;
    for await (const step of this.followRedirects(response, request, settings, yield_requests === true)) {
      yield step as Response;
    }
  }

  /** Takes one step; where the methods are those of an object elsewhere, it takes waiting. @internal */
  protected step<K extends RedirectStep>(
    name: K,
    ...args: Parameters<RedirectingSession[K]>
  ): ReturnType<RedirectingSession[K]> | Promise<ReturnType<RedirectingSession[K]>> {
    // What TypeScript cannot conclude of a method that is looked up by a type parameter.
    const method = this[name] as (
      ...args: Parameters<RedirectingSession[K]>
    ) => ReturnType<RedirectingSession[K]>;
    return method.apply(this, args);
  }

  /** @internal */
  protected async *followRedirects(
    response: Response,
    request: PreparedRequest,
    settings: SendOptions,
    yieldRequests: boolean,
  ): AsyncGenerator<Response | PreparedRequest, void, undefined> {
    const history: Response[] = [];
    let hop = { response, request };
    let proxies = settings.proxies ?? null;
    let fragment = urlparse(request.url ?? '').fragment;
    for (;;) {
      const target = await this.step('get_redirect_target', hop.response);
      if (!target) return;
      const next = hop.request.copy();
      hop.response.history = [...history];
      history.push(hop.response);
      await readRedirect(hop.response);
      checkMaxRedirects(this.max_redirects);
      if (hop.response.history.length >= this.max_redirects) {
        throw new TooManyRedirects(`Exceeded ${this.max_redirects} redirects.`, { response: hop.response });
      }
      hop.response.close();

      const location = resolveLocation(target, hop.response.url, fragment);
      fragment = location.fragment;
      if (entersUnixSocket(hop.response.url, location.url)) {
        const message = `A redirect to a UNIX socket is not followed: ${repr(withoutUserinfo(location.url))}`;
        throw new InvalidSchema(message, { response: hop.response });
      }
      next.url = location.url;
      await this.step('rebuild_method', next, hop.response);
      dropBodyUnlessKept(next, hop.response.status_code);
      this.carryCookies(next, hop);
      proxies = await this.step('rebuild_proxies', next, proxies);
      await this.step('rebuild_auth', next, hop.response);
      rewindIfSent(next);

      if (yieldRequests) {
        yield next;
        return;
      }
      const answer = await this[kSendNow](next, { ...settings, proxies }, false);
      hop = { response: answer, request: next };
      yield answer;
    }
  }

  /**
   * The Cookie header is always made anew, from what the request had, the response set and the session keeps. Cookies without
   * a domain, such as those of the `cookies` option, were meant for the host that the caller named: unlike in Python they
   * do not follow to another one. Nor does a Host header, by which that host could take and give the cookies of the first.
   */
  private carryCookies(next: PreparedRequest, hop: { response: Response; request: PreparedRequest }): void {
    next.headers.delete('Cookie');
    const [from, to] = [hop.request.url ?? '', next.url ?? ''];
    const jar = next._cookies ?? new RequestsCookieJar();
    const mayKeepLoose = hasLooseCookies(jar) && !mustDropLooseCookies(from, to);
    extractSetCookies(jar, hop.request, hop.response);
    merge_cookies(jar, this.cookies);
    if (!mayKeepLoose && hasLooseCookies(jar)) jar.clear('');
    if (changesHost(from, to)) next.headers.delete('Host');
    next.prepare_cookies(jar);
  }
}

/** Whether there are cookies that are bound to no host. */
function hasLooseCookies(jar: RequestsCookieJar): boolean {
  return jar.length > 0 && jar.list_domains().includes('');
}

/** Reads what is left of a redirect's body, so that its connection can serve the next hop. A broken body does not matter. */
async function readRedirect(response: Response): Promise<void> {
  try {
    await response.read();
  } catch (error) {
    const harmless =
      error instanceof ChunkedEncodingError ||
      error instanceof ContentDecodingError ||
      error instanceof RuntimeError;
    if (!harmless) throw error;
  }
}

function rewindIfSent(request: PreparedRequest): void {
  const hasBody = request.headers.has('Content-Length') || request.headers.has('Transfer-Encoding');
  if (request._body_position !== null && hasBody) rewind_body(request);
}

/** A redirect is followed whatever became of its body. @internal */
export function readBody(response: Response, follow: boolean): Promise<unknown> {
  return follow && response.is_redirect ? readRedirect(response) : response.read();
}

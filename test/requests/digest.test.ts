import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { RuntimeError } from '../../src/builtins/index.js';
import { BaseAdapter } from '../../src/requests/adapters/base-adapter.js';
import { HTTPDigestAuth } from '../../src/requests/auth/index.js';
import { UnrewindableBodyError } from '../../src/requests/exceptions/requests.js';
import { dispatch_hook } from '../../src/requests/hooks.js';
import type { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import { Request, type RequestParts } from '../../src/requests/models/request.js';
import { Response } from '../../src/requests/models/response.js';
import type { HookOptions } from '../../src/requests/types.js';
import { parse_dict_header } from '../../src/requests/utils/index.js';

/** What reached the server: the parameters of its `Authorization` and its body. */
interface Arrived {
  method: string | null;
  answer: Record<string, string | null | undefined> | null;
  body: string;
}

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'MD5-SESS': 'md5',
  SHA: 'sha1',
  'SHA-256': 'sha256',
  'SHA-512': 'sha512',
};

/** An adapter in the place of a server that knows one user and checks nonces, counts and digests by itself. */
class DigestServer extends BaseAdapter {
  readonly arrived: Arrived[] = [];
  /** Nonces that are accepted, with the count that was used last. */
  readonly nonces = new Map<string, number>();
  status = 401;
  /** Sent in challenges beside realm and nonce. */
  parameters = 'qop="auth"';
  /** Called before each answer; what it returns is answered in place of the usual. */
  intercept: ((request: PreparedRequest) => Promise<Response | null> | Response | null) | null = null;
  #issued = 0;

  override async send(request: PreparedRequest, _options?: HookOptions): Promise<Response> {
    const header = request.headers['Authorization'];
    const answer = header === undefined ? null : parse_dict_header(header.replace(/^Digest /, ''));
    this.arrived.push({ method: request.method, answer, body: await read(request.body) });
    const instead = await this.intercept?.(request);
    if (instead) return instead;
    if (answer !== null && this.#accepts(answer, request)) return this.respond(request, 200, {}, 'welcome');
    return this.challenge(request);
  }

  override close(): void {
    // Nothing is open.
  }

  challenge(request: PreparedRequest, parameters: string = this.parameters): Response {
    this.#issued += 1;
    const nonce = `nonce${this.#issued}`;
    this.nonces.set(nonce, 0);
    const challenge = `Digest realm="here", nonce="${nonce}"${parameters && `, ${parameters}`}`;
    return this.respond(request, this.status, { 'WWW-Authenticate': challenge }, 'who are you?');
  }

  respond(request: PreparedRequest, status: number, headers: Record<string, string>, body: string): Response {
    const response = new Response();
    response.status_code = status;
    response.headers = headers;
    response.url = request.url ?? '';
    response.request = request;
    response.connection = this;
    response._content = Buffer.from(body);
    response._content_consumed = true;
    return response;
  }

  #accepts(answer: Record<string, string | null | undefined>, request: PreparedRequest): boolean {
    const { username, realm, nonce, uri, nc, cnonce, algorithm, qop, response } = answer;
    const last = this.nonces.get(String(nonce));
    if (last === undefined || uri !== request.path_url || username !== 'user' || realm !== 'here')
      return false;
    const name = algorithm?.toUpperCase() ?? 'MD5';
    const hash = (text: string): string =>
      createHash(HASHES[name] ?? '')
        .update(text)
        .digest('hex');
    let secret = hash('user:here:secret');
    if (name.endsWith('-SESS')) secret = hash(`${secret}:${String(nonce)}:${String(cnonce)}`);
    const target = hash(`${String(request.method)}:${uri}`);
    if (!qop) return response === hash(`${secret}:${String(nonce)}:${target}`);
    const count = parseInt(String(nc), 16);
    if (count !== last + 1) return false;
    this.nonces.set(String(nonce), count);
    return response === hash([secret, nonce, nc, cnonce, 'auth', target].join(':'));
  }
}

async function read(body: unknown): Promise<string> {
  if (body === null) return '';
  if (typeof body === 'string' || Buffer.isBuffer(body)) return String(body);
  let text = '';
  for await (const chunk of body as AsyncIterable<string | Uint8Array>)
    text += Buffer.from(chunk as string).toString();
  return text;
}

/** What a session does with one request. */
async function send(
  server: DigestServer,
  auth: HTTPDigestAuth,
  parts: RequestParts = {},
  options: HookOptions = {},
): Promise<Response> {
  const prepared = new Request('POST', 'http://h/dir;a=b/x;c?q=1#f', { ...parts, auth }).prepare();
  return await dispatch(server, prepared, options);
}

async function dispatch(
  server: DigestServer,
  prepared: PreparedRequest,
  options: HookOptions = {},
): Promise<Response> {
  return await dispatch_hook('response', prepared.hooks, await server.send(prepared, options), options);
}

const login = (): HTTPDigestAuth => new HTTPDigestAuth('user', 'secret');

/** The counts that were used, '-' for a request without an answer. */
const counts = (server: DigestServer): string[] => server.arrived.map(({ answer }) => answer?.['nc'] ?? '-');

const directory = mkdtempSync(path.join(tmpdir(), 'digest-'));
const file = path.join(directory, 'file');
writeFileSync(file, '0123456789');
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('HTTPDigestAuth', () => {
  it('1.16: a challenge is answered, and the refused response is in the history', async () => {
    const server = new DigestServer();
    const response = await send(server, login(), { data: 'body' });
    expect(response.status_code).toBe(200);
    expect(response.history.map((earlier) => earlier.status_code)).toEqual([401]);
    expect(server.arrived.map(({ body }) => body)).toEqual(['body', 'body']);
    expect(response.request.headers['Authorization']).toMatch(
      /^Digest username="user", realm="here", nonce="nonce1", uri="\/dir;a=b\/x;c\?q=1", response="[0-9a-f]{32}", qop="auth", nc=00000001, cnonce="[0-9a-f]{16}"$/,
    );
    expect(response.history[0]?.request.headers['Authorization']).toBeUndefined();
  });

  it.each(['MD5', 'md5', 'MD5-sess', 'SHA', 'sha-256', 'SHA-512'])(
    '1.16: the algorithm %s is accepted',
    async (name) => {
      for (const qop of name === 'MD5-sess'
        ? [', qop="auth"']
        : ['', ', qop="auth"', ', qop="auth,auth-int"']) {
        const server = new DigestServer();
        server.parameters = `algorithm=${name}${qop}`;
        const response = await send(server, login());
        expect(response.status_code, qop).toBe(200);
        expect(server.arrived.at(-1)?.answer?.['algorithm']).toBe(name);
      }
    },
  );

  it.each([401, 403, 407, 418])('1.16: reacts to any 4xx, such as %i', async (status) => {
    const server = new DigestServer();
    server.status = status;
    expect((await send(server, login())).status_code).toBe(200);
  });

  it.each([200, 302, 500])('1.16: does not react to %i', async (status) => {
    const server = new DigestServer();
    server.status = status;
    expect((await send(server, login())).status_code).toBe(status);
    expect(server.arrived.length).toBe(1);
  });

  it('1.16: does not react to a challenge of another kind', async () => {
    const server = new DigestServer();
    server.intercept = (request) =>
      server.respond(request, 401, { 'WWW-Authenticate': 'Basic realm="x"' }, '');
    expect((await send(server, login())).status_code).toBe(401);
    expect(server.arrived.length).toBe(1);
  });

  it('1.16: a known nonce is used from the start, and its uses are counted', async () => {
    const server = new DigestServer();
    const auth = login();
    for (let i = 0; i < 3; i++) expect((await send(server, auth)).status_code).toBe(200);
    expect(counts(server)).toEqual(['-', '00000001', '00000002', '00000003']);
    const cnonces = new Set(server.arrived.map(({ answer }) => answer?.['cnonce']));
    expect(cnonces.size).toBe(4);
  });

  it('1.16: a stale nonce costs one more round, and the count starts again', async () => {
    const server = new DigestServer();
    const auth = login();
    await send(server, auth);
    await send(server, auth);
    server.nonces.clear();
    const response = await send(server, auth);
    expect(response.status_code).toBe(200);
    expect(response.history.length).toBe(1);
    expect(counts(server)).toEqual(['-', '00000001', '00000002', '00000003', '00000001']);
    expect((await send(server, auth)).history).toEqual([]);
  });

  it('1.16: a wrong password is refused once and not tried for ever', async () => {
    const server = new DigestServer();
    const response = await send(server, new HTTPDigestAuth('user', 'wrong'));
    expect(response.status_code).toBe(401);
    expect(response.history.length).toBe(1);
    expect(server.arrived.length).toBe(2);
  });

  it('1.16: at most one retry, even when the retry comes through the hooks again', async () => {
    const server = new DigestServer();
    const inner = server.send.bind(server);
    let depth = 0;
    server.send = async (request, options) => {
      const response = await inner(request, options);
      depth += 1;
      if (depth > 5) throw new Error('endless');
      return depth === 1 ? response : await dispatch_hook('response', request.hooks, response, options);
    };
    const response = await send(server, new HTTPDigestAuth('user', 'wrong'));
    expect(response.status_code).toBe(401);
    expect(server.arrived.length).toBe(2);
  });

  it('1.16: a request that is redirected after its answer may be challenged once more', async () => {
    const server = new DigestServer();
    const auth = login();
    const answered = await send(server, auth);
    server.nonces.clear();
    const next = answered.request.copy();
    expect((await dispatch(server, next)).status_code).toBe(200);
    expect(server.arrived.length).toBe(4);
  });

  it('1.16: the answer itself can be sent again, and be challenged again', async () => {
    const server = new DigestServer();
    const answered = await send(server, login());
    server.nonces.clear();
    const again = await dispatch(server, answered.request);
    expect(again.status_code).toBe(200);
    expect(server.arrived.length).toBe(4);
  });

  it('1.16: when the server turns to what is not supported, the old answer goes', async () => {
    const server = new DigestServer();
    const auth = login();
    await send(server, auth);
    server.nonces.clear();
    server.parameters = 'algorithm=token';
    const response = await send(server, auth);
    expect(response.status_code).toBe(401);
    expect(server.arrived.map(({ answer }) => answer !== null)).toEqual([false, true, true, false]);
  });

  it('1.16: the same prepared request can be sent any number of times', async () => {
    const server = new DigestServer();
    const prepared = new Request('GET', 'http://h/', { auth: login() }).prepare();
    for (let i = 0; i < 3; i++) expect((await dispatch(server, prepared)).status_code).toBe(200);
    const both = await Promise.all([dispatch(server, prepared), dispatch(server, prepared)]);
    expect(both.map((response) => response.status_code)).toEqual([200, 200]);
  });

  it('3.14: requests at the same time each have their own round, and share the counts of a nonce', async () => {
    const server = new DigestServer();
    const auth = login();
    const arrivals: (() => void)[] = [];
    server.intercept = async () => {
      if (arrivals.length >= 5) return null;
      // All five are on their way before the first is challenged.
      const all = new Promise<void>((resolve) => arrivals.push(resolve));
      if (arrivals.length === 5) for (const go of arrivals) go();
      await all;
      return null;
    };
    const responses = await Promise.all(Array.from({ length: 5 }, () => send(server, auth)));
    expect(responses.map((response) => response.status_code)).toEqual([200, 200, 200, 200, 200]);
    expect(counts(server)).toEqual([...Array<string>(5).fill('-'), ...Array<string>(5).fill('00000001')]);
    await Promise.all(Array.from({ length: 5 }, () => send(server, auth)));
    expect(counts(server).slice(10)).toEqual(['00000002', '00000003', '00000004', '00000005', '00000006']);
  });

  it.each(['algorithm=SHA-512-256', 'algorithm=token', 'qop="auth-int"', 'qop="auth-int, auth"'])(
    '1.16: %s is not supported: it is tried again without a header',
    async (parameters) => {
      const server = new DigestServer();
      server.parameters = parameters;
      const auth = login();
      const response = await send(server, auth);
      expect(response.status_code).toBe(401);
      expect(response.history.length).toBe(1);
      expect(server.arrived.map(({ answer }) => answer)).toEqual([null, null]);
      expect('Authorization' in response.request.headers).toBe(false);
    },
  );

  it('1.16: a Basic challenge beside the Digest one does not matter', async () => {
    for (const around of [
      ['Basic realm="other", ', ''],
      ['', ', Basic realm="other"'],
    ]) {
      const server = new DigestServer();
      server.intercept = (request) => {
        if (server.arrived.length > 1) return null;
        const response = server.challenge(request);
        const challenge = response.headers['WWW-Authenticate'] ?? '';
        response.headers = { 'WWW-Authenticate': around.join(challenge) };
        return response;
      };
      expect((await send(server, login())).status_code).toBe(200);
    }
  });

  it('1.6: a file is sent again from where it stood', async () => {
    const server = new DigestServer();
    const response = await send(server, login(), { data: createReadStream(file, { start: 4 }) });
    expect(response.status_code).toBe(200);
    expect(server.arrived.map(({ body }) => body)).toEqual(['456789', '456789']);
  });

  it('1.6: a multipart upload is sent again', async () => {
    const server = new DigestServer();
    await send(server, login(), { files: { f: createReadStream(file) } });
    expect(server.arrived[0]?.body).toContain('0123456789');
    expect(server.arrived[1]?.body).toBe(server.arrived[0]?.body);
  });

  it('1.6: a stream cannot be sent again: UnrewindableBodyError', async () => {
    const server = new DigestServer();
    await expect(send(server, login(), { data: Readable.from(['x']) })).rejects.toThrow(
      UnrewindableBodyError,
    );
    expect(server.arrived.length).toBe(1);
  });

  it('1.12: the refused body is read and closed, and the answer buffered unless it is to be streamed', async () => {
    const server = new DigestServer();
    const log: string[] = [];
    const respond = server.respond.bind(server);
    server.respond = (...args) => {
      const response = respond(...args);
      const { status_code: status } = response;
      response.read = () => {
        log.push(`read ${status}`);
        return Promise.resolve(Buffer.alloc(0));
      };
      response.close = () => void log.push(`close ${status}`);
      return response;
    };
    await send(server, login());
    expect(log).toEqual(['read 401', 'close 401', 'read 200']);
    log.length = 0;
    await send(server, login(), {}, { stream: true });
    expect(log).toEqual(['read 401', 'close 401']);
  });

  it('1.16: the retry is sent with the options of the first', async () => {
    const server = new DigestServer();
    const seen: unknown[] = [];
    const inner = server.send.bind(server);
    server.send = async (request, options) => {
      seen.push(options);
      return await inner(request, options);
    };
    const options = { timeout: 3, stream: true };
    await send(server, login(), {}, options);
    expect(seen).toEqual([options, options]);
  });

  it("1.18: the caller's hooks see the answer and not the challenge", async () => {
    const seen: number[] = [];
    const hooks = { response: (response: Response) => void seen.push(response.status_code) };
    await send(new DigestServer(), login(), { hooks });
    expect(seen).toEqual([200]);
  });

  it('1.16: auth that is given twice is registered once', () => {
    const auth = login();
    const prepared = new Request('GET', 'http://h/', { auth }).prepare();
    prepared.prepare_auth(auth);
    expect(prepared.hooks.response.length).toBe(1);
  });

  it('an adapter that does not say who it is gets an error that says so', async () => {
    const server = new DigestServer();
    server.intercept = (request) => {
      const response = server.challenge(request);
      response.connection = null;
      return response;
    };
    await expect(send(server, login())).rejects.toThrow(RuntimeError);
  });

  it('a subclass can replace handle_401 and build_digest_header', async () => {
    class Counting extends HTTPDigestAuth {
      handled = 0;
      override async handle_401(response: Response, options?: HookOptions): Promise<Response> {
        this.handled += 1;
        return await super.handle_401(response, options);
      }
      override build_digest_header(method: string, url: string): string | null {
        return super.build_digest_header(method, url)?.replace('nc=', 'extra="1", nc=') ?? null;
      }
    }
    const server = new DigestServer();
    const auth = new Counting('user', 'secret');
    expect((await send(server, auth)).status_code).toBe(200);
    expect(server.arrived.at(-1)?.answer?.['extra']).toBe('1');
    expect(auth.handled).toBe(1);
  });

  it('3.39: an auth object consists of nothing but its credentials', async () => {
    const auth = login();
    await send(new DigestServer(), auth);
    expect(Object.keys(auth)).toEqual(['username', 'password']);
    const clone = Object.assign(
      Object.create(HTTPDigestAuth.prototype) as HTTPDigestAuth,
      structuredClone({ username: auth.username, password: auth.password }),
    );
    expect((await send(new DigestServer(), clone)).status_code).toBe(200);
  });
});

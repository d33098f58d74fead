/** What a caller of a FuturesSession can see must not depend on where its requests are sent from. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type * as http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AsyncPoolExecutor,
  type FuturesRequestOptions,
  FuturesSession,
  HTTPAdapter,
  Retry,
  WorkerPoolExecutor,
} from 'requests-futures';
import {
  type adapters,
  auth,
  ConnectionError,
  ConnectTimeout,
  HTTPError,
  PreparedRequest,
  ProxyError,
  ReadTimeout,
  Request,
  RequestException,
  RetryError,
  RuntimeError,
  SSLError,
  timedelta,
  TooManyRedirects,
} from 'requests-futures/requests';
import { testAuthority } from '../helpers/servers/certificates.js';
import {
  echo,
  type Handler,
  type HttpServer,
  refusedPort,
  startHttpServer,
} from '../helpers/servers/http-server.js';
import { startProxyServer } from '../helpers/servers/proxy-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';
import * as hooks from '../fixtures/hooks.mjs';

type AnyExecutor = AsyncPoolExecutor | WorkerPoolExecutor;

const executors: [name: string, make: (max_workers: number) => AnyExecutor][] = [
  ['AsyncPoolExecutor', (max_workers) => new AsyncPoolExecutor({ max_workers })],
  ['WorkerPoolExecutor', (max_workers) => new WorkerPoolExecutor({ max_workers, threads: 2 })],
];

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

function header({ headers }: Echo, name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Everything that the tests ask for, by path. */
const answer: Handler = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
  const routes: Record<string, () => void> = {
    '/set': () => response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; Path=/']).end('set'),
    '/unset': () => response.setHeader('Set-Cookie', 'a=; Path=/; Max-Age=0').end('unset'),
    '/hops': () => {
      const left = Number(searchParams.get('n'));
      const next = left > 0 ? `/hops?n=${left - 1}` : '/end';
      response.writeHead(302, { Location: next, 'Set-Cookie': `hop${left}=x; Path=/` }).end('hop');
    },
    '/307': () => response.writeHead(307, { Location: '/echo' }).end(),
    '/404': () => response.writeHead(404, 'Not Found').end('nothing here'),
    '/503': () => response.writeHead(503).end(),
    '/gzip': () => response.setHeader('Content-Encoding', 'gzip').end(gzipSync('x'.repeat(100_000))),
    '/rows': () => response.end(JSON.stringify(Array.from({ length: 100 }, (_, value) => ({ value })))),
    '/silent': () => undefined,
    '/pieces': () => {
      let count = 0;
      const write = (): void => {
        if (count === 20) response.end();
        else response.write(Buffer.alloc(50_000, (count += 1)), write);
      };
      write();
    },
    '/broken': () => {
      response.writeHead(200, { 'Content-Length': '1000' }).write('partial');
      setImmediate(() => response.destroy());
    },
  };
  const route = routes[pathname];
  if (route === undefined) echo(request, response);
  else route();
};

let server: HttpServer;
const folder = mkdtempSync(path.join(tmpdir(), 'worker-pool-'));
const file = path.join(folder, 'upload.txt');

beforeAll(async () => {
  server = await startHttpServer(answer);
  writeFileSync(file, 'from a file '.repeat(10_000));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  server.requests.length = 0;
});

describe.each(executors)('over %s', (name, makeExecutor) => {
  let executor: AnyExecutor;
  let session: FuturesSession;

  const opened: AnyExecutor[] = [];

  function open(max_workers = 2): FuturesSession {
    executor = makeExecutor(max_workers);
    opened.push(executor);
    session = new FuturesSession({ executor });
    return session;
  }

  beforeEach(() => {
    open();
  });
  afterEach(async () => {
    await session.close();
    await Promise.all(opened.splice(0).map((each) => each.shutdown()));
  });

  async function failure(url: string, options: FuturesRequestOptions = {}): Promise<RequestException> {
    const error = await session.get(url, options).exception();
    if (!(error instanceof RequestException)) throw error ?? new Error('it did not fail');
    return error;
  }

  test('headers, query, auth and limits of the session apply, and so do changes between requests', async () => {
    session.headers['X-Session'] = 'one';
    session.params = { q: ['a b', 'c'] };
    session.auth = ['user', 'pass'];
    const first = (await session.get(`${server.url}/echo`, { headers: { 'X-Request': 'r' } })).json<Echo>();
    expect(first.url).toBe('/echo?q=a+b&q=c');
    expect(header(first, 'x-session')).toBe('one');
    expect(header(first, 'x-request')).toBe('r');
    expect(header(first, 'authorization')).toBe(`Basic ${Buffer.from('user:pass').toString('base64')}`);
    session.headers = { 'x-session': 'two' };
    session.auth = null;
    const second = (await session.get(`${server.url}/echo`)).json<Echo>();
    expect(header(second, 'x-session')).toBe('two');
    expect(header(second, 'authorization')).toBeUndefined();
    session.max_response_size = 10;
    expect((await failure(`${server.url}/echo`)).name).toBe('ResponseTooLarge');
  });

  test('a response is all that it is in this thread', async () => {
    const response = await session.get(`${server.url}/gzip`, { params: { p: 'é' } });
    expect(response.status_code).toBe(200);
    expect([response.ok, response.reason, response.encoding]).toEqual([true, 'OK', null]);
    expect(response.content).toBeInstanceOf(Buffer);
    expect(response.text).toBe('x'.repeat(100_000));
    expect(response.headers['CONTENT-ENCODING']).toBe('gzip');
    expect(response.url).toBe(`${server.url}/gzip?p=%C3%A9`);
    expect(response.request).toBeInstanceOf(PreparedRequest);
    expect([response.request.method, response.request.url]).toEqual(['GET', response.url]);
    expect(response.elapsed).toBeInstanceOf(timedelta);
    expect(response.elapsed.total_seconds()).toBeGreaterThan(0);
    expect(response.connection).toBe(session.adapters.get('http://'));
    expect(response.raw?.headers.getlist('content-encoding')).toEqual(['gzip']);
    expect(response.raw?.version).toBe(11);
    expect(await response.read()).toBe(response.content);
  });

  test('cookies travel both ways, and away again', async () => {
    session.cookies.set('mine', 'yes');
    const response = await session.get(`${server.url}/set`);
    expect(response.cookies.get_dict()).toEqual({ a: '1', b: '2' });
    expect(session.cookies.get_dict()).toEqual({ mine: 'yes', a: '1', b: '2' });
    const sent = (await session.get(`${server.url}/echo`)).json<Echo>();
    expect(header(sent, 'cookie')?.split('; ').sort()).toEqual(['a=1', 'b=2', 'mine=yes']);
    await session.get(`${server.url}/unset`);
    expect(session.cookies.get_dict()).toEqual({ mine: 'yes', b: '2' });
  });

  test('a cookie is kept even if a hook fails afterwards, and those of concurrent requests do not displace each other', async () => {
    await session.get(`${server.url}/hops?n=0`, { hooks: { response: hooks.failOnError } });
    await Promise.all([1, 2, 3, 4].map((n) => session.get(`${server.url}/hops?n=${n}`)));
    expect(session.cookies.keys().sort()).toEqual(['hop0', 'hop1', 'hop2', 'hop3', 'hop4']);
  });

  test('redirects have their history, whose parts are the same objects wherever they stand', async () => {
    const response = await session.get(`${server.url}/hops?n=28`);
    expect(response.history).toHaveLength(29);
    expect(response.history.map(({ status_code }) => status_code)).toEqual(
      Array.from({ length: 29 }, () => 302),
    );
    const last = response.history[28];
    expect(last?.history).toHaveLength(28);
    expect(last?.history[7]).toBe(response.history[7]);
    expect(last?.history[7]?.text).toBe('hop');
    const error = await failure(`${server.url}/hops?n=40`);
    expect(error).toBeInstanceOf(TooManyRedirects);
    expect(error.response?.history).toHaveLength(30);
    const stopped = await session.get(`${server.url}/hops?n=1`, { allow_redirects: false });
    expect(stopped.next?.url).toBe(`${server.url}/hops?n=0`);
  });

  test('Digest: one challenge, then answers from the start', async () => {
    const digest = digestServer();
    server.handler = digest.handler;
    open(1);
    session.auth = new auth.HTTPDigestAuth('user', 'pass');
    const responses = [];
    for (let index = 0; index < 4; index += 1) responses.push(await session.get(`${server.url}/secret`));
    server.handler = answer;
    expect(responses.map(({ status_code }) => status_code)).toEqual([200, 200, 200, 200]);
    expect(digest.challenges).toBe(1);
    expect(responses[0]?.history).toHaveLength(1);
    expect(responses[0]?.request.hooks.response).toEqual(responses[3]?.request.hooks.response);
  });

  test("auth: a function and a class of one's own", async () => {
    const byFunction = (await session.get(`${server.url}/echo`, { auth: hooks.addToken })).json<Echo>();
    expect(header(byFunction, 'x-token')).toBe('function');
    const byClass = (
      await session.get(`${server.url}/echo`, { auth: new hooks.TokenAuth('t') })
    ).json<Echo>();
    expect(header(byClass, 'x-token')).toBe('t');
  });

  test('exceptions come with class, fields, request and causes', async () => {
    const port = await refusedPort();
    const refused = await failure(`http://127.0.0.1:${port}/`);
    expect(refused).toBeInstanceOf(ConnectionError);
    expect(refused).not.toBeInstanceOf(ConnectTimeout);
    expect(refused.request).toBeInstanceOf(PreparedRequest);
    expect(refused.request?.url).toBe(`http://127.0.0.1:${port}/`);
    expect((refused.cause as Error).name).toBe('MaxRetryError');

    const notFound = await failure(`${server.url}/404`, { hooks: { response: hooks.failOnError } });
    expect(notFound).toBeInstanceOf(HTTPError);
    expect(notFound.message).toBe(`404 Client Error: Not Found for url: ${server.url}/404`);
    expect(notFound.response?.text).toBe('nothing here');
    expect(notFound.response?.request).toBe(notFound.request);

    const timeout = await failure(`${server.url}/silent`, { timeout: [20, 0.2] });
    expect(timeout).toBeInstanceOf(ReadTimeout);
    expect((await failure(`${server.url}/broken`)).name).toBe('ChunkedEncodingError');
    expect((await failure('no-scheme')).name).toBe('MissingSchema');
  });

  test('retries', async () => {
    session.mount(
      'http://',
      new HTTPAdapter({ max_retries: new Retry({ total: 2, status_forcelist: [503] }) }),
    );
    const error = await failure(`${server.url}/503`);
    expect(error).toBeInstanceOf(RetryError);
    expect(server.requests).toHaveLength(3);
    const adapter = session.adapters.get('http://') as HTTPAdapter;
    adapter.max_retries = new Retry({ total: 1, status_forcelist: [503], raise_on_status: false });
    expect((await session.get(`${server.url}/503`)).status_code).toBe(503);
    expect(server.requests).toHaveLength(5);
  });

  test('proxies', async () => {
    await using proxy = await startProxyServer();
    session.proxies = { http: proxy.url };
    expect((await session.get(`${server.url}/echo`)).status_code).toBe(200);
    expect(server.requests).toHaveLength(1);
    session.proxies = { http: `http://127.0.0.1:${await refusedPort()}` };
    expect(await failure(`${server.url}/echo`)).toBeInstanceOf(ProxyError);
  });

  test('TLS: verify and a bundle', async () => {
    await using tls = await startTlsServer();
    expect(await failure(`${tls.url}/`)).toBeInstanceOf(SSLError);
    const bundle = path.join(folder, 'ca.pem');
    writeFileSync(bundle, testAuthority().cert);
    session.verify = bundle;
    expect((await session.get(`${tls.url}/echo`)).status_code).toBe(200);
  });

  test('uploads: bytes, forms, files, streams of every kind', async () => {
    const bytes = Buffer.alloc(200_000, 'b');
    const post = async (options: FuturesRequestOptions): Promise<[Echo, PreparedRequest]> => {
      const response = await session.post(`${server.url}/echo`, options);
      return [response.json<Echo>(), response.request];
    };
    const [sent, request] = await post({ data: bytes });
    expect(sent.body).toHaveLength(200_000);
    expect(bytes).toHaveLength(200_000);
    expect((request.body as Buffer).equals(bytes)).toBe(true);
    expect((await post({ data: { a: ['1', '2'] } }))[0].body).toBe('a=1&a=2');
    expect((await post({ json: { a: 1 } }))[0].body).toBe('{"a":1}');
    expect((await post({ files: { f: ['name.txt', Buffer.from('content')] } }))[0].body).toContain(
      'filename="name.txt"',
    );

    const stream = createReadStream(file);
    const [fromFile, fileRequest] = await post({ data: stream });
    expect(fromFile.body).toBe('from a file '.repeat(10_000));
    expect(header(fromFile, 'content-length')).toBe('120000');
    expect(fileRequest.body).toBe(stream);

    const readable = Readable.from(['one ', 'two'].map((text) => Buffer.from(text)));
    const [fromReadable, readableRequest] = await post({ data: readable });
    expect(fromReadable.body).toBe('one two');
    expect(header(fromReadable, 'transfer-encoding')).toBe('chunked');
    expect(readableRequest.body).toBe(readable);

    async function* later(): AsyncGenerator<string> {
      yield await Promise.resolve('three ');
      yield 'four';
    }
    function* now(): Generator<string> {
      yield 'five ';
      yield 'six';
    }
    expect((await post({ data: later() }))[0].body).toBe('three four');
    expect((await post({ data: now() }))[0].body).toBe('five six');
    const web = new Blob(['seven']).stream() as ReadableStream<Uint8Array>;
    expect((await post({ data: web }))[0].body).toBe('seven');
    expect((await post({ data: new Blob(['eight']) }))[0].body).toBe('eight');
  });

  test('a plain object that iterates is a stream wherever bodies go: data, a file, a prepared request', async () => {
    const iterating = (): Iterable<string> => ({
      *[Symbol.iterator]() {
        yield 'one ';
        yield 'two';
      },
    });
    const withFields = Object.assign(iterating(), { size: 7 });
    for (const data of [iterating(), withFields]) {
      const sent = (await session.post(`${server.url}/echo`, { data: data as never })).json<Echo>();
      expect(sent.body).toBe('one two');
    }
    const file = (await session.post(`${server.url}/echo`, { files: { f: iterating() } })).json<Echo>();
    expect(file.body).toContain('\r\n\r\none two\r\n');
    const prepared = new Request('POST', `${server.url}/echo`, { data: iterating() }).prepare();
    expect((await session.send(prepared)).json<Echo>().body).toBe('one two');
  });

  test('elsewhere a plain object that iterates is read by its fields or by its pairs, as they are at the call', async () => {
    const pairs = [['x', 'y']];
    const make = (): Record<string, unknown> =>
      Object.assign({ a: '1' } as Record<string, unknown>, { [Symbol.iterator]: () => pairs.values() });
    const sent = async (options: object): Promise<Echo> => {
      const future = session.post(`${server.url}/echo`, options);
      for (const value of Object.values(options) as Record<string, unknown>[]) value['a'] = 'changed';
      return (await future).json<Echo>();
    };
    const lines = Object.assign({ a: '1' } as Record<string, unknown>, {
      async *[Symbol.asyncIterator]() {
        yield await Promise.resolve('never read');
      },
    });
    expect((await sent({ json: make() })).body).toBe('{"a":"1"}');
    expect((await sent({ json: { rows: [make(), lines] } })).body).toBe('{"rows":[{"a":"1"},{"a":"1"}]}');
    expect((await sent({ params: make() })).url).toBe('/echo?a=1');
    expect((await sent({ params: { q: make() } })).url).toBe('/echo?q=x&q=y');
    expect((await sent({ files: make() })).body).toContain('name="a"; filename="a"\r\n\r\n1\r\n');
    expect(header(await sent({ headers: make() }), 'x')).toBe('y');
    expect(header(await sent({ cookies: make() }), 'cookie')).toBe('x=y');
  });

  test('an upload that is redirected is sent again, if it can be', async () => {
    const again = await session.post(`${server.url}/307`, { data: createReadStream(file) });
    expect(again.json<Echo>().body).toBe('from a file '.repeat(10_000));
    const lost = session.post(`${server.url}/307`, { data: Readable.from([Buffer.from('x')]) });
    expect((await lost.exception())?.name).toBe('UnrewindableBodyError');
  });

  test('stream: the body comes as it arrives, in its chunks, and may be left', async () => {
    const response = await session.get(`${server.url}/pieces`, { stream: true });
    expect(() => response.content).toThrow(/await response\.read\(\)/);
    let total = 0;
    for await (const chunk of response.iter_content(null)) total += chunk.length;
    expect(total).toBe(1_000_000);
    const gzipped = await session.get(`${server.url}/gzip`, { stream: true });
    expect((await gzipped.read()).length).toBe(100_000);
    expect((await (await session.get(`${server.url}/pieces`, { stream: true })).raw?.read(10))?.length).toBe(
      10,
    );

    const left = await session.get(`${server.url}/pieces`, { stream: true });
    for await (const chunk of left.iter_content(1000)) {
      expect(chunk).toHaveLength(1000);
      break;
    }
    left.close();
    const broken = await session.get(`${server.url}/broken`, { stream: true });
    await expect(broken.read()).rejects.toThrow(/IncompleteRead|Connection broken/);
  });

  test('hooks hand over what they have made of the body', async () => {
    session.hooks.response = hooks.summarize;
    const response = await session.get(`${server.url}/rows`);
    expect(response).toHaveProperty('summary', { rows: 100, total: 4950 });
    const both = { hooks: { response: [hooks.summarize, hooks.dropContent] } };
    const dropped = await session.get(`${server.url}/rows`, both);
    expect(dropped).toHaveProperty('summary', { rows: 100, total: 4950 });
    expect(dropped.content).toHaveLength(0);
    expect(session.hooks.response).toEqual([hooks.summarize]);
  });

  test("sessions and adapters of one's own", async () => {
    session = new FuturesSession({ executor, session: new hooks.ApiSession(server.url) });
    expect((await session.get('/echo')).json<Echo>().url).toBe('/echo');
    session = new FuturesSession({ executor });
    session.mount('http://', new hooks.TimeoutHTTPAdapter({ timeout: 2 }));
    expect(await failure(`${server.url}/silent`)).toBeInstanceOf(ReadTimeout);
    expect((await session.get(`${server.url}/echo`)).status_code).toBe(200);
    session.mount('count://', new hooks.CountingAdapter());
    expect((await session.get('count://x')).text).toMatch(/^hello 1$/);
  });

  test('connections persist: 300 requests, 4 at a time, open at most 4 connections', async () => {
    await using counting = await startHttpServer(echo);
    open(4);
    await Promise.all(Array.from({ length: 300 }, () => session.get(`${counting.url}/`)));
    expect(counting.requests).toHaveLength(300);
    expect(counting.connections).toBeLessThanOrEqual(4);
    await session.close();
    await counting.waitForOpenConnections(0);
  });

  test('a server that drops idle connections is not noticed', async () => {
    await using dropping = await startHttpServer(echo, { keepAliveTimeout: 1 });
    open(4);
    for (let round = 0; round < 3; round += 1) {
      const all = await Promise.all(Array.from({ length: 4 }, () => session.get(`${dropping.url}/`)));
      expect(all.map(({ status_code }) => status_code)).toEqual([200, 200, 200, 200]);
      dropping.closeConnections();
      await dropping.waitForOpenConnections(0);
    }
  });

  if (name === 'WorkerPoolExecutor') {
    test('a hook that is not importable is refused at the call, before anything is sent', async () => {
      expect(() => session.get(`${server.url}/echo`, { hooks: { response: () => undefined } })).toThrow(
        RuntimeError,
      );
      expect(() =>
        session.get(`${server.url}/echo`, { hooks: { response: [hooks.summarize, () => undefined] } }),
      ).toThrow(/^Cannot pickle function\. Refer to documentation: docs\/worker-threads\.md \(hooks: export/);
      expect(() => session.get(`${server.url}/echo`, { background_callback: () => null })).toThrow(
        RuntimeError,
      );
      session.hooks.response.push(() => undefined);
      expect(() => session.get(`${server.url}/echo`)).toThrow(/session\.hooks/);
      session.hooks = null;
      session.mount('http://', new hooks.UnmarkedAdapter());
      const error = await session.get(`${server.url}/echo`).exception();
      expect(error?.message).toMatch(
        /Cannot pickle class\..*importable\(UnmarkedAdapter, import\.meta\.url\)/,
      );
      expect(server.requests).toEqual([]);
    });

    test("Digest: one challenge for each thread, as Python's state is each thread's own, and not for each call", async () => {
      await using guarded = await startHttpServer();
      const digest = digestServer();
      // The first two requests meet, so that they are in two threads.
      let arrived = 0;
      const held: (() => void)[] = [];
      guarded.handler = (request, response) => {
        held.push(() => {
          digest.handler(request, response);
        });
        if ((arrived += 1) >= 2) for (const go of held.splice(0)) go();
      };
      open(2);
      session.auth = new auth.HTTPDigestAuth('user', 'pass');
      const first = await Promise.all([1, 2].map(() => session.get(`${guarded.url}/secret`)));
      expect(first.map(({ status_code, history }) => [status_code, history.length])).toEqual([
        [200, 1],
        [200, 1],
      ]);
      expect(digest.challenges).toBe(2);
      const later = await Promise.all(Array.from({ length: 30 }, () => session.get(`${guarded.url}/secret`)));
      expect(later.map(({ text }) => text)).toEqual(later.map(() => 'secret'));
      expect(digest.challenges).toBe(2);
    });

    test('an adapter lives on in its thread', async () => {
      open(1);
      const adapter: adapters.BaseAdapter = new hooks.CountingAdapter();
      session.mount('count://', adapter);
      const texts = [];
      for (let index = 0; index < 3; index += 1) texts.push((await session.get('count://x')).text);
      expect(texts).toEqual(['hello 1', 'hello 2', 'hello 3']);
      expect((await session.get('count://x')).connection).toBe(adapter);
    });

    test('bodies are moved, not copied: 100 MB do not take twice their size here', async () => {
      const size = 100 * 2 ** 20;
      await using large = await startHttpServer((_, response) => {
        response.setHeader('Content-Length', size);
        const piece = Buffer.alloc(2 ** 20);
        let left = 100;
        const write = (): void => {
          if (left === 0) response.end();
          else {
            left -= 1;
            response.write(piece, write);
          }
        };
        write();
      });
      open(1);
      const held = (): number => process.memoryUsage().arrayBuffers;
      const before = held();
      let most = 0;
      const sampling = setInterval(() => (most = Math.max(most, held())), 1);
      const response = await session.get(`${large.url}/`);
      clearInterval(sampling);
      // A copy would still be there, or what it was made of.
      expect(Math.max(most, held()) - before).toBeLessThan(1.5 * size);
      expect(response.content).toHaveLength(size);
      expect(response.content.buffer.byteLength).toBe(size);
    });
  }
});

/** Asks for Digest authentication and takes each nonce with counts that rise by one. */
function digestServer(): { handler: Handler; challenges: number } {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const counts = new Map<string, number>();
  const state = {
    challenges: 0,
    handler: (request: http.IncomingMessage, response: http.ServerResponse): void => {
      const sent = request.headers.authorization ?? '';
      const field = (key: string): string => new RegExp(`[ ,]${key}="?([^",]*)`).exec(sent)?.[1] ?? '';
      const ha1 = md5('user:realm:pass');
      const ha2 = md5(`${request.method ?? ''}:${request.url ?? ''}`);
      const expected = md5([ha1, field('nonce'), field('nc'), field('cnonce'), 'auth', ha2].join(':'));
      const count = (counts.get(field('nonce')) ?? 0) + 1;
      if (sent !== '' && field('response') === expected && Number.parseInt(field('nc'), 16) === count) {
        counts.set(field('nonce'), count);
        response.end('secret');
        return;
      }
      state.challenges += 1;
      const nonce = `nonce${state.challenges}`;
      response
        .writeHead(401, { 'WWW-Authenticate': `Digest realm="realm", nonce="${nonce}", qop="auth"` })
        .end();
    },
  };
  return state;
}

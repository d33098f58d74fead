/** A session that stays as it is crosses to a thread once, and plain responses come back by a short way: nobody may notice. */
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HTTPAdapter } from 'requests-futures';
import {
  AsyncPoolExecutor,
  FuturesSession,
  type ResponseFuture,
  Retry,
  WorkerPoolExecutor,
} from 'requests-futures';
import { auth, cookies, type Response, Session } from 'requests-futures/requests';
import { echo, type Handler, type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import * as hooks from '../fixtures/hooks.mjs';

type AnyExecutor = AsyncPoolExecutor | WorkerPoolExecutor;

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const bodies: Readonly<Record<string, Buffer>> = {
  '/empty': Buffer.alloc(0),
  '/bytes': everyByte,
  '/utf8': Buffer.from('Größe €'),
  '/just-small': Buffer.alloc(16 * 1024 - 1, 'a'),
  '/just-large': Buffer.alloc(16 * 1024, 'b'),
  '/large': Buffer.alloc(300_000, everyByte),
};

let releaseHeld: () => void;

const answer: Handler = (request, response) => {
  const path = request.url ?? '';
  const body = bodies[path];
  if (body !== undefined) response.end(body);
  else if (path === '/gzip') response.setHeader('Content-Encoding', 'gzip').end(gzipSync(everyByte));
  else if (path === '/set') response.setHeader('Set-Cookie', 'a=1; Path=/').end();
  else if (path === '/twice') response.setHeader('X-Twice', ['1', '2']).end();
  else if (path === '/503') response.writeHead(503).end();
  else if (path === '/held') {
    const before = releaseHeld;
    releaseHeld = () => {
      before();
      echo(request, response);
    };
  } else echo(request, response);
};

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer(answer);
});
afterAll(async () => {
  await server.close();
});
beforeEach(() => {
  server.requests.length = 0;
  releaseHeld = () => undefined;
});

describe.each([
  ['AsyncPoolExecutor', () => new AsyncPoolExecutor({ max_workers: 4 })],
  ['WorkerPoolExecutor', () => new WorkerPoolExecutor({ max_workers: 4, threads: 1 })],
] as [name: string, make: () => AnyExecutor][])('over %s', (name, makeExecutor) => {
  let executor: AnyExecutor;
  let session: FuturesSession;

  beforeEach(() => {
    executor = makeExecutor();
    session = new FuturesSession({ executor });
  });
  afterEach(async () => {
    await session.close();
    await executor.shutdown();
  });

  const get = (path: string): ResponseFuture => session.get(server.url + path);

  /** What the server saw of the latest request. */
  async function seen(path = '/echo'): Promise<NonNullable<(typeof server.requests)[0]>> {
    await get(path);
    const last = server.requests.at(-1);
    if (last === undefined) throw new Error('nothing has arrived');
    return last;
  }

  describe('a change of the session between two requests counts, wherever in it it is made', () => {
    beforeEach(async () => {
      await seen();
      await seen();
    });

    test('a header is set, changed and removed', async () => {
      session.headers['X-A'] = '1';
      expect((await seen()).headers['x-a']).toBe('1');
      session.headers['x-a'] = '2';
      expect((await seen()).headers['x-a']).toBe('2');
      delete session.headers['X-A'];
      expect((await seen()).headers['x-a']).toBeUndefined();
    });

    test('the query, also within a list', async () => {
      const list = ['1'];
      session.params = { q: list };
      expect((await seen()).url).toBe('/echo?q=1');
      list.push('2');
      expect((await seen()).url).toBe('/echo?q=1&q=2');
    });

    test('credentials: a pair, an object, and a password within the object', async () => {
      const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
      session.auth = ['u', 'p'];
      expect((await seen()).headers.authorization).toBe(basic('u:p'));
      const object = new auth.HTTPBasicAuth('u', 'one');
      session.auth = object;
      expect((await seen()).headers.authorization).toBe(basic('u:one'));
      object.password = 'two';
      expect((await seen()).headers.authorization).toBe(basic('u:two'));
      const token = new hooks.TokenAuth('a');
      session.auth = token;
      expect((await seen()).headers['x-token']).toBe('a');
      Object.assign(token, { token: 'b' });
      expect((await seen()).headers['x-token']).toBe('b');
    });

    test('hooks that are pushed and replaced', async () => {
      session.hooks.response.push(hooks.touchUp);
      expect((await get('/echo')) as Response & { note?: unknown }).toHaveProperty('note');
      session.hooks.response = hooks.dropContent;
      const response = await get('/echo');
      expect(response).not.toHaveProperty('note');
      expect(response.content).toHaveLength(0);
    });

    test('limits, proxies and adapters', async () => {
      session.max_response_size = 3;
      expect((await get('/echo').exception())?.name).toBe('ResponseTooLarge');
      session.max_response_size = null;
      session.proxies = {};
      Object.assign(session.proxies, { http: 'nonsense://proxy' });
      expect(await get('/echo').exception()).not.toBeNull();
      session.proxies = {};
      session.mount('count://', new hooks.CountingAdapter());
      expect((await session.get('count://x')).text).toBe('hello 1');
      const adapter = session.adapters.get('http://') as HTTPAdapter;
      adapter.max_retries = new Retry({ total: 2, status_forcelist: [503], raise_on_status: false });
      server.requests.length = 0;
      await get('/503');
      expect(server.requests).toHaveLength(3);
      Object.assign(adapter.max_retries, { total: 0 });
      await get('/503').exception();
      expect(server.requests).toHaveLength(4);
    });

    test('a cookie policy, while there are no cookies yet', async () => {
      session.cookies.set_policy(new cookies.DefaultCookiePolicy({ allowed_domains: [] }));
      await get('/set');
      expect(session.cookies.length).toBe(0);
      session.cookies = new cookies.RequestsCookieJar();
      await get('/set');
      expect(session.cookies.get_dict()).toEqual({ a: '1' });
      session.cookies.clear();
      expect((await seen()).headers.cookie).toBeUndefined();
    });
  });

  test('requests under way at once each have the session as it was when they began', async () => {
    session.headers['X-N'] = '0';
    const held = [get('/held')];
    await server.waitForRequests(1);
    for (const n of [1, 2]) {
      session.headers['X-N'] = String(n);
      held.push(get('/held'));
      await server.waitForRequests(n + 1);
    }
    session.headers['X-N'] = '0';
    expect((await seen()).headers['x-n']).toBe('0');
    releaseHeld();
    const responses = await Promise.all(held);
    expect(responses.map(({ request }) => request.headers['X-N'])).toEqual(['0', '1', '2']);
    expect(server.requests.map(({ headers }) => headers['x-n'])).toEqual(['0', '1', '2', '0']);
  });

  test('options count for their own request', async () => {
    await seen();
    const [list, plain] = await Promise.all([
      session.get(`${server.url}/echo`, {
        params: { q: ['1', '2'] },
        timeout: [3, 5],
        headers: { 'X-A': '1' },
      }),
      get('/echo'),
    ]);
    expect([list.request.path_url, list.request.headers['X-A']]).toEqual(['/echo?q=1&q=2', '1']);
    expect(plain.request.path_url).toBe('/echo');
  });

  test('many sessions take turns', async () => {
    const sessions = Array.from({ length: 40 }, (_, n) => {
      const one = new FuturesSession({ executor });
      one.headers['X-N'] = String(n);
      return one;
    });
    for (let round = 0; round < 2; round += 1) {
      const responses = await Promise.all(sessions.map((one) => one.get(`${server.url}/echo`)));
      expect(responses.map(({ request }) => request.headers['X-N'])).toEqual(
        sessions.map((_, n) => String(n)),
      );
    }
    await Promise.all(sessions.map((one) => one.close()));
  });

  test('a session can be used again after it was closed, and closed again', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect((await seen()).url).toBe('/echo');
      await session.close();
      await server.waitForOpenConnections(0);
    }
  });

  test('what is done to a response is not undone by its way back', async () => {
    const plain = await get('/bytes');
    session.hooks.response = hooks.touchUp;
    for (let round = 0; round < 3; round += 1) {
      const response = (await get('/bytes')) as Response & { note?: unknown; list?: unknown };
      expect(response.headers['x-hook']).toBe('seen');
      expect(response.encoding).toBe('latin-1');
      expect([response.note, response.list]).toEqual([{ status: 200, parts: 2 }, [1, 'two', null]]);
      expect(response.request.hooks.response).toEqual([hooks.touchUp]);
      expect(Object.keys(response)).toEqual([...Object.keys(plain), 'note', 'list']);
    }
    session.hooks.response = hooks.addDeep;
    const deep = (await get('/bytes')) as Response & { deep?: unknown };
    expect(deep.deep).toEqual({ rows: [{ id: 1 }], when: new Date(0), self: deep });
  });

  test.each(Object.entries(bodies))('the body of %s arrives byte by byte', async (path, body) => {
    for (let round = 0; round < 2; round += 1) {
      const response = await get(path);
      expect(response.content).toBeInstanceOf(Buffer);
      expect(response.content.equals(body)).toBe(true);
      expect([...response.iter_content(null)].map((part) => part.length)).toEqual(
        body.length === 0 ? [] : [body.length],
      );
      expect(response.raw?.closed).toBe(true);
      expect(await response.raw?.read()).toHaveLength(0);
    }
  });

  test('a compressed body, header lines that repeat, cookies, and a status that is an error', async () => {
    for (let round = 0; round < 2; round += 1) {
      expect((await get('/gzip')).content.equals(everyByte)).toBe(true);
      const twice = await get('/twice');
      expect([twice.headers['x-twice'], twice.raw?.headers.getlist('X-Twice')]).toEqual(['1, 2', ['1', '2']]);
      expect((await get('/set')).cookies.get_dict()).toEqual({ a: '1' });
      const error = await get('/503');
      expect([error.ok, error.status_code, error.reason]).toEqual([false, 503, 'Service Unavailable']);
    }
  });

  test('a session that its own code sees is not shared with another call', async () => {
    await using inner = new Session();
    const own = new FuturesSession({ executor, session: inner });
    const options = { background_callback: hooks.markSession };
    for (let round = 1; round <= 2; round += 1) {
      const response = (await own.get(`${server.url}/echo`, options)) as Response & { marks?: number };
      // In a thread it is a copy, of which nothing comes home but the cookies.
      expect(response.marks).toBe(name === 'WorkerPoolExecutor' ? 1 : round);
      if (name === 'WorkerPoolExecutor') expect(response.request.headers['X-Marked']).toBeUndefined();
    }
  });
});

/** However a request ends, what waits for its place or its turn goes on. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { as_completed, FuturesSession, type FuturesRequestOptions, Retry, wait } from '../../src/index.js';
import { ADAPTERS } from '../helpers/adapters.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

let server: HttpServer;
beforeEach(async () => {
  server = await startHttpServer((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/reset')) request.socket.destroy();
    else if (path.startsWith('/loop')) response.writeHead(302, { Location: '/loop' }).end();
    else if (path.startsWith('/scheme')) response.writeHead(302, { Location: 'gopher://there/' }).end();
    else if (path.startsWith('/half')) {
      response.writeHead(200, { 'Content-Length': '10' }).write('half');
      request.socket.end();
    } else if (path.startsWith('/zip'))
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('no gzip');
    else if (!path.startsWith('/silent')) response.end('ok');
  });
});
afterEach(() => server.close());

const boom = (): never => {
  throw new Error('boom');
};

/** How a request can fail: its path, or whole URL, and its options. */
const FAILURES: readonly [how: string, path: string, options: FuturesRequestOptions][] = [
  ['nothing listens', 'http://127.0.0.1:1/', {}],
  ['the URL is none', 'nowhere', {}],
  ['no adapter is mounted for it', 'gopher://there/', {}],
  ['the connection is reset', '/reset', {}],
  ['the body is cut off', '/half', {}],
  ['the body cannot be decoded', '/zip', {}],
  ['the body is too large', '/ok', { max_response_size: 1 }],
  ['it redirects without end', '/loop', {}],
  ['it redirects to nowhere', '/scheme', {}],
  ['it times out', '/silent', { timeout: 0.02 }],
  ['its deadline passes', '/silent', { deadline: 0.02 }],
  ['it is aborted', '/silent', { signal: AbortSignal.timeout(20) }],
  ['its hook throws', '/ok', { hooks: { response: boom } }],
  ['its background_callback throws', '/ok', { background_callback: boom }],
  ['its retries are used up', '/reset', { max_retries: 2 }],
  ['a header is malformed', '/ok', { headers: { 'X-Bad': 'a\nb' } }],
];

describe.each(ADAPTERS)('over %s', (_name, Adapter) => {
  test.each(FAILURES)('the next one starts when %s', async (_how, path, options) => {
    await using session = new FuturesSession({ max_workers: 2, limits: { limit: 1, max_delay: 60 } });
    session.mount('http://', new Adapter());
    const url = /^(\/)/.test(path) ? `${server.url}${path}` : path;
    const failing = session.get(url, {
      ...options,
      ...('signal' in options && { signal: AbortSignal.timeout(20) }),
    });
    const next = [1, 2].map(() => session.get(`${server.url}/next`));
    await wait([failing, ...next]);
    expect(failing.cancelled() || failing.exception_now() !== null).toBe(true);
    expect(next.map((future) => future.result_now().text)).toEqual(['ok', 'ok']);
    expect(session.limits.stats()).toMatchObject({ queued: 0, running: 0 });
  });

  test('requests that fail together and are sent again together keep the rate', async () => {
    const failed = new Set<string>();
    let [under, most] = [0, 0];
    server.handler = (request, response) => {
      const path = request.url ?? '';
      under += 1;
      most = Math.max(most, under);
      setTimeout(() => {
        under -= 1;
        if (failed.has(path)) response.end('ok');
        else response.writeHead(503, { 'Retry-After': '1' }).end();
        failed.add(path);
      }, 5);
    };
    const max_retries = new Retry({ total: 2, status_forcelist: [503] });
    await using session = new FuturesSession({
      max_workers: 50,
      limits: { per_second: 100, burst: 4, limit: 6 },
    });
    session.mount('http://', new Adapter({ pool_maxsize: 50 }));
    const futures = Array.from({ length: 30 }, (_, i) => session.get(`${server.url}/${i}`, { max_retries }));
    await wait(futures);
    expect(futures.map((future) => future.result_now().text)).toEqual(Array(30).fill('ok'));
    expect(session.limits.stats().started).toBe(60);
    expect(most).toBeLessThanOrEqual(6);
  });

  test('waiting for the pause of a host uses up no retry', async () => {
    const arrivals: number[] = [];
    let until = 0;
    server.handler = (_request, response) => {
      arrivals.push(Date.now());
      if (arrivals.length === 1) {
        const date = new Date(Date.now() + 1500).toUTCString();
        until = Date.parse(date);
        response.writeHead(429, { 'Retry-After': date }).end();
      } else if (arrivals.length === 2) response.writeHead(503).end();
      else response.end('ok');
    };
    await using session = new FuturesSession({ limits: { limit: 1 } });
    session.mount('http://', new Adapter());
    expect((await session.get(server.url)).status_code).toBe(429);
    const max_retries = new Retry({ total: 1, status_forcelist: [429, 503] });
    expect((await session.get(server.url, { max_retries })).text).toBe('ok');
    expect(arrivals).toHaveLength(3);
    expect(arrivals[1]).toBeGreaterThan(until - 20);
  });

  test('with max_delay, a host that always refuses keeps neither as_completed() nor close() waiting', async () => {
    server.handler = (_request, response) => response.writeHead(429, { 'Retry-After': '1' }).end();
    const session = new FuturesSession({ limits: { limit_per_host: 1, max_delay: 1.5 } });
    session.mount('http://', new Adapter());
    const futures = Array.from({ length: 20 }, () => session.get(server.url));
    const ends: string[] = [];
    for await (const future of as_completed(futures)) ends.push(future.exception_now()?.name ?? '429');
    expect(ends.sort().slice(0, 1)).toEqual(['429']);
    expect(ends.filter((end) => end === 'MaxDelayExceeded').length).toBeGreaterThan(15);
    await session.close();
  });
});

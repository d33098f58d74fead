import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AsyncPoolExecutor,
  FuturesSession,
  PreparedRequest,
  Request,
  Session,
  WorkerPoolExecutor,
} from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { SURPLUS } from '../helpers/surplus.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

let server: HttpServer;

beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());

const notASignal = new AbortController() as unknown as AbortSignal;
const expected = 'signal must be an AbortSignal, got AbortController; pass its signal: controller.signal';

test('a POST that is refused at the call, as its signal is none, is not sent', async () => {
  const session = new FuturesSession();
  expect(() => session.post(`${server.url}/a`, { data: 'x', signal: notASignal })).toThrow(expected);
  const prepared = new PreparedRequest();
  prepared.prepare({ method: 'POST', url: `${server.url}/b`, data: 'x' });
  expect(() => session.send(prepared, { signal: notASignal })).toThrow(expected);
  for (const signal of [5, 'abort', {}, false]) {
    expect(() => session.post(`${server.url}/c`, { signal: signal as unknown as AbortSignal })).toThrow(
      /^signal must be an AbortSignal, got/,
    );
  }
  await session.close();
  expect(server.requests).toEqual([]);
});

test('a signal of another library, with the methods of an AbortSignal, is taken', async () => {
  await using session = new FuturesSession();
  const signal = {
    aborted: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  } as unknown as AbortSignal;
  server.requests.length = 0;
  expect((await session.get(`${server.url}/d`, { signal }).result()).status_code).toBe(200);
});

test('a FuturesSession that is given something else than an executor or options shows the options', () => {
  for (const first of [10, 'eight', true, null]) {
    expect(() => new FuturesSession(first as never)).toThrow(
      /^FuturesSession\(\) takes an executor or an object of options, { max_workers: 10 }, got /,
    );
  }
  expect(() => new FuturesSession({ maxWorkers: 3 } as never)).toThrow("did you mean 'max_workers'?");
});

test('a function with the method of an executor or a session is taken for one, as proxies of remote objects are', async () => {
  await using own = new AsyncPoolExecutor();
  await using sender = new Session();
  const executor = Object.assign(() => undefined, { submit: own.submit.bind(own) });
  const session = Object.assign(() => undefined, { request: sender.request.bind(sender) });
  for (const given of [[executor], [{ executor }], [{ session }]]) {
    await using futures = new FuturesSession(...(given as [object]));
    expect((await futures.get(`${server.url}/f`)).status_code).toBe(200);
  }
});

test('options in the place of the URL are refused at the call', () => {
  const session = new FuturesSession();
  expect(() => session.request('http://a.test/', { method: 'GET' } as never)).toThrow(
    'request() takes a URL, got an object; write request(method, url, options) or request({ method, url, … })',
  );
  expect(() => session.get({ uri: 'http://a.test/' } as never)).toThrow(
    'get() takes a URL, got an object; write get(url, options) or get({ url, … })',
  );
});

describe('arguments that a call does not take are refused, as JavaScript would drop them', () => {
  class Limited extends requests.LimiterMixin(Session) {}

  const threads = new WorkerPoolExecutor({ max_workers: 1 });
  afterAll(() => threads.shutdown());

  const senders: [string, () => object][] = [
    ['a Session', () => new Session()],
    ['a FuturesSession', () => new FuturesSession()],
    ['a FuturesSession over threads', () => new FuturesSession(threads)],
    ['a LimiterSession', () => new Limited()],
    ['requests', () => requests],
  ];

  test.each(senders)('by %s', async (_name, make) => {
    const sender = make() as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const [name, args, message] of SURPLUS) {
      const call = sender[name];
      if (call === undefined) continue;
      // A FuturesSession throws at the call.
      if (sender instanceof FuturesSession) expect(() => call(...args), name).toThrow(message);
      else
        await expect(
          new Promise((resolve) => {
            resolve(call(...args));
          }),
          name,
        ).rejects.toThrow(message);
    }
  });

  test('by Request', () => {
    expect(
      () => new (Request as new (...args: unknown[]) => Request)('POST', 'http://127.0.0.1:1/', {}, {}),
    ).toThrow('Request() takes (method, url, options), got 4 arguments');
  });
});

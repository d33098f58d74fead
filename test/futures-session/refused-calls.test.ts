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

  const construct = (Class: unknown, ...args: unknown[]): unknown =>
    Reflect.construct(Class as new () => object, args);
  const invoke = (object: object, name: string, ...args: unknown[]): unknown =>
    Reflect.apply(Reflect.get(object, name) as () => unknown, object, args);
  const { HTTPAdapter, LimiterAdapter, UndiciAdapter, urllib3 } = requests;
  const request = new Request('GET', 'http://127.0.0.1:1/');
  const adapter = new HTTPAdapter();

  const calls: readonly [call: () => unknown, message: string][] = [
    ...[HTTPAdapter, UndiciAdapter, LimiterAdapter].map((Adapter): [() => unknown, string] => [
      () => construct(Adapter, {}, { max_retries: 3 }),
      `${Adapter.name}() takes (options), got 2 arguments`,
    ]),
    [
      () => invoke(adapter, 'send', request.prepare(), { stream: true }, { timeout: 5 }),
      'send() takes (request, options), got 3 arguments',
    ],
    [
      () => invoke(adapter, 'send', request.prepare(), true),
      'send() takes its options as an object, got boolean',
    ],
    [() => construct(urllib3.Retry, 3, 2), 'Retry() takes its options as an object, got number'],
    [() => construct(urllib3.Retry, 3, {}, {}), 'Retry() takes (total, options), got 3 arguments'],
    [
      () => construct(FuturesSession, {}, { max_workers: 3 }),
      'FuturesSession() takes either (executor, options) or one object with all of them',
    ],
    [
      () => invoke(new AsyncPoolExecutor(1), 'shutdown', false, true),
      'shutdown() takes its options as an object, got boolean',
    ],
    [
      () => invoke(new Session(), 'prepare_request', request, { timeout: 5 }),
      'prepare_request() takes (request), got 2 arguments',
    ],
    [() => invoke(request, 'prepare', { data: 'x' }), 'prepare() takes no arguments, got 1 arguments'],
  ];
  test.each(calls.map(([call, message]) => ({ call, message })))(
    'at the call: $message',
    async ({ call, message }) => {
      const calling = new Promise((resolve) => {
        resolve(call());
      });
      await expect(calling).rejects.toThrow(new TypeError(message));
    },
  );

  test('of a Retry, both objects are taken', () => {
    const retry = new requests.urllib3.Retry({ total: 3 }, { connect: 1 });
    expect([retry.total, retry.connect]).toEqual([3, 1]);
  });

  test('by Request', () => {
    expect(
      () => new (Request as new (...args: unknown[]) => Request)('POST', 'http://127.0.0.1:1/', {}, {}),
    ).toThrow('Request() takes (method, url, options), got 4 arguments');
  });
});

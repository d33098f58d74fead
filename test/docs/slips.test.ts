/** Usual slips: nothing is sent, and the message says what to write. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  as_completed,
  FuturesSession,
  HTTPAdapter,
  Retry,
  ThreadPoolExecutor,
  wait,
  WorkerPoolExecutor,
} from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer((_request, response) => response.end('{}'));
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (options: object): Promise<unknown> => requests.get(server.url, options);

/** What is written, and what the message has to say. */
const slips: readonly (readonly [slip: string, run: () => unknown, says: string | RegExp])[] = [
  ["proxies: 'http://p'", () => get({ proxies: 'http://p' }), "{ https: 'http://proxy:3128' }"],
  ['proxies of axios', () => get({ proxies: { host: 'p', port: 80 } }), "got one with the key 'host'"],
  ['new FuturesSession(10)', () => new FuturesSession(10 as never), '{ max_workers: 10 }'],
  ["cookies: 'a=b'", () => get({ cookies: 'a=b' }), 'an object of names and values'],
  ['a controller as signal', () => get({ signal: new AbortController() }), 'controller.signal'],
  [
    'session.request(url, { method })',
    () => new requests.Session().request(server.url, { method: 'GET' } as never),
    'request(method, url, options)',
  ],
  ['hooks: fn', () => get({ hooks: () => undefined }), '{ response: hook }'],
  ['status_forcelist: 503', () => new Retry({ status_forcelist: 503 as never }), 'a list or a Set'],
  ['time_out', () => get({ time_out: 5 }), "did you mean 'timeout'?"],
  ['maxWorkers', () => new FuturesSession({ maxWorkers: 5 } as never), "did you mean 'max_workers'?"],
  ['max_response_size: NaN', () => get({ max_response_size: NaN }), 'a number of bytes'],
  ['no scheme', () => requests.get('example.com'), 'Perhaps you meant https://example.com?'],
  ["post(url, 'a=b')", () => requests.post(server.url, 'a=b' as never), '{ data: … } or { json: … }'],
  ["auth: 'user:pw'", () => get({ auth: 'user:pw' }), '[user, password]'],
  [
    'mount without a prefix',
    () => {
      new requests.Session().mount(new HTTPAdapter() as never, 'https://' as never);
    },
    'mount(prefix, adapter)',
  ],
  [
    'mount of a class',
    () => {
      new requests.Session().mount('https://', HTTPAdapter as never);
    },
    'new HTTPAdapter()',
  ],
  [
    'mount of null',
    () => {
      new requests.Session().mount('https://', null as never);
    },
    'an object with a send method',
  ],
  [
    'submit(fn())',
    () => new ThreadPoolExecutor(1).submit(Promise.resolve(1) as never),
    'submit(fn, ...args)',
  ],
  [
    'a closure for worker threads',
    async () => {
      await using executor = new WorkerPoolExecutor(1);
      await executor.submit(() => 1);
    },
    'importable(',
  ],
  ['wait([promise])', () => wait([Promise.resolve()] as never), 'wait() takes futures, got Promise'],
  [
    'as_completed([promise])',
    async () => {
      for await (const _ of as_completed([Promise.resolve()] as never)) void _;
    },
    'as_completed() takes futures, got Promise',
  ],
  [
    'json() of a stream',
    async () => ((await get({ stream: true })) as requests.Response).json(),
    'await response.read()',
  ],
];

describe('the message for', () => {
  test.each(slips)('%s names what to write', async (_slip, run, says) => {
    await expect(Promise.resolve().then(run)).rejects.toThrow(says);
  });
});

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
  server = await startHttpServer((request, response) => {
    response.writeHead(request.url === '/loop' ? 302 : 200, { location: '/loop' }).end('{}');
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (options: object): Promise<unknown> => requests.get(server.url, options);
const post = (options: object): Promise<unknown> => requests.post(server.url, options);

/** A call as JavaScript allows it. */
function call(target: object, method: string, ...args: unknown[]): unknown {
  return (target as Readonly<Record<string, (...args: unknown[]) => unknown>>)[method]?.(...args);
}

/** A request of a session that has one setting. */
const withSetting = (settings: object, url = server.url): Promise<unknown> =>
  Object.assign(new requests.Session(), settings).get(url);

/** What is written, and what the message has to say. */
const slips: readonly (readonly [slip: string, run: () => unknown, says: string | RegExp])[] = [
  // Options of a request.
  ["timeout: '5'", () => get({ timeout: '5' }), 'Got string; write seconds, { timeout: 5 }'],
  ['timeout: {}', () => get({ timeout: { connect: 1 } }), 'or [connect, read]'],
  ['a Set in json', () => post({ json: { a: new Set([1]) } }), 'make it a list: [...values]'],
  ['a promise in json', () => post({ json: { a: Promise.resolve(1) } }), 'await it first'],
  ['bytes in json', () => post({ json: Buffer.from('a') }), '{ data: bytes }'],
  ['a numeric header', () => get({ headers: { 'X-N': 5 } }), 'make it text: String(value)'],
  ['a list as header', () => get({ headers: { 'X-N': ['a', 'b'] } }), "values.join(', ')"],
  ['a date as header', () => get({ headers: { 'X-N': new Date() } }), 'date.toUTCString()'],
  ['headers as a list', () => get({ headers: ['X-N: 5'] }), "{ 'X-Name': 'value' }"],
  ["proxies: 'http://p'", () => get({ proxies: 'http://p' }), "{ https: 'http://proxy:3128' }"],
  ['proxies of axios', () => get({ proxies: { host: 'p', port: 80 } }), "got one with the key 'host'"],
  ["auth: 'user:pw'", () => get({ auth: 'user:pw' }), '[user, password]'],
  ['an auth class', () => get({ auth: requests.auth.HTTPBasicAuth }), 'write new HTTPBasicAuth('],
  ['a password that is not set', () => get({ auth: ['user', undefined] }), 'got undefined as password'],
  ["cookies: 'a=b'", () => get({ cookies: 'a=b' }), 'an object of names and values'],
  ['params: 5', () => get({ params: 5 }), "{ name: 'value' }"],
  ["files: 'a.csv'", () => post({ files: 'a.csv' }), "{ file: createReadStream('a.csv') }"],
  ['data: new Date()', () => post({ data: new Date() }), 'text, bytes, names and values, or a stream'],
  ["verify: 'yes'", () => withSetting({ verify: 'yes' }, 'https://127.0.0.1:1'), 'true, false or the path'],
  ['verify: 1', () => get({ verify: 1 }), 'true, false or the path'],
  ['cert: {}', () => get({ cert: {} }), '[certificate, key]'],
  ["stream: 'true'", () => get({ stream: 'true' }), 'stream must be true or false'],
  ["allow_redirects: 'no'", () => get({ allow_redirects: 'no' }), 'allow_redirects must be true or false'],
  ['a controller as signal', () => get({ signal: new AbortController() }), 'controller.signal'],
  ['hooks: fn', () => get({ hooks: () => undefined }), '{ response: hook }'],
  ['hooks: { request: fn }', () => get({ hooks: { request: () => undefined } }), '{ response: hook }'],
  ["hooks: { response: 'f' }", () => get({ hooks: { response: 'f' } }), 'a function, or several in a list'],
  ['time_out', () => get({ time_out: 5 }), "did you mean 'timeout'?"],
  ['max_redirects', () => get({ max_redirects: 3 }), 'session.max_redirects'],
  ['searchParams', () => get({ searchParams: { a: 1 } }), "did you mean 'params'?"],
  ['body', () => post({ body: 'a' }), "did you mean 'data' or 'json'?"],
  ['max_response_size: NaN', () => get({ max_response_size: NaN }), 'a number of bytes'],
  // Calls.
  ['no URL', () => requests.get(undefined as never), "missing 1 required argument: 'url'"],
  ['no scheme', () => requests.get('example.com'), 'Perhaps you meant https://example.com?'],
  ['no scheme but slashes', () => requests.get('//example.com'), 'Perhaps you meant https://example.com?'],
  ['host and port', () => requests.get('localhost:80/a'), 'Perhaps you meant http://localhost:80/a?'],
  ['a path', () => requests.get('/a'), 'base_url'],
  ['a list of URLs', () => requests.get(['a'] as never), 'urls.map((url) => session.get(url))'],
  ['a promise as URL', () => requests.get(Promise.resolve('a') as never), 'await it first'],
  ["post(url, 'a=b')", () => requests.post(server.url, 'a=b' as never), '{ data: … } or { json: … }'],
  [
    'post(url, null, body)',
    () => call(requests, 'post', server.url, null, { a: 1 }),
    'takes (url, options), got 3 arguments',
  ],
  [
    'session.post(url, null, body)',
    () => call(new requests.Session(), 'post', server.url, null, { a: 1 }),
    'takes (url, options), got 3 arguments',
  ],
  [
    'session.request(url, { method })',
    () => new requests.Session().request(server.url, { method: 'GET' } as never),
    'request(method, url, options)',
  ],
  [
    'send(request)',
    () => new requests.Session().send(new requests.Request('GET', server.url) as never),
    'session.prepare_request(request)',
  ],
  [
    'json() of a stream',
    async () => ((await get({ stream: true })) as requests.Response).json(),
    'await response.read()',
  ],
  // Sessions.
  ['new FuturesSession(10)', () => new FuturesSession(10 as never), '{ max_workers: 10 }'],
  ['maxWorkers', () => new FuturesSession({ maxWorkers: 5 } as never), "did you mean 'max_workers'?"],
  [
    'new FuturesSession({ timeout })',
    () => new FuturesSession({ timeout: 5 } as never),
    'session.timeout = 5',
  ],
  ['executor: 5', () => new FuturesSession({ executor: 5 as never }), 'a submit() method, got number'],
  [
    'an executor class',
    () => new FuturesSession({ executor: ThreadPoolExecutor as never }),
    'write new AsyncPoolExecutor()',
  ],
  [
    'a session class',
    () => new FuturesSession({ session: requests.Session as never }),
    'write new Session()',
  ],
  [
    'background_callback: 5',
    () => new FuturesSession().get(server.url, { background_callback: 5 as never }),
    'must be a function',
  ],
  ['params of a session', () => withSetting({ params: 5 }), "{ name: 'value' }"],
  ['base_url of a session', () => withSetting({ base_url: new URL(server.url) }), 'base_url must be text'],
  ['max_redirects that is none', () => withSetting({ max_redirects: NaN }, `${server.url}/loop`), 'a number'],
  [
    'session.hooks.request = fn',
    () => {
      const session = new requests.Session();
      Object.assign(session.hooks, { request: () => undefined });
      return session.get(server.url);
    },
    '{ response: hook }',
  ],
  ['mount without arguments', () => call(new requests.Session(), 'mount'), 'mount(prefix, adapter)'],
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
  // Retries and adapters.
  ["Retry({ total: '3' })", () => new Retry({ total: '3' as never }), 'total must be a number, not string'],
  ["backoff_factor: '1'", () => new Retry({ backoff_factor: '1' as never }), 'must be a number, not string'],
  ['status_forcelist: 503', () => new Retry({ status_forcelist: 503 as never }), 'a list or a Set'],
  ["status_forcelist: ['503']", () => new Retry({ status_forcelist: ['503' as never] }), 'numbers: [503]'],
  ["allowed_methods: ['get']", () => new Retry({ allowed_methods: ['get'] }), "in capitals: ['GET']"],
  ['new HTTPAdapter(3)', () => new HTTPAdapter(3 as never), 'as an object, got number'],
  ["max_retries: '3'", () => new HTTPAdapter({ max_retries: '3' as never }), 'must be a number'],
  ["pool_maxsize: '3'", () => new HTTPAdapter({ pool_maxsize: '3' as never }), 'must be a number'],
  ['fetch: 5', () => new HTTPAdapter({ fetch: 5 as never }), 'fetch must be a function'],
  // Futures and executors.
  ['submit(fn())', () => new ThreadPoolExecutor(1).submit(5 as never), 'submit(fn, ...args)'],
  [
    'submit(async fn())',
    () => new ThreadPoolExecutor(1).submit(Promise.resolve(1) as never),
    'submit(fn, ...args)',
  ],
  ['map([1], fn)', () => new ThreadPoolExecutor(1).map([1] as never, [1]), 'map(fn, ...iterables)'],
  [
    "result('5')",
    () => new ThreadPoolExecutor(1).submit(() => 1).result('5' as never),
    'a number of seconds',
  ],
  ["ThreadPoolExecutor(1, 'name')", () => new ThreadPoolExecutor(1, 'a' as never), 'thread_name_prefix'],
  [
    'a closure for worker threads',
    async () => {
      await using executor = new WorkerPoolExecutor(1);
      await executor.submit(() => 1);
    },
    'importable(',
  ],
  ['wait(future)', () => wait(new ThreadPoolExecutor(1).submit(() => 1) as never), '[future]'],
  ['wait([promise])', () => wait([Promise.resolve()] as never), 'wait() takes futures, got Promise'],
  ["return_when: 'first'", () => wait([], { return_when: 'first' as never }), 'FIRST_COMPLETED'],
  [
    'as_completed([promise])',
    async () => {
      for await (const _ of as_completed([Promise.resolve()] as never)) void _;
    },
    'as_completed() takes futures, got Promise',
  ],
  [
    'for without await',
    () => [...(as_completed([]) as unknown as Iterable<unknown>)],
    'iterate with `for await`',
  ],
];

describe('the message for', () => {
  test.each(slips)('%s names what to write', async (_slip, run, says) => {
    await expect(Promise.resolve().then(run)).rejects.toThrow(says);
  });
});

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { HTTPAdapter, Request, type RequestOptions, Retry, Session } from 'requests-futures/requests';
import { failureOf } from '../helpers/failures.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import { noteWarnings } from '../helpers/warnings.js';

let server: HttpServer;
let session: Session;

beforeAll(async () => {
  server = await startHttpServer();
  session = new Session();
});
afterAll(async () => {
  await session.close();
  await server.close();
});
beforeEach(() => {
  server.requests.length = 0;
});

/** What a request with these options is refused with; it must not reach the server. */
async function refusal(options: Record<string, unknown>): Promise<string> {
  const error: unknown = await session.get(server.url, options as RequestOptions).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(server.requests).toEqual([]);
  expect(error).toBeInstanceOf(Error);
  return String(error);
}

test.each<[string, unknown]>([
  ['a string', 'http://user:secret@proxy.test:3128'],
  ['a Map', new Map([['http', 'http://proxy.test:3128']])],
  ['a list', ['http://proxy.test:3128']],
  ["axios' object", { protocol: 'http', host: 'proxy.test', port: 3128 }],
  ["axios' object without a port", { host: 'proxy.test' }],
  ['an object of URL objects', { http: new URL('http://proxy.test:3128') }],
  ['false', false],
])('proxies that are %s are refused, not left out', async (_name, proxies) => {
  const message = await refusal({ proxies });
  expect(message).toMatch(/^TypeError: proxies must be an object of URLs by scheme, .*, got /);
  expect(message).not.toContain('secret');
  const other = new Session();
  other.proxies = proxies as never;
  await expect(other.get(server.url)).rejects.toThrow('proxies must be an object');
  const prepared = new Request('GET', server.url).prepare();
  await expect(other.send(prepared)).rejects.toThrow('proxies must be an object');
  expect(server.requests).toEqual([]);
});

test.each([undefined, null, {}, { a: 'b' }, 'a=b', new Map()])(
  'session.cookies = %o is refused before anything is sent',
  async (cookies) => {
    const message =
      /^session\.cookies must be a RequestsCookieJar, got \w+; write session\.cookies\.clear\(\), or /;
    const other = new Session();
    other.cookies = cookies as never;
    await expect(other.get(server.url)).rejects.toThrow(message);
    await expect(other.get(server.url, { cookies: { a: 'b' } })).rejects.toThrow(message);
    await expect(other.send(new Request('GET', server.url).prepare())).rejects.toThrow(message);
    expect(() => other.prepare_request(new Request('GET', server.url))).toThrow(message);
    expect(server.requests).toEqual([]);
  },
);

test.each<[string, unknown, string]>([
  ['adapters', null, 'got null'],
  ['adapters', {}, 'got Object'],
  ['adapters', [], 'got Array'],
  ['cookies', null, 'got null'],
  ['cookies', {}, 'got Object'],
  ['trust_env', 'false', 'session.trust_env must be true or false, got string'],
])('session.%s = %o is named, whoever sends', async (name, value, expected) => {
  await using threads = new WorkerPoolExecutor({ threads: 1, max_workers: 1 });
  for (const other of [new Session(), new FuturesSession(), new FuturesSession(threads)]) {
    const usual: unknown = Reflect.get(other, name);
    Object.assign(other, { [name]: value });
    const error = await failureOf(other.get(server.url), TypeError);
    expect(error.message).toMatch(new RegExp(`^session\\.${name} must be `));
    expect(error.message).toContain(expected);
    if (name === 'adapters') {
      await expect(other.close()).rejects.toThrow('session.adapters must be a Map');
      expect(() => {
        other.mount('http://a.test/', new HTTPAdapter());
      }).toThrow('session.adapters must be a Map');
    }
    Object.assign(other, { [name]: usual });
    await other.close();
  }
  expect(server.requests).toEqual([]);
});

const unexpected = (name: string): string =>
  `TypeError: request() got an unexpected keyword argument '${name}'`;

test.each<[string, unknown, string]>([
  [
    'cookies',
    'a=b',
    'TypeError: cookies must be an object of names and values or a RequestsCookieJar, got string',
  ],
  [
    'hooks',
    () => undefined,
    'TypeError: hooks must be an object of functions by event, { response: hook }, got function',
  ],
  [
    'hooks',
    [() => undefined],
    'TypeError: hooks must be an object of functions by event, { response: hook }, got Array',
  ],
  [
    'signal',
    new AbortController(),
    'TypeError: signal must be an AbortSignal, got AbortController; pass its signal: controller.signal',
  ],
  ['max_response_size', NaN, 'ValueError: max_response_size must be a number of bytes, got NaN'],
  ['max_response_size', -1, 'ValueError: max_response_size must be a number of bytes, got -1'],
  ['max_response_size', '1MB', 'TypeError: max_response_size must be a number of bytes or null, got string'],
  ['time_out', 5, `${unexpected('time_out')}; did you mean 'timeout'?`],
  ['allowRedirects', false, `${unexpected('allowRedirects')}; did you mean 'allow_redirects'?`],
  ['header', {}, `${unexpected('header')}; did you mean 'headers'?`],
  ['body', 'x', `${unexpected('body')}; did you mean 'data' or 'json'?`],
  ['a', 'x', `${unexpected('a')}; a body is written { data: … } or { json: … }, a query { params: … }`],
])('%s: %o is refused with what was expected', async (name, value, message) => {
  expect(await refusal({ [name]: value })).toBe(message);
});

const NAMES = "an object of names and values: { 'X-Name': 'value' }";
const COOKIES = "an object of names and values or a RequestsCookieJar: { name: 'value' }";
const FILES = "an object or pairs, such as { file: createReadStream('a.csv') }";
const FIELDS = "an object or pairs: { name: 'value' } or [['name', 'value']]";

test.each<[string, unknown, string]>([
  ['headers', ['Authorization: secret'], `headers must be ${NAMES}; got Array of string`],
  ['headers', new Set(['Authorization: secret']), `headers must be ${NAMES}; got Set of string`],
  ['headers', [{ name: 'X-A', value: 'secret' }], `headers must be ${NAMES}; got Array of Object`],
  ['headers', 'Authorization: secret', 'headers must be an object of names and values, got string'],
  ['cookies', ['a=secret'], `cookies must be ${COOKIES}; got Array of string`],
  ['cookies', new Set(['a=secret']), `cookies must be ${COOKIES}; got Set of string`],
  ['data', ['a=secret'], `data must be ${FIELDS}; got Array of string`],
  ['data', ['ab', 'abc'], `data must be ${FIELDS}; got Array of string`],
  ['data', [{ a: 1, b: 2 }], `data must be ${FIELDS}; got Array of Object`],
  ['data', [1, 2], `data must be ${FIELDS}; got Array of number`],
  ['params', ['a=secret'], `params must be ${FIELDS}; got Array of string`],
  ['params', ['ab', 'abc'], `params must be ${FIELDS}; got Array of string`],
  ['params', new Set(['a=secret']), `params must be ${FIELDS}; got Set of string`],
  ['params', [['a', 1], null], `params must be ${FIELDS}; got Array of null`],
  ['files', ['secret.txt'], `files must be ${FILES}; got Array of string`],
])('%s that are %o are a TypeError with what was meant', async (name, value, message) => {
  const options = { [name]: value };
  const prepared = (): unknown => new Request('POST', server.url, options).prepare();
  expect(prepared).toThrow(new TypeError(message));
  expect(await failureOf(session.post(server.url, options), TypeError)).toEqual(new TypeError(message));
  expect(await failureOf(requests.post(server.url, options), TypeError)).toEqual(new TypeError(message));
  await using executor = new WorkerPoolExecutor({ threads: 1, max_workers: 1 });
  await using futures = new FuturesSession({ executor });
  expect((await futures.post(server.url, options).exception())?.message).toBe(message);
  if (name in session) {
    await using other = new Session();
    const setAndSend = async (): Promise<unknown> => {
      Object.assign(other, options);
      return other.post(server.url);
    };
    // A session takes its cookies in a jar only.
    const expected =
      name === 'cookies' ? /^session\.cookies must be a RequestsCookieJar, got / : new TypeError(message);
    await expect(setAndSend()).rejects.toThrow(expected);
  }
  expect(server.requests).toEqual([]);
});

test('lines are refused by the dicts of headers and cookies, too, and are not shown', () => {
  const { headers, cookies } = new Session();
  const before = String(headers);
  expect(() => {
    headers.update(['Authorization: secret'] as unknown as Record<string, string>);
  }).toThrow('expected pairs of a name and a value, got string; write { name: value }');
  expect(() => {
    cookies.update(['a=secret'] as never);
  }).toThrow(`cookies must be ${COOKIES}; got Array of string`);
  expect([String(headers), cookies.length]).toEqual([before, 0]);
});

test("a session's hooks and size limit are checked as a request's are", async () => {
  const other = new Session();
  expect(() => {
    other.hooks = (() => undefined) as never;
  }).toThrow('hooks must be an object of functions by event');
  other.max_response_size = NaN;
  await expect(other.get(server.url)).rejects.toThrow('max_response_size must be a number of bytes, got NaN');
  expect(() => new (Session as new (options: object) => Session)({ timeout: 5 })).toThrow(
    'Session() takes no arguments, got Object; its settings are attributes: session.timeout = 5',
  );
});

test.each([
  ['status_forcelist', 503, 'status_forcelist must be a list or a Set, got number 503'],
  ['allowed_methods', 'GET', "allowed_methods must be a list or a Set, got string 'GET'"],
  [
    'remove_headers_on_redirect',
    'X-Key',
    "remove_headers_on_redirect must be a list or a Set, got string 'X-Key'",
  ],
])('Retry takes no single value for %s', (name, value, message) => {
  expect(() => new Retry({ [name]: value })).toThrow(message);
});

test('a timeout that looks like milliseconds is warned about, once', async () => {
  const warnings = noteWarnings();
  await session.get(server.url, { timeout: [5000, 5000] });
  await session.get(server.url, { timeout: Infinity });
  await session.get(server.url, { timeout: 5000 });
  await session.get(server.url, { timeout: 30000 });
  expect(warnings.map(({ message }) => message)).toEqual([
    'timeout: 5000 means 5000 seconds, not milliseconds; if that is what you want, write [5000, 5000]',
  ]);
});

test('what a polluted Object.prototype has becomes no option of a request', async () => {
  const polluted = {
    proxies: { http: 'http://127.0.0.1:1' },
    auth: ['user', 'secret'],
    headers: { 'X-Added': '1' },
    data: 'added',
    unheard: 1,
  };
  const prepared = new Request('GET', server.url).prepare();
  const prototype = Object.prototype as object;
  Object.assign(prototype, polluted);
  try {
    await session.get(server.url);
    await session.get(server.url, { timeout: 5 });
    await session.post({ url: server.url });
    await session.request({ method: 'GET', url: server.url });
    await session.send(prepared, {});
  } finally {
    for (const name of Object.keys(polluted)) Reflect.deleteProperty(prototype, name);
  }
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST', 'GET', 'GET']);
  for (const { headers, body } of server.requests) {
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('x-added');
    expect(body.toString()).toBe('');
  }
});

test('the adapters of a session may be behind a Proxy, as a reactive store makes it', async () => {
  await using other = new Session();
  const adapters = new Proxy(other.adapters, {
    get: (map, name): unknown => {
      const value: unknown = Reflect.get(map, name, map);
      return typeof value === 'function' ? value.bind(map) : value;
    },
  });
  Object.assign(other, { adapters });
  expect((await other.get(server.url)).status_code).toBe(200);
});

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Request, type RequestOptions, Retry, Session } from 'requests-futures/requests';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

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
  ['body', 'x', `${unexpected('body')}; a body is written { data: … } or { json: … }, a query { params: … }`],
])('%s: %o is refused with what was expected', async (name, value, message) => {
  expect(await refusal({ [name]: value })).toBe(message);
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
  const warnings: string[] = [];
  const note = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', note);
  try {
    await session.get(server.url, { timeout: [5000, 5000] });
    await session.get(server.url, { timeout: 5000 });
    await session.get(server.url, { timeout: 30000 });
  } finally {
    process.off('warning', note);
  }
  expect(warnings).toEqual([
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

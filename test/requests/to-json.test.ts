import { afterAll, beforeAll, expect, test } from 'vitest';
import { AsyncPoolExecutor, Future, FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

let server: HttpServer;
const SECRET = Buffer.from('user:secret').toString('base64');

beforeAll(async () => {
  server = await startHttpServer();
  server.handler = (_request, response) => {
    response.setHeader('Set-Cookie', 'sid=secret');
    response.end('the body');
  };
});
afterAll(() => server.close());

test('a response, its request, its session and its future are JSON without headers, bodies and credentials', async () => {
  await using session = new FuturesSession();
  session.auth = ['user', 'secret'];
  session.headers.set('X-Key', 'secret');
  const url = `${server.url}/a?b=1`;
  const masked = url.replace('http://', 'http://***@');
  const future = session.post(url.replace('http://', 'http://user:secret@'), {
    data: 'secret',
    cookies: { c: 'secret' },
  });
  const running = JSON.stringify({ future, session });
  const response = await future.result();
  const request = new requests.Request('GET', url.replace('http://', 'http://user:secret@'), {
    auth: ['user', 'secret'],
  });
  const text = JSON.stringify({
    response,
    prepared: response.request,
    request,
    session,
    future,
    auth: new requests.auth.HTTPBasicAuth('user', 'secret'),
  });
  expect(text + running).not.toMatch(/secret|the body/);
  expect(text).not.toContain(SECRET);
  expect(JSON.parse(text)).toEqual({
    response: { status_code: 200, reason: 'OK', url: masked, elapsed: expect.any(Number) as number },
    prepared: { method: 'POST', url: masked },
    request: { method: 'GET', url: masked },
    session: '<FuturesSession>',
    future: expect.stringMatching(/^<Future at .* state=finished returned Response>$/) as string,
    auth: '<HTTPBasicAuth>',
  });
  expect(JSON.parse(running)).toEqual({
    future: expect.stringMatching(/^<Future at .* state=/) as string,
    session: '<FuturesSession>',
  });
});

test('what holds settings, cookies or calls is JSON without them', async () => {
  class TokenAuth extends requests.auth.AuthBase {
    token = 'secret';
    override call(request: requests.PreparedRequest): requests.PreparedRequest {
      return request;
    }
  }
  await using session = new requests.Session();
  session.cookies.set('c', 'secret', { domain: 'example.com' });
  const response = await session.get(server.url);
  const adapter = new requests.HTTPAdapter();
  const text = JSON.stringify({
    raw: response.raw,
    cookies: [session.cookies, response.cookies],
    auth: [new TokenAuth(), new requests.auth.HTTPDigestAuth('user', 'secret')],
    adapters: [adapter, new requests.UndiciAdapter()],
    managers: [adapter.poolmanager, adapter.proxy_manager_for('http://user:secret@127.0.0.1:1')],
    executors: [new AsyncPoolExecutor(), new WorkerPoolExecutor({ max_workers: 1, initargs: ['secret'] })],
    retry: new requests.urllib3.util.Retry({ total: 2, status_forcelist: [503] }),
  });
  expect(text).not.toMatch(/secret|the body/);
  const local = { name: 'sid', domain: '127.0.0.1', path: '/' };
  expect(JSON.parse(text)).toEqual({
    raw: { status: 200, reason: 'OK' },
    cookies: [[{ name: 'c', domain: 'example.com', path: '/' }, local], [local]],
    auth: ['<TokenAuth>', '<HTTPDigestAuth>'],
    adapters: ['<HTTPAdapter>', '<UndiciAdapter>'],
    managers: ['<PoolManager>', '<ProxyManager>'],
    executors: ['<AsyncPoolExecutor>', '<WorkerPoolExecutor>'],
    retry: 'Retry(total=2, connect=None, read=None, redirect=None, status=None)',
  });
});

test('an error is JSON with name, message, code, cause and request', async () => {
  const error: unknown = await requests
    .get('http://user:secret@127.0.0.1:1/')
    .catch((reason: unknown) => reason);
  const text = JSON.stringify(error);
  expect(text).not.toContain('secret');
  expect(text).not.toContain(SECRET);
  expect(JSON.parse(text)).toEqual({
    name: 'ConnectionError',
    message: expect.stringContaining('Connection refused') as string,
    code: 'ECONNREFUSED',
    request: { method: 'GET', url: 'http://***@127.0.0.1:1/' },
    cause: expect.stringMatching(/^MaxRetryError: /) as string,
  });
});

test('an error whose cause is itself, and one of any class of the package, are JSON', () => {
  const error = new requests.RequestException('first');
  error.cause = error;
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'RequestException',
    message: 'first',
    cause: 'RequestException: first',
  });
  const future = new Future<never>();
  future.set_exception(new requests.ValueError('bad'));
  expect(JSON.stringify(future.exception_now())).toBe('{"name":"ValueError","message":"bad"}');
});

test.each([
  ['HTTPAdapter', () => new requests.HTTPAdapter()],
  ['UndiciAdapter', () => new requests.UndiciAdapter()],
])("a failure over %s has Node's code", async (_name, makeAdapter) => {
  await using session = new requests.Session();
  session.mount('http://', makeAdapter());
  await expect(session.get('http://127.0.0.1:1/')).rejects.toHaveProperty('code', 'ECONNREFUSED');
  server.handler = (_request, response) => void response.socket?.resetAndDestroy();
  await expect(session.get(server.url)).rejects.toHaveProperty('code', 'ECONNRESET');
  await expect(session.get('no-url')).rejects.not.toHaveProperty('code');
});

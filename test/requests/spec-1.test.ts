/** Rows of section 1 of the specification that no other file tells of. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { KeyError, OSError, RuntimeError, ValueError, Warning } from '../../src/builtins/index.js';
import * as requests from '../../src/requests/index.js';
import { type PreparedRequest, type Response, Session } from '../../src/requests/index.js';
import { HTTPError as Urllib3HTTPError } from '../../src/requests/exceptions/urllib3.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import { startProxyServer } from '../helpers/servers/proxy-server.js';

let server: HttpServer;
let session: Session;

beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
  session = new Session();
});
afterEach(() => session.close());

const words = (text: string): string[] => text.trim().split(/\s+/);
const authorizations = (): (string | null)[] =>
  server.requests.map(({ headers }) => headers.authorization ?? null);
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('1.1 the names of the module', () => {
  test.each(words('request get options head post put patch delete session'))(
    '1.1: the function %s',
    (name) => {
      expect(Reflect.get(requests, name)).toBeTypeOf('function');
    },
  );

  test.each(words('Session Request PreparedRequest Response'))('1.1: the class %s', (name) => {
    expect(Reflect.get(requests, name)).toHaveProperty('prototype');
  });

  test('1.1: codes and __version__', () => {
    expect(requests.codes.ok).toBe(200);
    expect(requests.__version__).toMatch(/^\d+\.\d+\.\d+/);
  });

  test.each(
    words(`RequestException HTTPError ConnectionError ConnectTimeout ReadTimeout Timeout TooManyRedirects URLRequired
      JSONDecodeError FileModeWarning`),
  )('1.1: the exception %s, which is that of requests.exceptions', (name) => {
    expect(Reflect.get(requests, name)).toBe(Reflect.get(requests.exceptions, name));
  });

  test.each(words('adapters auth cookies exceptions hooks models structures utils urllib3'))(
    '1.1: the submodule %s',
    (name) => {
      expect(Object.keys(Reflect.get(requests, name) as object).length).toBeGreaterThan(0);
    },
  );
});

describe('1.2, 1.3: what a session lets be replaced', () => {
  test('1.2: cookies may be replaced by another jar, which is kept as it is', async () => {
    const jar = new requests.RequestsCookieJar();
    jar.set('mine', '1');
    session.cookies = jar;
    await session.get(server.url);
    expect([session.cookies === jar, server.requests[0]?.headers.cookie]).toEqual([true, 'mine=1']);
  });

  test('1.3: merge_environment_settings gives the four settings merged', () => {
    session.verify = false;
    session.cert = '/cert';
    session.proxies = { http: 'http://p:1' };
    const merged = session.merge_environment_settings('http://h/', { stream: true });
    expect(merged).toMatchObject({
      verify: false,
      cert: '/cert',
      stream: true,
      proxies: { http: 'http://p:1' },
    });
    expect(session.merge_environment_settings('http://h/', { verify: '/own' }).verify).toBe('/own');
  });

  test('1.3: should_strip_auth and the rebuild methods may be overridden', async () => {
    const called: string[] = [];
    class Own extends Session {
      override should_strip_auth(old_url: string, new_url: string): boolean {
        called.push('should_strip_auth');
        return super.should_strip_auth(old_url, new_url) && false;
      }
      override rebuild_method(request: PreparedRequest, response: Response): void {
        called.push('rebuild_method');
        super.rebuild_method(request, response);
      }
      override rebuild_proxies(
        ...args: Parameters<Session['rebuild_proxies']>
      ): ReturnType<Session['rebuild_proxies']> {
        called.push('rebuild_proxies');
        return super.rebuild_proxies(...args);
      }
      override rebuild_auth(request: PreparedRequest, response: Response): void {
        called.push('rebuild_auth');
        super.rebuild_auth(request, response);
      }
    }
    await using first = await startHttpServer((_request, response) =>
      response.writeHead(302, { Location: server.url.replace('127.0.0.1', 'localhost') }).end(),
    );
    await using own = new Own();
    await own.get(first.url, { auth: ['u', 'p'] });
    expect(called).toEqual(['rebuild_method', 'rebuild_proxies', 'rebuild_auth', 'should_strip_auth']);
    expect(authorizations()).toEqual([basic('u', 'p')]);
  });

  test('1.3: prepare_request merges, send does not: 1.4 takes place once', async () => {
    session.headers['X-A'] = 'session';
    session.params = { a: '1' };
    const prepared = session.prepare_request(new requests.Request('GET', server.url));
    session.headers['X-A'] = 'later';
    await session.send(prepared);
    expect([server.requests[0]?.url, server.requests[0]?.headers['x-a']]).toEqual(['/?a=1', 'session']);
  });
});

describe('1.5 netrc and the environment', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'netrc-')), 'netrc');
  const before = process.env['NETRC'];
  beforeAll(() => {
    fs.writeFileSync(file, 'machine 127.0.0.1 login n password n\nmachine localhost login l password l\n');
    process.env['NETRC'] = file;
  });
  afterAll(() => {
    process.env['NETRC'] = before;
    fs.rmSync(path.dirname(file), { recursive: true });
  });
  const withUser = (): string => server.url.replace('://', '://u:u@');

  test('1.5: netrc beats an Authorization header and credentials in the URL', async () => {
    await session.get(server.url);
    await session.get(server.url, { headers: { Authorization: 'own' } });
    await session.get(withUser());
    expect(authorizations()).toEqual(Array(3).fill(basic('n', 'n')));
  });

  test('1.5: it loses to auth of the request and of the session, which overwrite a header, too', async () => {
    await session.get(server.url, { auth: ['r', 'r'], headers: { Authorization: 'own' } });
    session.auth = ['s', 's'];
    await session.get(server.url, { headers: { Authorization: 'own' } });
    expect(authorizations()).toEqual([basic('r', 'r'), basic('s', 's')]);
  });

  test('1.16: a falsy auth does not keep netrc out, a function that does nothing does', async () => {
    await session.get(server.url, { auth: false });
    await session.get(server.url, { auth: (request) => request });
    expect(authorizations()).toEqual([basic('n', 'n'), null]);
  });

  test('1.5: with trust_env=false it is not read', async () => {
    session.trust_env = false;
    await session.get(server.url);
    await session.get(withUser());
    expect(authorizations()).toEqual([null, basic('u', 'u')]);
  });

  test('1.5: it is looked up again for each hop, as are proxies', async () => {
    const second = `${server.url.replace('127.0.0.1', 'localhost')}/`;
    await using proxy = await startProxyServer();
    await using first = await startHttpServer((_request, response) =>
      response.writeHead(302, { Location: second }).end(),
    );
    process.env['http_proxy'] = proxy.url;
    process.env['no_proxy'] = '127.0.0.1';
    try {
      await session.get(first.url);
    } finally {
      Reflect.deleteProperty(process.env, 'http_proxy');
      Reflect.deleteProperty(process.env, 'no_proxy');
    }
    expect(first.requests[0]?.headers.authorization).toBe(basic('n', 'n'));
    expect([proxy.requests, authorizations()]).toEqual([[`GET ${second}`], [basic('l', 'l')]]);
  });
});

describe('1.12 what a response tells', () => {
  test('1.6, 1.12: elapsed is that of the last hop, there before the hooks, and does not count the body', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    let sendBody = (): void => undefined;
    await using server = await startHttpServer((request, response) => {
      if (request.url === '/') {
        now += 2000;
        response.writeHead(302, { Location: '/next' }).end();
        return;
      }
      now += 3000;
      response.write('head');
      sendBody = () => response.end('body');
    });
    const seen: number[] = [];
    const hooks = { response: (response: Response) => void seen.push(response.elapsed.total_seconds()) };
    const response = await session.get(server.url, { hooks, stream: true });
    expect(seen).toEqual([2, 3]);
    now += 4000;
    sendBody();
    expect(String(await response.read())).toBe('headbody');
    expect(response.elapsed.total_seconds()).toBe(3);
  });

  test('1.12: next is the request of the next hop, or null', async () => {
    await using first = await startHttpServer((_request, response) =>
      response.writeHead(302, { Location: '/n' }).end(),
    );
    const stopped = await session.get(first.url, { allow_redirects: false });
    expect([stopped.next?.url, stopped.next?.method]).toEqual([`${first.url}/n`, 'GET']);
    expect((await session.get(server.url)).next).toBeNull();
  });
});

describe('1.13 the tree of exceptions', () => {
  const { exceptions } = requests;
  const tree: [child: keyof typeof exceptions, ...parents: (abstract new (...args: never[]) => unknown)[]][] =
    [
      ['RequestException', OSError],
      ['InvalidJSONError', exceptions.RequestException],
      ['JSONDecodeError', exceptions.InvalidJSONError, ValueError],
      ['HTTPError', exceptions.RequestException],
      ['ConnectionError', exceptions.RequestException],
      ['ProxyError', exceptions.ConnectionError],
      ['SSLError', exceptions.ConnectionError],
      ['Timeout', exceptions.RequestException],
      ['ConnectTimeout', exceptions.ConnectionError, exceptions.Timeout],
      ['ReadTimeout', exceptions.Timeout],
      ['URLRequired', exceptions.RequestException],
      ['TooManyRedirects', exceptions.RequestException],
      ['MissingSchema', exceptions.RequestException, ValueError],
      ['InvalidSchema', exceptions.RequestException, ValueError],
      ['InvalidHeader', exceptions.RequestException, ValueError],
      ['InvalidURL', exceptions.RequestException, ValueError],
      ['InvalidProxyURL', exceptions.InvalidURL],
      ['ChunkedEncodingError', exceptions.RequestException],
      ['ContentDecodingError', exceptions.RequestException, Urllib3HTTPError],
      ['StreamConsumedError', exceptions.RequestException, TypeError],
      ['RetryError', exceptions.RequestException],
      ['UnrewindableBodyError', exceptions.RequestException],
      ['RequestsWarning', Warning],
      ['FileModeWarning', exceptions.RequestsWarning],
      ['RequestsDependencyWarning', exceptions.RequestsWarning],
    ];

  test.each(tree)('1.13, 3.26: a %s is caught as each of its parents', (name, ...parents) => {
    const error: unknown = Reflect.construct(exceptions[name], ['m', '', 0]);
    expect((error as Error).name).toBe(name);
    for (const parent of [exceptions[name], ...parents, Error]) expect(error).toBeInstanceOf(parent);
  });

  test('1.13, 3.26: and as nothing else', () => {
    expect(new exceptions.ReadTimeout()).not.toBeInstanceOf(exceptions.ConnectionError);
    expect(new exceptions.ConnectionError()).not.toBeInstanceOf(exceptions.ConnectTimeout);
    expect(new exceptions.HTTPError()).not.toBeInstanceOf(ValueError);
    expect(new requests.cookies.CookieConflictError()).toBeInstanceOf(RuntimeError);
    expect(new requests.cookies.CookieConflictError()).not.toBeInstanceOf(exceptions.RequestException);
    expect(new KeyError('k')).not.toBeInstanceOf(ValueError);
  });

  test('1.13: request comes from the response when only that is given', async () => {
    const response = await session.get(server.url);
    const error = new exceptions.HTTPError('m', { response });
    expect([error.response, error.request]).toEqual([response, response.request]);
  });
});

describe('1.15 Retry', () => {
  test('1.15: Retry has the defaults of Python', () => {
    const retry = new requests.urllib3.Retry();
    expect([retry.total, retry.connect, retry.read, retry.redirect, retry.status, retry.other]).toEqual([
      10,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect([...(retry.allowed_methods ?? [])].sort()).toEqual(words('DELETE GET HEAD OPTIONS PUT TRACE'));
    expect([retry.backoff_factor, retry.backoff_max, retry.backoff_jitter]).toEqual([0, 120, 0]);
    expect([retry.raise_on_redirect, retry.raise_on_status, retry.respect_retry_after_header]).toEqual([
      true,
      true,
      true,
    ]);
    expect([retry.status_forcelist.size, retry.retry_after_max, retry.history.length]).toEqual([
      0, 21_600, 0,
    ]);
  });

  test('1.15: Retry.from_int, new(), history and get_backoff_time()', () => {
    const { Retry } = requests.urllib3;
    const first = Retry.from_int(3).new({ backoff_factor: 0.2 });
    let retry = first;
    const pauses: number[] = [];
    for (let i = 0; i < 3; i++) {
      retry = retry.increment('GET', '/', { error: new requests.urllib3.exceptions.ProtocolError('gone') });
      pauses.push(retry.get_backoff_time());
    }
    expect([first.total, retry.total, retry.history.length]).toEqual([3, 0, 3]);
    expect(pauses).toEqual([0, 0.4, 0.8]);
  });
});

describe('1.16 credentials in the URL', () => {
  test('1.16: are decoded, stay in url, and a user without a colon is none', async () => {
    const url = server.url.replace('://', '://us%20er:p%40ss@');
    expect((await session.get(url)).url).toBe(`${url}/`);
    await session.get(server.url.replace('://', '://user@'));
    expect(authorizations()).toEqual([basic('us er', 'p@ss'), null]);
  });
});

describe('1.17 cookies of a request', () => {
  test('1.17: a number is refused, null is a bare name, empty text an empty value', async () => {
    const number = { a: 1 } as unknown as Record<string, string>;
    await expect(session.get(server.url, { cookies: number })).rejects.toThrow();
    await session.get(server.url, { cookies: { a: null, b: '' } });
    expect(server.requests[0]?.headers.cookie).toBe('a; b=');
  });
});

describe('1.19 the names of utils', () => {
  test.each(
    words(`quote unquote urlparse urlunparse urlencode urljoin urlsplit quote_plus unquote_plus urldefrag requote_uri
      unquote_unreserved get_auth_from_url urldefragauth prepend_scheme_if_needed dict_from_cookiejar
      add_dict_to_cookiejar cookiejar_from_dict default_headers default_user_agent get_encoding_from_headers
      get_encodings_from_content get_unicode_from_response guess_json_utf parse_header_links parse_dict_header
      parse_list_header unquote_header_value get_netrc_auth get_environ_proxies getproxies should_bypass_proxies
      select_proxy resolve_proxies set_environ super_len guess_filename iter_slices stream_decode_response_unicode
      rewind_body to_key_val_list from_key_val_list is_ipv4_address is_valid_cidr address_in_network dotted_netmask
      check_header_validity extract_zipped_paths atomic_open`),
  )('1.19: the function %s', (name) => {
    expect(Reflect.get(requests.utils, name)).toBeTypeOf('function');
  });

  test.each(words('DEFAULT_PORTS DEFAULT_CA_BUNDLE_PATH DEFAULT_ACCEPT_ENCODING NETRC_FILES UNRESERVED_SET'))(
    '1.19: the constant %s',
    (name) => {
      expect(name in requests.utils).toBe(true);
    },
  );
});

describe('1.20 streaming', () => {
  test('1.20: stream of the session is the default of its requests', async () => {
    session.stream = true;
    const response = await session.get(server.url);
    expect(() => response.content).toThrow('await response.read()');
    await response.read();
    expect((await session.get(server.url, { stream: false })).json()).toMatchObject({ method: 'GET' });
  });

  test('1.20: a response that is closed unread gives its connection up, one that is read keeps it', async () => {
    await using own = await startHttpServer();
    for (const finish of ['read', 'read', 'close', 'read'] as const) {
      const response = await session.get(own.url, { stream: true });
      await response[finish]();
    }
    expect(own.requests.map(({ connection_number }) => connection_number)).toEqual([1, 1, 1, 2]);
  });
});

describe('1.21 the wire form', () => {
  test('1.21: a plain GET has these lines, in this order', async () => {
    await session.get(server.url);
    expect(server.requests[0]?.lines.map(([name]) => name)).toEqual([
      'Host',
      'User-Agent',
      'Accept-Encoding',
      'Accept',
      'Connection',
    ]);
    expect(server.requests[0]?.lines.at(-1)).toEqual(['Connection', 'keep-alive']);
  });

  test('1.10, 1.21: what describes a body comes after the other headers', async () => {
    await session.post(server.url, { json: {}, headers: { 'X-A': '1' } });
    expect(server.requests[0]?.lines.slice(-3).map(([name]) => name)).toEqual([
      'X-A',
      'Content-Length',
      'Content-Type',
    ]);
  });
});

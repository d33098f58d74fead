import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ValueError } from '../../src/builtins/index.js';
import { BaseAdapter } from '../../src/requests/adapters/base-adapter.js';
import * as requests from '../../src/requests/index.js';
import {
  CaseInsensitiveDict,
  InvalidSchema,
  type PreparedRequest,
  Request,
  RequestsCookieJar,
  Response,
  Session,
} from '../../src/requests/index.js';
import type { SendOptions } from '../../src/requests/types.js';
import { echo, type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

interface Echo {
  method: string;
  url: string;
  headers: [string, string][];
  body: string;
}

const echoed = (response: Response): Echo => response.json<Echo>();
const header = (response: Response, name: string): string[] =>
  echoed(response)
    .headers.filter(([other]) => other.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);

/** Notes what it is given and answers 200 with an empty body. */
class NotingAdapter extends BaseAdapter {
  readonly sent: { request: PreparedRequest; options: SendOptions }[] = [];
  closed = 0;

  override send(request: PreparedRequest, options: SendOptions = {}): Promise<Response> {
    this.sent.push({ request, options });
    const response = new Response();
    response.status_code = 200;
    response.url = request.url ?? '';
    response.request = request;
    response._content = Buffer.from('noted');
    response._content_consumed = true;
    return Promise.resolve(response);
  }

  override close(): void {
    this.closed += 1;
  }
}

let server: HttpServer;
let session: Session;

beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.handler = echo;
  server.requests.length = 0;
  session = new Session();
  return () => session.close();
});

describe('1.1 the module-level functions', () => {
  test('1.1: each verb sends its method', async () => {
    for (const verb of ['get', 'options', 'post', 'put', 'patch', 'delete'] as const) {
      expect(echoed(await requests[verb](server.url)).method).toBe(verb.toUpperCase());
    }
    expect((await requests.head(server.url)).status_code).toBe(200);
    expect(echoed(await requests.request('purge', server.url)).method).toBe('PURGE');
  });

  test('1.1: each call makes a connection of its own, a Session keeps one', async () => {
    const before = server.connections;
    for (let i = 0; i < 5; i += 1) await requests.get(server.url);
    expect(server.connections - before).toBe(5);
    for (let i = 0; i < 5; i += 1) await session.get(server.url);
    expect(server.connections - before).toBe(6);
  });

  test('1.1: head does not follow redirects, the others do', async () => {
    server.handler = (request, response) => {
      if (request.url === '/from') response.writeHead(302, { Location: '/to' });
      response.end();
    };
    expect((await requests.head(`${server.url}/from`)).status_code).toBe(302);
    expect((await requests.head(`${server.url}/from`, { allow_redirects: true })).status_code).toBe(200);
    expect((await requests.get(`${server.url}/from`)).status_code).toBe(200);
    expect((await session.head(`${server.url}/from`)).status_code).toBe(302);
  });

  test('1.1: an unknown keyword is a TypeError that names it', async () => {
    await expect(requests.get(server.url, { tiemout: 1 } as object)).rejects.toThrow(
      /unexpected keyword argument 'tiemout'/,
    );
    await expect(session.post(server.url, { name: 'x' } as object)).rejects.toThrow(/\{ data: … \}/);
  });

  test('1.1: a streamed response stays readable after its throw-away session is closed', async () => {
    server.handler = (_request, response) => response.end('x'.repeat(200_000));
    const response = await requests.get(server.url, { stream: true });
    expect((await response.read()).length).toBe(200_000);
  });

  test('1.1: session() makes a Session', () => {
    expect(requests.session()).toBeInstanceOf(Session);
  });
});

describe('1.2 session attributes', () => {
  test('1.2: the defaults', () => {
    expect(Object.keys(session.headers)).toEqual(['User-Agent', 'Accept-Encoding', 'Accept', 'Connection']);
    expect(session.auth).toBeNull();
    expect(session.proxies).toEqual({});
    expect(session.hooks.response).toEqual([]);
    expect(session.params).toEqual({});
    expect([session.stream, session.verify, session.cert]).toEqual([false, true, null]);
    expect([session.max_redirects, session.trust_env]).toEqual([30, true]);
    expect(session.cookies).toBeInstanceOf(RequestsCookieJar);
    expect([...session.adapters.keys()]).toEqual(['https://', 'http://']);
    expect(session.get_adapter('http://x')).not.toBe(session.get_adapter('https://x'));
    expect([session.timeout, session.max_response_size]).toEqual([null, null]);
  });

  test('DESIGN: a setting that is undefined counts as not set', async () => {
    const session = new Session();
    const unset = { base_url: undefined, deadline: undefined, max_response_size: undefined };
    Object.assign(session, { base_url: 'http://127.0.0.1:1/', deadline: 0.001, max_response_size: 0 }, unset);
    expect((await session.get(`${server.url}/`)).status_code).toBe(200);
    const prepared = session.prepare_request(new Request('GET', `${server.url}/`));
    expect((await session.send(prepared)).status_code).toBe(200);
    await expect(session.get('/path')).rejects.toThrow('A path needs the base_url');
    await session.close();
  });

  test('DESIGN: a base_url without a scheme is refused by name, where it is used', async () => {
    const session = new Session();
    session.base_url = 'user:secret@api.example.com';
    await expect(session.get('/a')).rejects.toThrow(
      "Invalid base_url 'user:***@api.example.com': No scheme supplied. Perhaps you meant https://user:***@api.example.com?",
    );
    session.base_url = '/api';
    await expect(session.get('a')).rejects.toThrow(/^Invalid base_url '\/api': No scheme supplied\.$/);
    expect((await session.get(`${server.url}/`)).status_code).toBe(200);
    session.base_url = '';
    await expect(session.get('/a')).rejects.toThrow('A path needs the base_url');
    await session.close();
  });

  test('3.11: session.timeout is the default of requests that name none', async () => {
    const adapter = new NotingAdapter();
    session.mount('http://', adapter);
    session.timeout = 3;
    await session.get('http://h/');
    await session.get('http://h/', { timeout: [1, null] });
    expect(adapter.sent.map(({ options }) => options.timeout)).toEqual([3, [1, null]]);
  });

  test('DESIGN: absent settings reach an adapter as null, and its options survive a spread', async () => {
    const adapter = new NotingAdapter();
    session.mount('http://', adapter);
    await session.get('http://h/');
    expect({ ...adapter.sent[0]?.options }).toMatchObject({
      stream: false,
      timeout: null,
      verify: true,
      cert: null,
      proxies: {},
      max_response_size: null,
    });
    expect(adapter.sent[0]?.options.signal).toBeNull();
  });

  test('DESIGN: session.hooks.response takes a hook, several, or null, and reads as an array', async () => {
    const seen: string[] = [];
    const hook = (name: string) => () => {
      seen.push(name);
    };
    session.hooks.response = hook('single');
    await session.get(server.url);
    session.hooks.response.push(hook('pushed'));
    await session.get(server.url);
    session.hooks.response = null;
    await session.get(server.url);
    session.hooks = { response: [hook('set')] };
    await session.get(server.url);
    expect(seen).toEqual(['single', 'single', 'pushed', 'set']);
  });
});

describe('1.3 session methods', () => {
  test('1.3: send refuses a Request that is not prepared', async () => {
    const wrong = new Request('GET', server.url) as unknown as PreparedRequest;
    await expect(session.send(wrong)).rejects.toThrow(ValueError);
    await expect(session.send(wrong)).rejects.toThrow('You can only send PreparedRequests.');
  });

  test('1.3: send applies no session headers, query, auth or hooks, but keeps cookies', async () => {
    server.handler = (request, response) => {
      response.setHeader('Set-Cookie', 'kept=1');
      echo(request, response);
    };
    session.headers = { 'X-Session': '1' };
    session.params = { p: '1' };
    session.auth = ['u', 'p'];
    let hooked = false;
    session.hooks.response = () => {
      hooked = true;
    };
    const response = await session.send(new Request('GET', `${server.url}/x`).prepare());
    expect(echoed(response).url).toBe('/x');
    expect(header(response, 'x-session')).toEqual([]);
    expect(header(response, 'authorization')).toEqual([]);
    expect(hooked).toBe(false);
    expect(session.cookies['kept']).toBe('1');
  });

  test('1.3: the adapter is the longest prefix mounted, in any case; the same prefix is replaced in place', () => {
    const [short, long, other] = [new NotingAdapter(), new NotingAdapter(), new NotingAdapter()];
    session.mount('http://host/', short);
    session.mount('HTTP://host/path', long);
    expect(session.get_adapter('http://HOST/path/x')).toBe(long);
    expect(session.get_adapter('http://host/')).toBe(short);
    session.mount('http://host/', other);
    expect(session.get_adapter('http://host/')).toBe(other);
    expect([...session.adapters.keys()]).toEqual(['HTTP://host/path', 'http://host/', 'https://', 'http://']);
    session.mount('http://tsoh/', short);
    expect([...session.adapters.keys()].slice(1, 3)).toEqual(['http://host/', 'http://tsoh/']);
    session.mount({ prefix: 'x://', adapter: short });
    expect(session.get_adapter('x://y')).toBe(short);
  });

  test('1.3: without an adapter for the scheme it is InvalidSchema', async () => {
    expect(() => session.get_adapter('ftp://x')).toThrow(InvalidSchema);
    await expect(session.get('mailto:x@y')).rejects.toThrow(
      // What stands before an @ may be a password of a URL whose scheme was forgotten.
      "No connection adapters were found for 'mailto:***@y'",
    );
  });

  test('1.3: close closes the adapters, and the session can be used again', async () => {
    await session.get(server.url);
    const before = server.connections;
    await session.close();
    await server.waitForOpenConnections(0);
    expect((await session.get(server.url)).status_code).toBe(200);
    expect(server.connections).toBe(before + 1);
    const adapter = new NotingAdapter();
    {
      await using own = new Session();
      own.mount('http://', adapter);
    }
    expect(adapter.closed).toBe(1);
  });

  test('1.3: a method and a URL may be bytes, a URL any object that prints as one', async () => {
    const response = await session.request(Buffer.from('get'), Buffer.from(`${server.url}/b`));
    expect(echoed(response)).toMatchObject({ method: 'GET', url: '/b' });
    expect(echoed(await session.get(new URL(`${server.url}/u`))).url).toBe('/u');
  });

  test('a session shows no header, cookie or credential when it is logged', async () => {
    const { inspect } = await import('node:util');
    session.auth = ['user', 'hunter2'];
    expect(inspect(session)).toBe('<Session>');
  });
});

test('1.15: a server that keeps connections for less than a second announces 0, and they are kept all the same', async () => {
  await using brief = await startHttpServer(echo, { keepAliveTimeout: 900 });
  for (let i = 0; i < 3; i += 1) {
    expect((await session.get(brief.url)).headers['keep-alive']).toBe('timeout=0');
  }
  expect(brief.connections).toBe(1);
});

describe('1.4 merge rules', () => {
  test('1.4: a request header keeps the place of the session’s and takes its own spelling; null deletes', async () => {
    const response = await session.get(server.url, { headers: { ACCEPT: 'x/y', 'user-agent': null } });
    const names = echoed(response).headers.map(([name]) => name);
    expect(names).toEqual(['Host', 'Accept-Encoding', 'ACCEPT', 'Connection']);
    expect(header(response, 'accept')).toEqual(['x/y']);
  });

  test('1.4: session headers may be a plain object, a Map or a CaseInsensitiveDict', async () => {
    for (const headers of [
      { 'X-A': '1' },
      new Map([['X-A', '1']]),
      new CaseInsensitiveDict({ 'X-A': '1' }),
    ]) {
      session.headers = headers;
      expect(header(await session.get(server.url), 'x-a')).toEqual(['1']);
    }
  });

  test.each([
    [
      'both dicts: the request on top, case-sensitively',
      { a: '1', b: '2' },
      { b: '3', A: '4' },
      '/?a=1&b=3&A=4',
    ],
    ['null removes the session’s', { a: '1', b: '2' }, { a: null }, '/?b=2'],
    ['text replaces the session’s', { a: '1' }, 'x=y', '/?x=y'],
    ['a list of pairs replaces the session’s', { a: '1' }, [['x', 'y']], '/?x=y'],
    ['a session’s list is dropped by a request without any', [['a', '1']], undefined, '/'],
    ['a session’s dict is used by a request without any', { a: ['1', '2'] }, undefined, '/?a=1&a=2'],
    [
      'URLSearchParams count as a dict and keep repeated keys',
      new URLSearchParams('a=1&a=2'),
      { b: '3' },
      '/?a=1&a=2&b=3',
    ],
  ] as const)('1.4, params: %s', async (_title, ours, theirs, expected) => {
    session.params = ours as requests.Params;
    expect(echoed(await session.get(server.url, { params: theirs as requests.Params })).url).toBe(expected);
  });

  test('1.4, auth: request over session over the URL; a falsy one skips both', async () => {
    const basic = (text: string): string[] => [`Basic ${Buffer.from(text).toString('base64')}`];
    const withUser = server.url.replace('http://', 'http://url:pw@');
    expect(header(await session.get(withUser), 'authorization')).toEqual(basic('url:pw'));
    session.auth = ['s', 's'];
    expect(header(await session.get(withUser), 'authorization')).toEqual(basic('s:s'));
    expect(header(await session.get(withUser, { auth: ['r', 'r'] }), 'authorization')).toEqual(basic('r:r'));
    for (const auth of [false, '', []] as const) {
      expect(header(await session.get(withUser, { auth }), 'authorization')).toEqual([]);
    }
  });

  test('1.4, cookies: the request’s are sent with the session’s and never stored', async () => {
    session.cookies.set('a', '1');
    const response = await session.get(server.url, { cookies: { b: '2' } });
    expect(header(response, 'cookie')).toEqual(['a=1; b=2']);
    expect(session.cookies.get_dict()).toEqual({ a: '1' });
  });

  test('1.4, hooks: the request’s replace the session’s; empty ones do not', async () => {
    const seen: string[] = [];
    session.hooks.response = () => {
      seen.push('session');
    };
    await session.get(server.url, { hooks: { response: () => void seen.push('request') } });
    await session.get(server.url, { hooks: { response: [] } });
    await session.get(server.url, { hooks: {} });
    expect(seen).toEqual(['request', 'session', 'session']);
  });

  test('DESIGN: the caller’s hooks object is copied, never edited', async () => {
    const hooks = { response: [] as (() => undefined)[] };
    await session.get(server.url, { hooks, auth: new requests.auth.HTTPDigestAuth('u', 'p') });
    expect(hooks.response).toEqual([]);
  });
});

describe('1.5 the environment', () => {
  const withEnvironment = async (values: Record<string, string>, run: () => Promise<void>): Promise<void> => {
    Object.assign(process.env, values);
    try {
      await run();
    } finally {
      for (const name of Object.keys(values)) Reflect.deleteProperty(process.env, name);
    }
  };
  const noted = async (options: requests.RequestOptions = {}): Promise<SendOptions> => {
    const adapter = new NotingAdapter();
    session.mount('http://', adapter);
    await session.get('http://h/', options);
    return adapter.sent[0]?.options ?? {};
  };

  test('1.5: an environment bundle beats session.verify, even false, and loses to the request', async () => {
    await withEnvironment({ CURL_CA_BUNDLE: '/curl' }, async () => {
      session.verify = false;
      expect((await noted()).verify).toBe('/curl');
      expect((await noted({ verify: true })).verify).toBe('/curl');
      expect((await noted({ verify: false })).verify).toBe(false);
      expect((await noted({ verify: '/own' })).verify).toBe('/own');
      await withEnvironment({ REQUESTS_CA_BUNDLE: '/requests' }, async () => {
        expect((await noted()).verify).toBe('/requests');
      });
      session.trust_env = false;
      expect((await noted()).verify).toBe(false);
    });
  });

  test('1.5: proxies: request over environment over session; null or empty switches one off', async () => {
    await withEnvironment({ http_proxy: 'http://env:1' }, async () => {
      session.proxies = { http: 'http://session:1', https: 'http://session:2' };
      expect((await noted()).proxies).toMatchObject({ http: 'http://env:1', https: 'http://session:2' });
      expect((await noted({ proxies: { http: 'http://own:1' } })).proxies).toMatchObject({
        http: 'http://own:1',
      });
      session.proxies = {};
      expect((await noted({ proxies: {} })).proxies).toMatchObject({ http: 'http://env:1' });
      expect((await noted({ proxies: { http: null } })).proxies).not.toHaveProperty('http');
      session.trust_env = false;
      expect((await noted()).proxies).toEqual({});
    });
  });
});

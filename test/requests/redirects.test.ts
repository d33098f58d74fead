import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Readable } from 'node:stream';
import { UnicodeDecodeError } from '../../src/builtins/index.js';
import {
  exceptions,
  type PreparedRequest,
  Request,
  type RequestOptions,
  type Response,
  Session,
  TooManyRedirects,
} from '../../src/requests/index.js';
import { mustStripAuth, resolveLocation } from '../../src/requests/sessions/redirects.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import { answering, reply, startRawServer } from '../helpers/servers/raw-server.js';

let server: HttpServer;
let other: HttpServer;
let session: Session;
/** Path to answer: a status and a Location; everything else is answered with what was sent. */
let routes: Record<string, [status: number, location: string]>;

beforeAll(async () => {
  server = await startHttpServer((request, response) => {
    const route = routes[request.url ?? ''];
    if (route) response.writeHead(route[0], { Location: route[1] });
    response.end(`${request.method ?? ''} ${request.url ?? ''}`);
  });
  other = await startHttpServer();
});
afterAll(async () => {
  await server.close();
  await other.close();
});
beforeEach(() => {
  routes = {};
  server.requests.length = 0;
  other.requests.length = 0;
  session = new Session();
  return () => session.close();
});

const last = () => server.requests.at(-1);

describe('1.6 which redirects are followed', () => {
  test.each([301, 302, 303, 307, 308])('1.6: %i with a Location is followed', async (status) => {
    routes['/a'] = [status, '/b'];
    const response = await session.get(`${server.url}/a`);
    expect(response.text).toBe('GET /b');
    expect(response.history.map((hop) => hop.status_code)).toEqual([status]);
  });

  test.each([300, 304, 305])('1.6: %i is not', async (status) => {
    routes['/a'] = [status, '/b'];
    expect((await session.get(`${server.url}/a`)).status_code).toBe(status);
  });

  test('1.6: an empty Location ends the chain', async () => {
    routes['/a'] = [302, ''];
    expect((await session.get(`${server.url}/a`)).status_code).toBe(302);
  });

  test('1.6: without following, next is the request of the next hop', async () => {
    routes['/a'] = [303, '/b?c=1'];
    const response = await session.post(`${server.url}/a`, { data: 'x', allow_redirects: false });
    expect(response.status_code).toBe(303);
    expect(response.is_redirect).toBe(true);
    expect(response.next?.method).toBe('GET');
    expect(response.next?.url).toBe(`${server.url}/b?c=1`);
    expect(response.next?.body).toBeNull();
    const plain = await session.get(`${server.url}/x`, { allow_redirects: false });
    expect(plain.next).toBeNull();
    const followed = await session.send(response.next as PreparedRequest);
    expect(followed.text).toBe('GET /b?c=1');
  });
});

describe('1.6 methods and bodies', () => {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
  const becomes: Record<number, (method: string) => string> = {
    301: (method) => (method === 'POST' ? 'GET' : method),
    302: (method) => (method === 'HEAD' ? 'HEAD' : 'GET'),
    303: (method) => (method === 'HEAD' ? 'HEAD' : 'GET'),
    307: (method) => method,
    308: (method) => method,
  };
  const table = Object.entries(becomes).flatMap(([status, rule]) =>
    methods.map((method) => [Number(status), method, rule(method)] as const),
  );

  test.each(table)('1.6: %i turns %s into %s', async (status, method, expected) => {
    routes['/a'] = [status, '/b'];
    await session.request(method, `${server.url}/a`);
    expect(last()?.method).toBe(expected);
  });

  test('1.6: a 301 to PUT keeps the method and loses the body with its headers', async () => {
    routes['/a'] = [301, '/b'];
    await session.put(`${server.url}/a`, { data: { a: '1' } });
    expect(last()).toMatchObject({ method: 'PUT', url: '/b' });
    expect(last()?.body.length).toBe(0);
    expect(last()?.headers).not.toHaveProperty('content-type');
    // urllib3 announces the missing body of a PUT on the wire.
    expect(last()?.headers['content-length']).toBe('0');
  });

  test('1.6: 307 and 308 send the body again', async () => {
    routes['/a'] = [307, '/b'];
    routes['/b'] = [308, '/c'];
    await session.post(`${server.url}/a`, { json: { a: 1 } });
    expect(server.requests.map(({ url, body }) => [url, body.toString()])).toEqual([
      ['/a', '{"a":1}'],
      ['/b', '{"a":1}'],
      ['/c', '{"a":1}'],
    ]);
  });

  test('1.6: a generator is sent again exhausted, a plain stream cannot be', async () => {
    routes['/a'] = [307, '/b'];
    const generator = (function* () {
      yield 'once';
    })();
    await session.post(`${server.url}/a`, { data: generator });
    expect(server.requests.map(({ body }) => body.toString())).toEqual(['once', '']);
    const stream = Readable.from([Buffer.from('once')]);
    await expect(session.post(`${server.url}/a`, { data: stream })).rejects.toBeInstanceOf(
      exceptions.UnrewindableBodyError,
    );
  });
});

describe('1.6 where they lead', () => {
  test('1.6: //host takes the scheme, a relative one is joined, the query is requoted, params are not applied again', async () => {
    routes['/dir/a?p=1'] = [302, 'b c?q=x y'];
    const response = await session.get(`${server.url}/dir/a`, { params: { p: '1' } });
    expect(response.url).toBe(`${server.url}/dir/b%20c?q=x%20y`);
    routes['/x'] = [302, `//127.0.0.1:${other.port}/there`];
    expect((await session.get(`${server.url}/x`)).url).toBe(`${other.url}/there`);
  });

  test('1.6: the fragment is carried over until a Location brings its own', async () => {
    routes['/a'] = [302, '/b'];
    routes['/b'] = [302, '/c#new'];
    routes['/c'] = [302, '/d'];
    const response = await session.get(`${server.url}/a#old`);
    expect(response.history.map((hop) => hop.url.split('#')[1])).toEqual(['old', 'old', 'new']);
    expect(response.url).toBe(`${server.url}/d#new`);
  });

  test('1.6: a Location is read as UTF-8, and invalid UTF-8 raises', async () => {
    await using raw = await startRawServer(
      answering(
        reply('', { status: '302 Found', headers: [`Location: /${Buffer.from('ö').toString('latin1')}`] }),
        reply('found'),
        reply('', { status: '302 Found', headers: ['Location: /\xff'] }),
      ),
    );
    expect((await session.get(raw.url)).url).toBe(`${raw.url}/%C3%B6`);
    await expect(session.get(raw.url)).rejects.toBeInstanceOf(UnicodeDecodeError);
  });

  test.each([
    ['/path', 'http://h:1/a/b?q#f', 'http://h:1/path'],
    ['x', 'http://h/a/b', 'http://h/a/x'],
    ['?q=1', 'http://h/a/b', 'http://h/a/b?q=1'],
    ['../x', 'http://h/a/b/c', 'http://h/a/x'],
    ['HTTP://H/x', 'http://h/', 'http://H/x'],
    ['https://h/%7Euser/%2f', 'http://h/', 'https://h/~user/%2f'],
  ])('1.6: %s from %s leads to %s', (location, from, expected) => {
    expect(resolveLocation(location, from, '').url).toBe(expected);
  });
});

describe('1.6 what follows along', () => {
  test.each([
    ['http://a/', 'http://b/', true],
    ['http://a/', 'http://a/x', false],
    ['http://a:80/', 'http://a/', false],
    ['http://a/', 'https://a/', false],
    ['http://a:80/', 'https://a:443/', false],
    ['https://a/', 'http://a/', true],
    ['http://a:8080/', 'https://a/', true],
    ['http://a:8080/', 'http://a:8081/', true],
    ['https://a/', 'https://a:443/', false],
    ['https://a/', 'https://A/', false],
    ['http://a.example/', 'http://b.a.example/', true],
  ])('1.6: Authorization from %s to %s is stripped: %s', (from, to, expected) => {
    expect(mustStripAuth(from, to)).toBe(expected);
  });

  test('1.6: to another host, Authorization goes and other headers stay; credentials in a Location are not used', async () => {
    routes['/a'] = [302, `http://u:p@127.0.0.1:${other.port}/`];
    await session.get(`${server.url}/a`, { auth: ['me', 'secret'], headers: { 'X-Api-Key': 'k' } });
    expect(server.requests[0]?.headers.authorization).toMatch(/^Basic /);
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(other.requests[0]?.headers['x-api-key']).toBe('k');
  });

  test('1.6: a hand-written Cookie header is lost after the first hop', async () => {
    routes['/a'] = [302, '/b'];
    await session.get(`${server.url}/a`, { headers: { Cookie: 'own=1' } });
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual(['own=1', undefined]);
  });

  test('1.6: cookies of a hop reach the session and the next hop; the response holds the last hop’s alone', async () => {
    await using setter = await startHttpServer((request, response) => {
      if (request.url === '/a') response.writeHead(302, { Location: '/b', 'Set-Cookie': 'first=1' });
      else response.setHeader('Set-Cookie', 'second=2');
      response.end(request.headers.cookie ?? 'none');
    });
    const response = await session.get(`${setter.url}/a`, { cookies: { mine: '0' } });
    expect(response.text.split('; ').sort()).toEqual(['first=1', 'mine=0']);
    expect(session.cookies.get_dict()).toEqual({ first: '1', second: '2' });
    expect(response.cookies.get_dict()).toEqual({ second: '2' });
  });
});

describe('1.6 limits and history', () => {
  const endless = (): void => {
    for (let i = 0; i < 60; i += 1) routes[`/${i}`] = [302, `/${i + 1}`];
  };

  test('1.6: after 30 redirects it is TooManyRedirects, with the last response and its request', async () => {
    endless();
    const error = (await session.get(`${server.url}/0`).catch((e: unknown) => e)) as TooManyRedirects;
    expect(error).toBeInstanceOf(TooManyRedirects);
    expect(error.message).toBe('Exceeded 30 redirects.');
    expect(error.response?.history).toHaveLength(30);
    expect(error.request?.url).toBe(`${server.url}/30`);
    expect(server.requests).toHaveLength(31);
  });

  test('1.6: max_redirects 0 raises at the first', async () => {
    endless();
    session.max_redirects = 0;
    await expect(session.get(`${server.url}/0`)).rejects.toThrow('Exceeded 0 redirects.');
    expect(server.requests).toHaveLength(1);
  });

  test('1.6: history is oldest first, each hop with its own part, never itself; bodies are read', async () => {
    routes['/a'] = [302, '/b'];
    routes['/b'] = [302, '/c'];
    const response = await session.get(`${server.url}/a`, { stream: true });
    const [a, b] = response.history as [Response, Response];
    expect(response.history.map((hop) => hop.url)).toEqual([`${server.url}/a`, `${server.url}/b`]);
    expect(a.history).toEqual([]);
    expect(b.history).toEqual([a]);
    expect(a.text).toBe('GET /a');
  });

  test('1.18: hooks run on every hop, before it is followed', async () => {
    routes['/a'] = [302, '/b'];
    const seen: string[] = [];
    await session.get(`${server.url}/a`, {
      hooks: {
        response: (r) => {
          seen.push(`${r.status_code} ${r.text} ${r.elapsed.total_seconds() > 0}`);
        },
      },
    });
    expect(seen).toEqual(['302 GET /a true', '200 GET /b true']);
  });

  test('1.3: get_redirect_target may be overridden, and resolve_redirects gives the hops one by one', async () => {
    class Stubborn extends Session {
      override get_redirect_target(response: Response): string | null {
        return response.url.endsWith('/b') ? null : super.get_redirect_target(response);
      }
    }
    routes['/a'] = [302, '/b'];
    routes['/b'] = [302, '/c'];
    await using stubborn = new Stubborn();
    expect((await stubborn.get(`${server.url}/a`)).status_code).toBe(302);

    const prepared = new Request('GET', `${server.url}/a`).prepare();
    const options: RequestOptions = { allow_redirects: false };
    const first = await session.send(prepared, options);
    const hops: string[] = [];
    for await (const hop of session.resolve_redirects(first, prepared)) hops.push(hop.url);
    expect(hops).toEqual([`${server.url}/b`, `${server.url}/c`]);
  });
});

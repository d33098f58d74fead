import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  FuturesSession,
  HTTPAdapter,
  type PreparedRequest,
  requests,
  Response,
  Session,
  UndiciAdapter,
} from 'requests-futures/blocking';
import { FarServer } from './server.js';

let server: FarServer;

beforeAll(async () => {
  server = await FarServer.start();
});

afterAll(() => server.close());

beforeEach(() => {
  server.log();
});

class OwnError extends Error {
  constructor(readonly detail: object) {
    super('own');
  }
}

/** What `call` throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.unreachable();
}

describe('hooks', () => {
  test('see each hop, and what they attach is on the very responses', () => {
    const seen: Response[] = [];
    const response = requests.get(`${server.url}/redirect`, {
      hooks: {
        response: [
          (r) => {
            Object.assign(r, { order: seen.push(r) });
          },
          (r) => {
            expect(r.text.length).toBeGreaterThan(0);
          },
        ],
      },
    });
    expect(seen).toHaveLength(2);
    expect(response).toBe(seen[1]);
    expect(response.history[0]).toBe(seen[0]);
    expect(response).toMatchObject({ order: 2 });
  });

  test('may put another response in the place of theirs', () => {
    const response = requests.get(`${server.url}/status?code=401`, {
      hooks: { response: (r) => (r.status_code === 401 ? requests.get(`${server.url}/echo`) : r) },
    });
    expect(response.status_code).toBe(200);
  });

  test('may send again through the connection', () => {
    const response = requests.get(`${server.url}/status?code=401`, {
      hooks: {
        response: (r, options) => {
          if (r.request.headers.has('Authorization')) return r;
          const again = r.request.copy();
          again.headers.set('Authorization', 'Token t');
          const answer = r.connection?.send(again, options) as Response;
          answer.history.push(r);
          return answer;
        },
      },
    });
    expect(response.history).toHaveLength(1);
    expect(response.text).toBe('status');
    expect(server.log().log.map(({ headers }) => headers['authorization'])).toEqual([undefined, 'Token t']);
  });

  test('throw what they throw: the very object', () => {
    const error = new OwnError({ a: 1 });
    const hooks = {
      response: () => {
        throw error;
      },
    };
    expect(thrownBy(() => requests.get(`${server.url}/echo`, { hooks }))).toBe(error);
    expect(new FuturesSession().get(`${server.url}/echo`, { hooks }).exception()).toBe(error);
  });

  test('that are async, or return something else, are a TypeError', () => {
    const later = { response: (() => Promise.resolve()) as never };
    expect(thrownBy(() => requests.get(`${server.url}/echo`, { hooks: later }))).toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/^response returned a promise/) as string,
    });
    const unnamed = [(() => Promise.resolve()) as never];
    expect(
      thrownBy(() => requests.get(`${server.url}/echo`, { hooks: { response: unnamed } })),
    ).toMatchObject({
      message: expect.stringMatching(/^an anonymous function returned a promise/) as string,
    });
    const wrong = { response: ((r: Response) => r.json()) as never };
    expect(thrownBy(() => requests.get(`${server.url}/echo`, { hooks: wrong }))).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('a response hook must return a Response or nothing') as string,
    });
  });

  test('of a stream see an unread body, and may read it', () => {
    const response = requests.get(`${server.url}/bytes?n=50000`, {
      stream: true,
      hooks: {
        response: (r) => {
          expect(r._content).toBe(false);
          expect(r.content.length).toBe(50_000);
        },
      },
    });
    expect(response.content.length).toBe(50_000);
  });

  test('hold up no other request', () => {
    // Answered when all of them are there.
    const together = `${server.url}/together?n=4`;
    const session = new FuturesSession({ max_workers: 4 });
    const slow = session.get(`${server.url}/echo`, {
      hooks: {
        response: () => {
          requests.get(together, { timeout: 30 });
        },
      },
    });
    const others = [1, 2, 3].map(() => session.get(together, { timeout: 30 }));
    slow.result();
    expect(others.map((future) => future.result().text)).toEqual(['together', 'together', 'together']);
  });
});

describe('credentials', () => {
  test('may be a function that makes a request itself', () => {
    const session = new Session();
    session.auth = (request) => {
      request.headers.set('X-Token', requests.get(`${server.url}/slow?ms=1&n=token`).text);
      return request;
    };
    const echo = session.get(`${server.url}/echo`).json<{ headers: Record<string, string> }>();
    expect(echo.headers['x-token']).toBe('slow token');
  });

  test('may be an object of a class, which sees the body and may register hooks', () => {
    class Signed extends requests.auth.AuthBase {
      responses = 0;
      call(request: PreparedRequest): PreparedRequest {
        request.headers.set('X-Signature', String((request.body as string).length));
        request.register_hook('response', () => {
          this.responses += 1;
        });
        return request;
      }
    }
    const auth = new Signed();
    const order: string[] = [];
    const response = requests.post(`${server.url}/echo`, {
      data: 'four',
      auth,
      hooks: {
        response: () => {
          order.push(`after ${auth.responses}`);
        },
      },
    });
    expect(response.json<{ headers: Record<string, string> }>().headers['x-signature']).toBe('4');
    expect(order).toEqual(['after 1']);
  });

  test('throw what they throw', () => {
    const error = new OwnError({});
    const auth = (): never => {
      throw error;
    };
    expect(thrownBy(() => requests.get(`${server.url}/echo`, { auth }))).toBe(error);
  });

  test('may be digest, which remembers its nonce', () => {
    const session = new Session();
    session.auth = new requests.auth.HTTPDigestAuth('user', 'pass');
    expect(session.get(`${server.url}/digest`).text).toContain('Digest username="user"');
    expect(session.get(`${server.url}/digest`).text).toContain('nc=00000002');
    expect(server.log().log).toHaveLength(3);
  });
});

describe('a session of a class of its own', () => {
  test('sends every hop by its own send', () => {
    const sent: string[] = [];
    class Logging extends Session {
      override send(request: PreparedRequest, options?: requests.SessionSendOptions | null): Response {
        sent.push(request.url?.slice(server.url.length) ?? '');
        request.headers.set('X-Hop', String(sent.length));
        const response = super.send(request, options);
        sent.push(String(response.status_code));
        return response;
      }
    }
    const session = new Logging();
    const response = session.get(`${server.url}/redirect`);
    // As in Python, where the first send follows the redirects before it returns.
    expect(sent).toEqual(['/redirect', '/echo', '200', '200']);
    expect(response.json<{ headers: Record<string, string> }>().headers['x-hop']).toBe('2');
    expect(response.history).toHaveLength(1);
  });

  test('joins its base URL in its own request', () => {
    class Based extends Session {
      override request(...args: Parameters<Session['request']>): Response {
        const [method, url, options] = args as [string, string, requests.RequestOptions];
        return super.request(method, server.url + url, options);
      }
    }
    expect(new Based().get('/echo').status_code).toBe(200);
  });

  test('decides on redirects in its own methods, which may make requests', () => {
    const asked: string[] = [];
    class Deciding extends Session {
      override get_redirect_target(response: Response): string | null {
        const target = super.get_redirect_target(response);
        asked.push(`target ${String(target)}`);
        return target === null ? null : `${target}?decided`;
      }
      override rebuild_auth(request: PreparedRequest, response: Response): void {
        asked.push(`auth after ${response.status_code}`);
        request.headers.set('X-Auth', requests.get(`${server.url}/slow?ms=1&n=auth`).text);
      }
      override rebuild_method(request: PreparedRequest): void {
        request.method = 'PUT';
      }
    }
    const response = new Deciding().post(`${server.url}/redirect`, { data: 'x' });
    expect(response.json()).toMatchObject({
      method: 'PUT',
      url: '/echo?decided',
      headers: { 'x-auth': 'slow auth' },
    });
    expect(asked).toContain('auth after 302');
  });

  test('takes a step that is set on it between two requests', () => {
    const session = new Session();
    const url = `${server.url}/redirect`;
    expect(session.get(url).history).toHaveLength(1);
    session.get_redirect_target = () => null;
    expect(session.get(url).status_code).toBe(302);
    expect(session.get(url).status_code).toBe(302);
    Reflect.deleteProperty(session, 'get_redirect_target');
    expect(session.get(url).history).toHaveLength(1);
  });

  test('shows in the next request whatever was changed since the last', () => {
    interface Echo {
      readonly url: string;
      readonly headers: Record<string, string>;
    }
    const session = new Session();
    const echo = (options?: requests.RequestOptions): Echo =>
      session.get(`${server.url}/echo`, options).json();
    expect(echo().headers['x-one']).toBeUndefined();
    session.headers['X-One'] = '1';
    expect(echo().headers['x-one']).toBe('1');
    session.cookies.set('a', 'b');
    expect(echo().headers['cookie']).toBe('a=b');
    session.cookies.clear();
    expect(echo().headers['cookie']).toBeUndefined();
    session.auth = ['user', 'pass'];
    expect(echo().headers['authorization']).toBe('Basic dXNlcjpwYXNz');
    session.params = { q: '1' };
    expect(echo({ params: { r: '2' } }).url).toBe('/echo?q=1&r=2');
    let seen = 0;
    session.hooks.response.push(() => {
      seen += 1;
    });
    echo();
    echo();
    expect(seen).toBe(2);
    session.hooks = null;
    echo();
    expect(seen).toBe(2);
  });

  test('keeps credentials where its own should_strip_auth says so', () => {
    class Keeping extends Session {
      override should_strip_auth(): boolean {
        return false;
      }
    }
    const session = new Keeping();
    session.headers['Authorization'] = 'Token t';
    const to = encodeURIComponent(`${server.url.replace('127.0.0.1', 'localhost')}/echo`);
    const kept = session.get(`${server.url}/redirect?to=${to}`).json<{ headers: Record<string, string> }>();
    expect(kept.headers['authorization']).toBe('Token t');
    const usual = new Session();
    usual.headers['Authorization'] = 'Token t';
    const dropped = usual.get(`${server.url}/redirect?to=${to}`).json<{ headers: Record<string, string> }>();
    expect(dropped.headers['authorization']).toBeUndefined();
  });

  test('prepares in its own way', () => {
    class Preparing extends Session {
      override prepare_request(request: requests.Request): PreparedRequest {
        const prepared = super.prepare_request(request);
        prepared.headers.set('X-Prepared', String(request.method));
        return prepared;
      }
    }
    const echo = new Preparing().get(`${server.url}/echo`).json<{ headers: Record<string, string> }>();
    expect(echo.headers['x-prepared']).toBe('GET');
  });
});

describe('an adapter of a class of its own', () => {
  test('may have a send of its own around the usual one', () => {
    class Timed extends HTTPAdapter {
      override send(request: PreparedRequest, options: requests.SendOptions = {}): Response {
        return super.send(request, { ...options, timeout: options.timeout ?? [20, 2] });
      }
    }
    const session = new Session();
    session.mount('http://', new Timed());
    expect(session.get(`${server.url}/echo`).status_code).toBe(200);
    expect(() => session.get(`${server.url}/never`)).toThrow(requests.ReadTimeout);
    const futures = [1, 2, 3].map(() => new FuturesSession());
    for (const each of futures) each.mount('http://', new Timed());
    expect(futures.map((each) => each.get(`${server.url}/echo`)).map((f) => f.result().status_code)).toEqual([
      200, 200, 200,
    ]);
  });

  test.each([0, 4, 50_000, 100_000, 300_000])(
    'may read %i bytes of a body, and the rest is what the response has',
    (amount) => {
      let read = 0;
      class Peeking extends HTTPAdapter {
        override send(request: PreparedRequest, options: requests.SendOptions = {}): Response {
          const response = super.send(request, options);
          read = response.raw?.read(amount).length ?? NaN;
          return response;
        }
      }
      const session = new Session();
      session.mount('http://', new Peeking());
      const response = session.get(`${server.url}/bytes?n=300000`);
      response.close();
      expect(read).toBe(amount);
      expect(response.content.length).toBe(300_000 - amount);
      const streamed = session.get(`${server.url}/bytes?n=300000`, { stream: true });
      expect(Buffer.concat([...streamed.iter_content(1000)]).length).toBe(300_000 - amount);
    },
  );

  test('may make responses itself', () => {
    class Canned extends requests.adapters.BaseAdapter {
      closed = 0;
      override send(request: PreparedRequest): Response {
        const response = new Response();
        response.status_code = 200;
        response.url = request.url ?? '';
        response.request = request;
        response.raw = new requests.urllib3.HTTPResponse({
          headers: [
            ['Set-Cookie', 'canned=1; Path=/'],
            ['Content-Type', 'text/plain; charset=utf-8'],
          ],
          body: 'canned',
        });
        return Object.assign(response, { mine: true });
      }
      override close(): void {
        this.closed += 1;
      }
    }
    const session = new Session();
    const adapter = new Canned();
    session.mount('mock://', adapter);
    const response = session.get('mock://host/path');
    expect(response).toMatchObject({ mine: true, status_code: 200, text: 'canned' });
    session.close();
    expect(adapter.closed).toBe(1);
  });

  test('may set what all connections have', () => {
    class FromElsewhere extends HTTPAdapter {
      override init_poolmanager(connections: number, maxsize: number, block?: boolean): void {
        super.init_poolmanager(connections, maxsize, block, { source_address: ['127.0.0.2', 0] });
      }
    }
    const session = new Session();
    session.mount('http://', new FromElsewhere());
    expect(session.get(`${server.url}/echo`).json()).toMatchObject({ from: '127.0.0.2' });
  });

  test.runIf(process.platform !== 'win32')('may lead to a UNIX socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'requests-blocking-'));
    const path = join(folder, 'app.sock');
    await using far = await FarServer.start(path);
    expect(far.connections()).toBe(1);
    for (const Adapter of [HTTPAdapter, UndiciAdapter]) {
      const session = new Session();
      session.mount('http+unix://', new Adapter());
      session.mount('http://docker/', new Adapter({ socket_path: path }));
      expect(session.get(`http+unix://${encodeURIComponent(path)}/echo?a`).json()).toMatchObject({
        url: '/echo?a',
      });
      expect(session.get('http://docker/echo?b').json()).toMatchObject({ url: '/echo?b' });
      session.close();
    }
    rmSync(folder, { recursive: true });
  });

  test('is refused what would have to run here, and what contradicts itself', () => {
    for (const Adapter of [HTTPAdapter, UndiciAdapter]) {
      expect(() => new Adapter({ lookup: () => undefined } as never)).toThrow(
        /'lookup' would have to run in this thread/,
      );
      expect(() => new Adapter({ socket_path: '/x', source_address: '127.0.0.1' })).toThrow(
        /does not go together/,
      );
    }
  });

  test('that changes an inner step is refused, with what to do instead', () => {
    class Inner extends HTTPAdapter {}
    Object.assign(Inner.prototype, { add_headers: () => undefined });
    expect(() => new Inner()).toThrow(/add_headers.*override send\(\)/s);
    expect(() => new HTTPAdapter({ fetch: globalThis.fetch } as never)).toThrow(/fetch/);
  });
});

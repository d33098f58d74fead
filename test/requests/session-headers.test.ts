import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { BaseAdapter } from '../../src/requests/adapters/base-adapter.js';
import {
  CaseInsensitiveDict,
  InvalidHeader,
  type PreparedRequest,
  Request,
  type RequestOptions,
  Response,
  Session,
  UndiciAdapter,
} from '../../src/requests/index.js';
import { echo, startHttpServer } from '../helpers/servers/http-server.js';
import type { SendOptions, SessionSendOptions } from '../../src/requests/types.js';

/** Answers everything with an empty 200, and keeps what it was given. */
class NotingAdapter extends BaseAdapter {
  readonly sent: PreparedRequest[] = [];

  override send(request: PreparedRequest, _options?: SendOptions): Promise<Response> {
    this.sent.push(request);
    const response = new Response();
    response.status_code = 200;
    response.request = request;
    response._content = Buffer.alloc(0);
    return Promise.resolve(response);
  }

  override close(): void {
    // Nothing is open.
  }
}

const URL = 'http://host/path';
let adapter: NotingAdapter;
let session: Session;

beforeEach(() => {
  adapter = new NotingAdapter();
  session = mounted(new Session());
});

function mounted<S extends Session>(made: S): S {
  made.mount('http://', adapter);
  return made;
}

/** All that can be told of a prepared request. */
function told(request: PreparedRequest): unknown {
  const { method, url, body, _cookies, _body_position, hooks } = request;
  const cookies = _cookies === null ? null : [..._cookies].map(String);
  return {
    method,
    url,
    body,
    cookies,
    _body_position,
    hooks: [...hooks.response],
    headers: request.headers.items(),
  };
}

async function sent(method: string, url: string, options?: RequestOptions): Promise<PreparedRequest> {
  await session.request(method, url, options);
  return adapter.sent.at(-1) as PreparedRequest;
}

describe('1.4: a request that takes the checked headers of its session', () => {
  const headers = fc.dictionary(
    fc.constantFrom('A', 'a', 'User-Agent', 'Accept', 'X-1', 'Cookie'),
    fc.option(fc.constantFrom('', '1', 'two words', 'ümlaut')),
    { maxKeys: 4 },
  );

  test('1.4: is the same as one whose headers are merged and checked anew, whatever session and request say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          own: headers,
          options: fc.record(
            {
              headers,
              params: fc.constantFrom({}, { q: '1' }, 'q=2'),
              cookies: fc.constantFrom({ c: '1' }),
              data: fc.constantFrom('', 'text', { a: '1' }),
              json: fc.constantFrom(null, { a: 1 }),
              auth: fc.constantFrom<[string, string]>(['user', 'pass']),
              timeout: fc.constantFrom(null, 5),
            },
            { requiredKeys: [] },
          ),
          params: fc.constantFrom<Record<string, string>>({}, { s: '1' }),
          method: fc.constantFrom('GET', 'get', 'HEAD', 'POST', 'DELETE'),
          url: fc.constantFrom(
            URL,
            'http://host',
            'http://user:pass@host/',
            'http://HOST/a b#f',
            `${URL}?x=y`,
          ),
          hasHook: fc.boolean(),
          hasCookie: fc.boolean(),
        }),
        async ({ own, options, params, method, url, hasHook, hasCookie }) => {
          session = mounted(new Session());
          for (const [name, value] of Object.entries(own)) session.headers.set(name, value as string);
          session.params = params;
          if (hasHook) session.hooks.response.push(() => undefined);
          if (hasCookie) session.cookies.set('s', '1');
          // Headers in a Map are always merged, even those of an empty one.
          const merged = new Map(Object.entries(options.headers ?? {}));
          const parts = { ...without(options, 'timeout'), headers: merged };
          const expected = told(session.prepare_request(new Request(method.toUpperCase(), url, parts)));
          for (const when of ['checked now', 'checked before']) {
            expect(told(await sent(method, url, options)), when).toEqual(expected);
          }
        },
      ),
      { seed: 4, numRuns: 400 },
    );
  });

  test('1.4: so is the error for headers of both that are invalid, and there is none where they are replaced', () => {
    const values = fc.dictionary(
      fc.constantFrom('A', 'a', 'B', 'User-Agent', 'bad\n'),
      fc.constantFrom<(string | null)[]>('fine', ' leading', 'two\nlines', null),
      { maxKeys: 3 },
    );
    const outcome = (own: NonNullable<RequestOptions['headers']>): unknown => {
      try {
        return told(session.prepare_request(new Request('GET', URL, { headers: own })));
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(values, values, (ofSession, own) => {
        session = new Session();
        for (const [name, value] of Object.entries(ofSession)) session.headers.set(name, value as string);
        expect(outcome(own)).toEqual(outcome(new Map(Object.entries(own))));
      }),
      { seed: 5, numRuns: 400 },
    );
  });

  test('1.4: an error is the same', async () => {
    session.headers['X'] = ' leading space';
    for (const when of ['first', 'again']) {
      const refused = await session.post(URL, { json: 1 }).then(null, (reason: unknown) => reason);
      expect(refused, when).toBeInstanceOf(InvalidHeader);
      expect(refused).toMatchObject({ request: { method: 'POST', url: URL } });
    }
    await expect(session.get('no-scheme')).rejects.toMatchObject({ name: 'MissingSchema' });
    session.headers['X'] = 'fine';
    await expect(session.get('no-scheme')).rejects.toMatchObject({ name: 'MissingSchema' });
    const error = await session.get('http://').then(null, (reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'InvalidURL', request: { method: 'GET' } });
  });
});

describe('1.4: headers that requests share', () => {
  test('1.4: change with the session, however it is changed', async () => {
    const seen = async (): Promise<string | null> => (await sent('GET', URL)).headers.get('X');
    expect(await seen()).toBeNull();
    session.headers['X'] = '1';
    expect(await seen()).toBe('1');
    session.headers.update({ x: '2' });
    expect(await seen()).toBe('2');
    (session.headers as Record<string, unknown>)['X'] = null;
    expect(await seen()).toBeNull();
    session.headers = { X: '3' };
    expect(await seen()).toBe('3');
    delete session.headers['X'];
    expect(await seen()).toBeNull();
    session.headers = new CaseInsensitiveDict({ X: '4' });
    expect(await seen()).toBe('4');
  });

  test("1.4: are each request's own as soon as they are read", async () => {
    const first = await sent('GET', URL);
    const copy = first.copy();
    first.headers['X'] = 'changed';
    const second = await sent('GET', URL);
    expect(second.headers.has('X')).toBe(false);
    expect(copy.headers.has('X')).toBe(false);
    expect(session.headers.has('X')).toBe(false);
    second.headers = new CaseInsensitiveDict({ Y: '1' });
    expect(second.headers.items()).toEqual([['Y', '1']]);
  });

  test('1.4: do not take what the body of one adds', async () => {
    const posted = await sent('POST', URL, { json: { a: 1 } });
    expect(posted.headers.items().slice(-2)).toEqual([
      ['Content-Length', '7'],
      ['Content-Type', 'application/json'],
    ]);
    const after = await sent('GET', URL);
    expect(after.headers.items()).toEqual(session.headers.items());
  });

  test('1.4: hooks are, too', async () => {
    session.hooks.response.push(() => undefined);
    const first = await sent('GET', URL);
    first.hooks.response.push(() => undefined);
    expect((await sent('GET', URL)).hooks.response).toHaveLength(1);
    expect(session.hooks.response).toHaveLength(1);
  });
});

describe('1.3: what was put in the place of a method', () => {
  test("1.3: a subclass's prepare_request is called for every request", async () => {
    class Signing extends Session {
      override prepare_request(request: Request): PreparedRequest {
        const prepared = super.prepare_request(request);
        prepared.headers['Signature'] = 'yes';
        return prepared;
      }
    }
    session = mounted(new Signing());
    expect((await sent('GET', URL)).headers['Signature']).toBe('yes');
  });

  test("1.3: a subclass's send gets the merged settings and allow_redirects", async () => {
    const given: (SessionSendOptions | null | undefined)[] = [];
    class Watching extends Session {
      override send(request: PreparedRequest, options?: SessionSendOptions | null): Promise<Response> {
        given.push(options);
        return super.send(request, options);
      }
    }
    session = mounted(new Watching());
    await session.get(URL, { timeout: 3, allow_redirects: false });
    expect(given).toMatchObject([
      { timeout: 3, allow_redirects: false, stream: false, verify: true, cert: null, proxies: {} },
    ]);
  });

  test('1.3: a send that a test has put there is called, and the one before when it is put back', async () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- a session's verbs are bound
    const original = session.send;
    const urls: (string | null)[] = [];
    session.send = (request) => {
      urls.push(request.url);
      return original(request);
    };
    await session.get(URL);
    session.send = original;
    await session.get(URL);
    expect(urls).toEqual([URL]);
    expect(adapter.sent).toHaveLength(2);
  });

  test('1.12: a response that reads its body in its own way is asked to', async () => {
    class Upper extends Response {
      override async read(): Promise<Buffer> {
        const content = await super.read();
        return (this._content = Buffer.from(content.toString().toUpperCase()));
      }
    }
    adapter.send = (request) => {
      const response = new Upper();
      response.status_code = 200;
      response.request = request;
      response.raw = new (class extends Object {
        rawHeaders = [];
        readAll = (): Promise<Buffer> => Promise.resolve(Buffer.from('body'));
        setCookieLines = (): string[] => [];
      })() as unknown as Response['raw'];
      return Promise.resolve(response);
    };
    expect((await session.get(URL)).text).toBe('BODY');
  });
});

function without<T extends object>(options: T, name: string): Omit<T, keyof T & string> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key !== name)) as Omit<
    T,
    keyof T & string
  >;
}

test('1.4: what an adapter changes of one request is not seen in the next', async () => {
  await using server = await startHttpServer(echo);
  class Posting extends UndiciAdapter {
    method = 'POST';
    override send(request: PreparedRequest, options?: SendOptions): Promise<Response> {
      request.method = this.method;
      return super.send(request, options);
    }
  }
  const posting = new Posting();
  await using real = new Session();
  real.mount('http://', posting);
  const lengths: (string | undefined)[] = [];
  for (posting.method of ['GET', 'POST', 'GET', 'POST']) {
    await real.get(server.url);
    lengths.push(server.requests.at(-1)?.headers['content-length']);
  }
  expect(lengths).toEqual([undefined, '0', undefined, '0']);
});

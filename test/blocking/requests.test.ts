import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as awaited from 'requests-futures/requests';
import {
  Future,
  FuturesSession,
  HARRecorder,
  open,
  REQUEST_CHANNEL,
  type RequestEvent,
  requests,
  Response,
  Session,
} from 'requests-futures/blocking';
import { thrown } from '../helpers/failures.js';
import { SURPLUS } from '../helpers/surplus.js';
import { FarServer } from './server.js';

let server: FarServer;
const folder = mkdtempSync(path.join(tmpdir(), 'blocking-'));

beforeAll(async () => {
  server = await FarServer.start();
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});

beforeEach(() => {
  server.log();
});

interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

describe('the verbs', () => {
  test.each(['get', 'options', 'post', 'put', 'patch', 'delete'] as const)(
    '%s returns its response',
    (verb) => {
      const response = requests[verb](`${server.url}/echo`, { params: { q: 'a b' }, timeout: 5 });
      expect(response).toBeInstanceOf(Response);
      expect(response.json<Echo>()).toMatchObject({ method: verb.toUpperCase(), url: '/echo?q=a+b' });
    },
  );

  test('head follows no redirect unless it is told to', () => {
    expect(requests.head(`${server.url}/redirect`).status_code).toBe(302);
    expect(requests.head(`${server.url}/redirect`, { allow_redirects: true }).status_code).toBe(200);
  });

  test('take the URL among the options, and a URL object', () => {
    expect(requests.get({ url: `${server.url}/echo` }).status_code).toBe(200);
    expect(requests.request('GET', new URL(`${server.url}/echo`)).status_code).toBe(200);
  });

  test.each([undefined, null, {}])(
    'of a session whose cookies are %o fail before anything is sent',
    (cookies) => {
      using session = new Session();
      session.cookies = cookies as never;
      expect(() => session.get(`${server.url}/echo`)).toThrow(
        'session.cookies must be a RequestsCookieJar, got ',
      );
      expect(server.log().log).toEqual([]);
      session.cookies = new requests.cookies.RequestsCookieJar();
      expect(session.get(`${server.url}/echo`).status_code).toBe(200);
    },
  );

  test.each([
    ['a Session', () => new Session()],
    ['a FuturesSession', () => new FuturesSession()],
    ['requests', () => requests],
  ])('of %s refuse arguments that they do not take', (_name, make) => {
    const sender = make() as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const [name, args, message] of SURPLUS) {
      const call = sender[name];
      if (call !== undefined) expect(() => call(...args), name).toThrow(message);
    }
  });

  test('of a session whose adapters are no Map fail before anything is sent', () => {
    using session = new Session();
    const { adapters } = session;
    Object.assign(session, { adapters: null });
    expect(() => session.get(`${server.url}/echo`)).toThrow('session.adapters must be a Map of adapters');
    expect(() => {
      session.close();
    }).toThrow('session.adapters must be a Map of adapters');
    Object.assign(session, { adapters });
    expect(server.log().log).toEqual([]);
  });

  test('refuse what the awaited ones refuse, in the same words', async () => {
    for (const options of [{ query: 1 }, { timeout: 'soon' }, { auth: 5 }] as never[]) {
      const theirs = await awaited
        .get(`${server.url}/echo`, options)
        .catch((error: unknown) => error as Error);
      let ours: unknown;
      try {
        requests.get(`${server.url}/echo`, options);
      } catch (error) {
        ours = error;
      }
      expect(ours).toMatchObject({ name: (theirs as Error).name, message: (theirs as Error).message });
    }
  });
});

describe('a response', () => {
  test('has what the awaited one has', async () => {
    const theirs = await awaited.get(`${server.url}/redirect?to=/echo`);
    const ours = requests.get(`${server.url}/redirect?to=/echo`);
    const shown = (r: awaited.Response | requests.Response): unknown => [
      r.status_code,
      r.reason,
      r.url,
      r.encoding,
      r.apparent_encoding,
      r.ok,
      r.is_redirect,
      r.is_permanent_redirect,
      r.links,
      r.history.map((hop) => [hop.status_code, hop.url, hop.headers.get('location'), hop.cookies.get_dict()]),
      [...r.headers.keys()].filter((name) => name !== 'Date'),
      r.raw?.version_string,
      r.raw?.closed,
      r.request.method,
      r.request.url,
      r.request.headers.items(),
      String(r),
    ];
    expect(shown(ours)).toEqual(shown(theirs));
    expect(ours.elapsed.total_seconds()).toBeGreaterThan(0);
    expect(ours.connection).toBeInstanceOf(requests.HTTPAdapter);
    expect(ours.history[0]).toBeInstanceOf(Response);
    expect(ours.read()).toBe(ours.content);
    expect(ours.content.toString()).toBe(ours.text);
  });

  test('that is a redirect which is not followed knows its next request', () => {
    const response = requests.get(`${server.url}/redirect`, { allow_redirects: false });
    expect(response.next?.url).toBe(`${server.url}/echo`);
    const session = new Session();
    const followed = [...session.resolve_redirects(response, response.request)];
    expect(followed.map(({ status_code }) => status_code)).toEqual([200]);
  });

  test('raises for its status, with itself', () => {
    const response = requests.get(`${server.url}/status?code=404`);
    try {
      response.raise_for_status();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(awaited.HTTPError);
      expect((error as awaited.HTTPError).response).toBe(response);
    }
  });

  test('of 64 MiB comes whole', () => {
    expect(requests.get(`${server.url}/bytes?n=${64 * 1024 * 1024}`).content.length).toBe(64 * 1024 * 1024);
  });
});

describe('a stream', () => {
  test('is iterated over by a plain loop, in pieces as large as asked for', () => {
    const response = requests.get(`${server.url}/bytes?n=100000`, { stream: true });
    const sizes = [...response.iter_content(30_000)].map(({ length }) => length);
    expect(sizes).toEqual([30_000, 30_000, 30_000, 10_000]);
    expect(() => response.iter_content(1)).toThrow(requests.StreamConsumedError);
    expect(() => response.content).toThrow(/consumed/);
  });

  test('gives lines as they come, and goes on where a loop was left', () => {
    using response = requests.get(`${server.url}/lines?n=6`, { stream: true });
    const first: string[] = [];
    for (const line of response.iter_lines({ chunk_size: null, decode_unicode: true })) {
      first.push(String(line));
      if (first.length === 2) break;
    }
    expect(first).toEqual(['line 0', 'line 1']);
    expect(response.text.trim().split('\n').at(-1)).toBe('line 5');
  });

  test('is read when its content is asked for', () => {
    const response = requests.get(`${server.url}/bytes?n=70000`, { stream: true });
    expect(response._content).toBe(false);
    expect(response.raw?.read(10).length).toBe(10);
    expect(response.content.length).toBe(69_990);
    expect(response.text.length).toBe(69_990);
  });

  test('that breaks off gives what has come, then the error, with its request', () => {
    const response = requests.get(`${server.url}/broken`, { stream: true });
    const got: string[] = [];
    try {
      for (const piece of response.iter_content(null)) got.push(piece.toString());
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(requests.ChunkedEncodingError);
      expect((error as requests.RequestException).request?.url).toBe(`${server.url}/broken`);
    }
    expect(got).toEqual(['half']);
  });

  test('that is closed gives nothing more, and its connection is not used again', () => {
    const session = new Session();
    const response = session.get(`${server.url}/lines?n=1000000`, { stream: true });
    response.close();
    expect([...response.iter_content(10)]).toEqual([]);
    expect(session.get(`${server.url}/echo`).status_code).toBe(200);
  });
});

describe('a session', () => {
  test('has the cookies of a response at once, of redirects, too', () => {
    const session = new Session();
    session.get(`${server.url}/cookie?name=a&value=1`);
    expect(session.cookies.get_dict()).toEqual({ a: '1' });
    session.get(`${server.url}/redirect`, {
      hooks: {
        response: (response) => {
          if (response.status_code === 200) expect(session.cookies.get_dict()).toEqual({ a: '1', hop: '1' });
        },
      },
    });
    expect(session.get(`${server.url}/echo`).json<Echo>().headers['cookie']).toBe('a=1; hop=1');
  });

  test('sends the cookies that its caller sets, and none that the caller removes', () => {
    const session = new Session();
    session.cookies.set('mine', 'yes');
    const cookie = (): string | undefined => session.get(`${server.url}/echo`).json<Echo>().headers['cookie'];
    expect(cookie()).toBe('mine=yes');
    session.cookies.clear();
    expect(cookie()).toBeUndefined();
    session.cookies = new requests.RequestsCookieJar();
    session.cookies.set('other', '1');
    expect(cookie()).toBe('other=1');
  });

  test('is sent as it is at each call', () => {
    const session = new Session();
    const headers = (): Record<string, string> => session.get(`${server.url}/echo`).json<Echo>().headers;
    session.headers['X-One'] = '1';
    expect(headers()['x-one']).toBe('1');
    session.headers['X-One'] = '2';
    session.auth = ['user', 'pass'];
    session.params = { p: '1' };
    expect(headers()).toMatchObject({ 'x-one': '2', authorization: 'Basic dXNlcjpwYXNz' });
    expect(server.log().log.at(-1)?.url).toBe('/echo?p=1');
  });

  test('keeps its connections, and can be used after it was closed', () => {
    const session = new Session();
    for (let n = 0; n < 3; n += 1) session.get(`${server.url}/echo`);
    session.close();
    expect(session.get(`${server.url}/echo`).status_code).toBe(200);
  });

  test('keeps fields of its caller to itself', () => {
    const session = Object.assign(new Session(), {
      logger: { log: () => undefined, socket: process.stdout },
    });
    expect(session.get(`${server.url}/echo`).status_code).toBe(200);
  });
});

test.each([false, true])(
  'a response has the retries that were left, and the attempts before (stream: %s)',
  (stream) => {
    const session = new Session();
    const max_retries = new awaited.adapters.Retry({
      total: 2,
      status_forcelist: [503],
      raise_on_status: false,
    });
    session.mount('http://', new requests.HTTPAdapter({ max_retries }));
    const { raw } = session.get(`${server.url}/status?code=503`, { stream });
    expect([raw?.retries?.total, raw?.retries?.history.map(({ status }) => status)]).toEqual([0, [503, 503]]);
    expect(session.get(`${server.url}/echo`, { stream }).raw?.retries?.total).toBe(2);
    session.close();
  },
);

describe('an error', () => {
  test('is of the very class that the other doors throw, with its request, and begins with the line that called', () => {
    let error: unknown;
    try {
      requests.get('http://127.0.0.1:1/refused');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(awaited.ConnectionError);
    const { request, cause, stack = '' } = error as awaited.ConnectionError;
    expect(request?.url).toBe('http://127.0.0.1:1/refused');
    expect(cause).toBeInstanceOf(awaited.urllib3.exceptions.MaxRetryError);
    const lines = stack.split('\n').filter((line) => line.startsWith('    at '));
    expect(lines[0]).toContain('requests.test.ts');
    expect(stack).toContain('in the gateway thread');
  });

  test('reaches its caller whatever the program does to stacks', () => {
    const before: unknown = Reflect.get(Error, 'prepareStackTrace');
    const errors: unknown[] = [];
    try {
      Error.prepareStackTrace = (_error, sites) => sites;
      requests.get('http://127.0.0.1:1/refused');
    } catch (error) {
      errors.push(error);
    } finally {
      Reflect.set(Error, 'prepareStackTrace', before);
    }
    expect(errors).toEqual([expect.any(awaited.ConnectionError)]);
  });

  test('that is frozen reaches its caller', () => {
    const error = Object.freeze(new Error('frozen'));
    const future = new Future();
    future.set_exception(error);
    expect(thrown(() => future.result())).toBe(error);
  });

  test('has the response that it is about', () => {
    const session = new Session();
    session.max_redirects = 2;
    try {
      session.get(`${server.url}/redirect?to=/redirect%3Fto%3D/redirect`);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(requests.TooManyRedirects);
      expect((error as requests.TooManyRedirects).response).toBeInstanceOf(Response);
    }
  });
});

describe('the events of a request', () => {
  test('are published in the thread that called, before the call returns, as long as there is a subscriber', () => {
    const types: string[] = [];
    const note = (event: unknown): void => void types.push((event as RequestEvent).type);
    subscribe(REQUEST_CHANNEL, note);
    requests.get(`${server.url}/echo`);
    const first = types.splice(0);
    using session = new FuturesSession();
    session.get(`${server.url}/echo`).result();
    unsubscribe(REQUEST_CHANNEL, note);
    requests.get(`${server.url}/echo`);
    expect(first).toEqual(['started', 'attempt', 'connected', 'headers', 'body', 'settled']);
    expect(types).toEqual(['submitted', ...first]);
  });

  test('are recorded by a HARRecorder', () => {
    using recorder = new HARRecorder().start();
    requests.get(`${server.url}/redirect`);
    expect(recorder.har.log.entries.map(({ response }) => response.status)).toEqual([302, 200]);
  });
});

describe('a body', () => {
  const post = (options: requests.RequestOptions): Echo =>
    requests.post(`${server.url}/echo`, options).json<Echo>();

  test('may be text, bytes, a form, JSON or a multipart upload', () => {
    expect(post({ data: 'text' }).body).toBe('text');
    expect(post({ data: Buffer.from('bytes') }).body).toBe('bytes');
    expect(post({ data: { a: '1', b: ['2', '3'] } }).body).toBe('a=1&b=2&b=3');
    expect(post({ json: { a: 1 } }).body).toBe('{"a":1}');
    expect(post({ files: { f: ['name.txt', 'content'] } }).body).toContain('filename="name.txt"');
  });

  test('may be a generator, whose steps run in this thread', () => {
    const steps: number[] = [];
    const { body, headers } = post({
      data: (function* () {
        for (let n = 0; n < 3; n += 1) {
          steps.push(n);
          yield `${requests.get(`${server.url}/slow?ms=1&n=${n}`).text};`;
        }
      })(),
    });
    expect(body).toBe('slow 0;slow 1;slow 2;');
    expect(headers['transfer-encoding']).toBe('chunked');
    expect(steps).toEqual([0, 1, 2]);
  });

  test('may be a generator, which is closed when its request ends before it', () => {
    const controller = new AbortController();
    let closed = 0;
    const body = (function* () {
      try {
        yield 'a';
        controller.abort();
        for (;;) yield 'b';
      } finally {
        closed += 1;
      }
    })();
    expect(() => post({ data: body, signal: controller.signal })).toThrow(/aborted/);
    expect(closed).toBe(1);
  });

  test('may be a plain object that iterates', () => {
    const iterating = {
      *[Symbol.iterator]() {
        yield 'x';
        yield 'y';
      },
    };
    expect(post({ data: iterating }).body).toBe('xy');
    expect(post({ files: { f: iterating } }).body).toContain('\r\n\r\nxy\r\n');
    const again = requests.post(`${server.url}/redirect?code=307`, { data: iterating });
    expect(again.json<Echo>().body).toBe('xy');
    const awaited = {
      async *[Symbol.asyncIterator]() {
        yield await Promise.resolve('x');
      },
    };
    expect(() => post({ data: awaited as never })).toThrow(/cannot be sent as a body/);
  });

  test('may be a file of open() or a file stream, with its length, also through a redirect that keeps it', () => {
    const file = path.join(folder, 'upload.bin');
    writeFileSync(file, 'x'.repeat(100_000));
    using opened = open(file, 'rb');
    opened.seek(10);
    const sent = post({ data: opened });
    expect([sent.body.length, sent.headers['content-length']]).toEqual([99_990, '99990']);
    expect(opened.tell()).toBe(100_000);
    expect(post({ data: createReadStream(file) }).body.length).toBe(100_000);
    const again = requests.post(`${server.url}/redirect?code=307`, { data: createReadStream(file) });
    expect(again.json<Echo>().body.length).toBe(100_000);
    using second = open(file, 'rb');
    expect(post({ files: { f: second } }).body).toContain('filename="upload.bin"');
  });

  test('that flows only while the thread does not wait is refused, with what to give instead', () => {
    const flowing = [Readable.from(['a']), new ReadableStream(), (async function* () {})()] as never[];
    for (const data of flowing) {
      expect(() => post({ data })).toThrow(/cannot be sent as a body.*open\(path, 'rb'\)/s);
    }
  });
});

describe('a file of open()', () => {
  test('takes what a stream gives, and is read by lines', () => {
    const file = path.join(folder, 'download');
    {
      using out = open(file, 'wb');
      const response = requests.get(`${server.url}/lines?n=3`, { stream: true });
      for (const chunk of response.iter_content(4)) out.write(chunk);
    }
    expect(readFileSync(file, 'utf8')).toBe('line 0\nline 1\nline 2\n');
    using text = open(file);
    expect([...text]).toEqual(['line 0\n', 'line 1\n', 'line 2\n']);
    expect(() => open(file, 'q' as 'r')).toThrow(/invalid mode/);
    text.close();
    expect(() => text.read()).toThrow(/closed file/);
  });
});

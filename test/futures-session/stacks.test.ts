/** The stacks of errors lead to the caller's own lines. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  as_completed,
  AsyncPoolExecutor,
  Future,
  FuturesSession,
  type ResponseFuture,
} from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { failureOf } from '../helpers/failures.js';
import { refusedPort } from '../helpers/servers/http-server.js';
import { type RawServer, startRawServer } from '../helpers/servers/raw-server.js';
import { pool } from '../helpers/worker-pools.js';

const ANSWERS: Readonly<Record<string, string>> = {
  '/cut': 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc',
  '/bad': 'no answer\r\n\r\n',
  '/reset': '',
};

let server: RawServer;
let refused: string;

beforeAll(async () => {
  refused = `http://127.0.0.1:${await refusedPort()}/`;
  server = await startRawServer(async (connection) => {
    const [, target = ''] = (await connection.readHead()).split(' ');
    const answer = ANSWERS[target];
    if (answer !== undefined) connection.socket.end(answer);
  });
});
afterAll(() => server.close());

/** The names of functions in the stack. */
function framesOf(error: Error): string {
  return (error.stack ?? '').split('\n    at ').slice(1).join('\n');
}

describe.each([
  ['HTTPAdapter', () => new requests.HTTPAdapter()],
  ['UndiciAdapter', () => new requests.UndiciAdapter()],
])('awaited with %s', (_name, adapter) => {
  test.each<[title: string, url: () => string, options: requests.RequestOptions]>([
    ['a refused connection', () => refused, {}],
    ['a connection that ends without an answer', () => `${server.url}/reset`, {}],
    ['an answer that is none', () => `${server.url}/bad`, {}],
    ['a body that breaks off', () => `${server.url}/cut`, {}],
    ['a timeout', () => `${server.url}/silent`, { timeout: 0.02 }],
    ['a URL without a scheme', () => 'example.org', {}],
    ['a URL without a host', () => 'http://', {}],
    ['a URL that no adapter is for', () => 'gopher://x', {}],
  ])('%s shows who awaits session.get, through every async function', async (_title, url, options) => {
    async function fetchOnePage(session: requests.Session): Promise<unknown> {
      return await session.get(url(), options);
    }
    async function crawlEverything(session: requests.Session): Promise<void> {
      await Promise.resolve();
      await fetchOnePage(session);
    }
    await using session = new requests.Session();
    session.mount('http://', adapter());
    const frames = framesOf(await failureOf(crawlEverything(session), requests.RequestException));
    expect(frames).toContain('fetchOnePage');
    expect(frames).toContain('crawlEverything');
  });

  test('a stream that breaks off shows who reads it', async () => {
    async function readAll(response: requests.Response): Promise<void> {
      await response.read();
    }
    async function eachPiece(response: requests.Response): Promise<void> {
      for await (const piece of response.iter_content(2)) expect(piece.length).toBeLessThan(3);
    }
    for (const reader of [readAll, eachPiece]) {
      await using session = new requests.Session();
      session.mount('http://', adapter());
      const response = await session.get(`${server.url}/cut`, { stream: true });
      const error = await failureOf(reader(response), requests.ChunkedEncodingError);
      expect(framesOf(error)).toContain(reader.name);
    }
  });

  test('a future shows who awaits it, in each way', async () => {
    async function theFuture(future: ResponseFuture): Promise<void> {
      await future;
    }
    async function itsResult(future: ResponseFuture): Promise<void> {
      await future.result();
    }
    async function withTimeout(future: ResponseFuture): Promise<void> {
      await future.result(60);
    }
    async function whenDone(future: ResponseFuture): Promise<void> {
      await future.exception();
      await future;
    }
    async function amongOthers(future: ResponseFuture): Promise<void> {
      await Promise.all([future]);
    }
    async function asCompleted(future: ResponseFuture): Promise<void> {
      for await (const each of as_completed([future])) await each.result();
    }
    await using session = new FuturesSession({ max_workers: 1 });
    session.mount('http://', adapter());
    for (const wait of [theFuture, itsResult, withTimeout, whenDone, amongOthers, asCompleted]) {
      const error = await failureOf(wait(session.get(refused)), requests.ConnectionError);
      expect(error.code).toBe('ECONNREFUSED');
      expect(framesOf(error)).toContain(`${wait.name} `);
      // Where it went wrong comes first.
      expect(framesOf(error).indexOf('sendingError')).toBeLessThan(framesOf(error).indexOf(wait.name));
    }
  });
});

test('an error of a worker thread shows who awaits it here', async () => {
  async function fromAThread(session: FuturesSession): Promise<void> {
    await session.get(refused);
  }
  await using session = new FuturesSession({ executor: pool() });
  const error = await failureOf(fromAThread(session), requests.ConnectionError);
  expect(error.code).toBe('ECONNREFUSED');
  expect(framesOf(error)).toContain('fromAThread ');
});

test('the module itself, too', async () => {
  async function callsTheModule(): Promise<void> {
    await requests.get(refused);
  }
  expect(framesOf(await failureOf(callsTheModule(), requests.ConnectionError))).toContain('callsTheModule');
});

test('each frame is there once, however often a future is read, and by several', async () => {
  await using executor = new AsyncPoolExecutor();
  async function reader(future: PromiseLike<unknown>): Promise<unknown> {
    return await Promise.resolve(future).catch((error: unknown) => error);
  }
  function fails(): never {
    throw new Error('own');
  }
  const future = executor.submit(fails);
  const errors = await Promise.all([reader(future), reader(future), reader(future)]);
  await reader(future);
  expect(new Set(errors).size).toBe(1);
  const lines = framesOf(errors[0] as Error).split('\n');
  expect(lines[0]).toContain('fails');
  expect(new Set(lines).size).toBe(lines.length);
});

test('what is no error, or cannot be changed, comes as it is', async () => {
  await using executor = new AsyncPoolExecutor();
  const given = [
    'text',
    Object.freeze(new Error('frozen')),
    Object.assign(new Error('x'), { stack: null }),
    Object.assign(Object.create(null) as object, { a: 1 }),
  ];
  for (const thrown of given) {
    const future = executor.submit(() => {
      throw thrown as Error;
    });
    const caught: unknown = await future.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
    expect(caught).toBe(thrown);
  }
});

test('NODE_DEBUG=requests-futures adds where the request was submitted', async () => {
  const script = `
    import { FuturesSession } from 'requests-futures';
    const session = new FuturesSession();
    function submitsTheRequest() { return session.get('${refused}'); }
    async function awaitsItLater(future) { await future; }
    const future = submitsTheRequest();
    await awaitsItLater(future).catch(({ stack }) => console.log(stack));
  `;
  const run = async (NODE_DEBUG: string): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, NODE_DEBUG },
    });
    return stdout;
  };
  expect(await run('requests-futures')).toMatch(/submitsTheRequest.*awaitsItLater/s);
  const usual = await run('');
  expect(usual).toContain('awaitsItLater');
  expect(usual).not.toContain('submitsTheRequest');
});

describe('whatever a program does to stacks, a future fails with the error that it ended with', () => {
  const before: unknown = Reflect.get(Error, 'prepareStackTrace');
  afterEach(() => {
    Reflect.set(Error, 'prepareStackTrace', before);
  });

  function failed(error: Error): Future {
    const future = new Future();
    future.set_exception(error);
    return future;
  }
  const reasonOf = (future: Future): Promise<unknown> =>
    future.result().then(
      () => undefined,
      (reason: unknown) => reason,
    );

  test.each<[title: string, prepare: typeof Error.prepareStackTrace]>([
    ['gives call sites', (_error, sites) => sites],
    ['takes more of an error for granted', (error) => (error.cause as Error).message],
    [
      'throws',
      () => {
        throw new Error('of the program');
      },
    ],
  ])('an Error.prepareStackTrace that %s', async (_title, prepare) => {
    // The stack of this one is text already.
    const early = new Error('early');
    expect(early.stack).toContain('early');
    Error.prepareStackTrace = prepare;
    const late = new Error('late');
    expect(await reasonOf(failed(early))).toBe(early);
    expect(await reasonOf(failed(late))).toBe(late);
    await using session = new requests.Session();
    const sent = await session.get('gopher://x').catch((error: unknown) => error);
    expect(sent).toBeInstanceOf(requests.RequestException);
  });

  test('a stack that cannot be read', async () => {
    const error = Object.defineProperty(new Error('of the request'), 'stack', {
      get() {
        throw new Error('of the getter');
      },
    });
    expect(await reasonOf(failed(error))).toBe(error);
  });
});

/** What fetch functions do: mocks give odd responses, reject with anything, ignore their signal, and never settle. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import nodeFetch from 'node-fetch';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type FetchFunction,
  type FetchInit,
  type FetchResponse,
  HTTPAdapter,
} from '../../src/requests/adapters/index.js';
import {
  AbortError,
  ChunkedEncodingError,
  ConnectionError,
  ReadTimeout,
} from '../../src/requests/exceptions/requests.js';
import { Session } from '../../src/requests/index.js';
import { failureOf, watchUnhandled } from '../helpers/failures.js';
import { echo, refusedPort, startHttpServer } from '../helpers/servers/http-server.js';
import { prepare, send } from '../helpers/send.js';

const URL = 'http://mock.test/';

/** An adapter over a function that gives `response`, which need not be one. */
function giving(response: unknown): HTTPAdapter {
  return new HTTPAdapter({ fetch: () => Promise.resolve(response as FetchResponse) });
}

/** A stream with one piece that stays open, and counts its cancellations. */
function openStream(): { readonly stream: ReadableStream<Uint8Array>; cancelled: number } {
  const state = {
    cancelled: 0,
    stream: new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from('piece'));
      },
      cancel() {
        state.cancelled += 1;
      },
    }),
  };
  return state;
}

describe('1.15: a fetch function that ignores its signal', () => {
  test('and never settles is left at the timeout and at an abort', async () => {
    const adapter = new HTTPAdapter({ fetch: () => new Promise(() => undefined) });
    const late = await failureOf(send(adapter, URL, { timeout: 0.02 }), ReadTimeout);
    expect(late.message).toContain('Read timed out. (read timeout=0.02)');
    await failureOf(send(adapter, URL, { signal: AbortSignal.timeout(10) }), AbortError);
    await failureOf(send(adapter, URL, { signal: AbortSignal.abort() }), AbortError);
  });

  test('and whose body never ends is left, too, and the body cancelled', async () => {
    for (const stream of [false, true]) {
      const body = openStream();
      const adapter = giving(new Response(body.stream));
      const read = async (options: object): Promise<void> => {
        const response = await send(adapter, URL, { stream, ...options });
        await response.read();
      };
      const late = await failureOf(read({ timeout: 0.02 }), ConnectionError);
      expect(late.message).toContain('Read timed out.');
      expect(body.cancelled).toBe(1);
      const other = openStream();
      await failureOf(
        send(giving(new Response(other.stream)), URL, { signal: AbortSignal.timeout(10) }),
        AbortError,
      );
      expect(other.cancelled).toBe(1);
    }
  });

  test('has the body of a response cancelled that comes too late, and one that is closed', async () => {
    const late = openStream();
    let settle: (response: FetchResponse) => void = () => undefined;
    const fetch = (): Promise<FetchResponse> => new Promise((resolve) => (settle = resolve));
    await failureOf(send(new HTTPAdapter({ fetch }), URL, { timeout: 0.01 }), ReadTimeout);
    settle(new Response(late.stream));
    await new Promise(setImmediate);
    expect(late.cancelled).toBe(1);
    const closed = openStream();
    const response = await send(giving(new Response(closed.stream)), URL, { stream: true });
    const part = response.raw?.read(100);
    response.close();
    await part;
    expect(closed.cancelled).toBe(1);
  });
});

test('1.15: whatever a fetch function rejects with, or its body, is a named error', async () => {
  const unhandled = watchUnhandled();
  const reasons = [
    'text',
    undefined,
    null,
    5,
    Symbol('s'),
    Object.create(null) as object,
    Object.freeze(new Error('x')),
  ];
  for (const reason of reasons) {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is what is tested
    await failureOf(send(new HTTPAdapter({ fetch: () => Promise.reject(reason) }), URL), ConnectionError);
    const throws: FetchFunction = () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- as above
      throw reason;
    };
    await failureOf(send(new HTTPAdapter({ fetch: throws }), URL), ConnectionError);
    const stream = new ReadableStream({
      pull(controller) {
        controller.error(reason);
      },
    });
    await failureOf(send(giving(new Response(stream)), URL), ChunkedEncodingError);
  }
  await unhandled.settle();
  expect(unhandled.errors).toEqual([]);
});

test('1.15: what is no response, or one whose body is gone, is an error', async () => {
  const readBefore = new Response('text');
  const reader = readBefore.body?.getReader();
  await reader?.read();
  reader?.releaseLock();
  const response = { statusText: '', headers: [], body: null };
  for (const given of [
    Response.error(),
    { ...response, status: NaN },
    { ...response, status: 200.5 },
    readBefore,
    undefined,
    { ...response, status: 200, headers: { a: 'b' } },
  ]) {
    await failureOf(send(giving(given), URL), ConnectionError);
  }
});

test('1.15: fewer bytes than Content-Length are an error, where the body was not encoded and there may be one', async () => {
  const headers = { 'Content-Length': '5' };
  for (const body of [null, 'abc']) {
    const error = await failureOf(send(giving(new Response(body, { headers })), URL), ChunkedEncodingError);
    expect(error.message).toContain(`IncompleteRead(${body?.length ?? 0} bytes read`);
  }
  expect((await send(giving(new Response('abcde', { headers })), URL)).text).toBe('abcde');
  const decoded = new Response('abc', { headers: { ...headers, 'Content-Encoding': 'gzip' } });
  expect((await send(giving(decoded), URL)).text).toBe('abc');
  const head = prepare(URL, { method: 'HEAD' });
  expect((await send(giving(new Response('abcde', { headers })), head)).content).toHaveLength(0);
  expect((await send(giving(new Response(null, { status: 304, headers })), URL)).status_code).toBe(304);
});

test('1.15: a coding that fetch functions do not undo stays in the headers, and is not offered', async () => {
  let init: FetchInit | null = null;
  const response = new Response('abc', { headers: { 'Content-Encoding': 'other' } });
  const fetch: FetchFunction = (_url, given) => {
    init = given;
    return Promise.resolve(response as FetchResponse);
  };
  const request = prepare(URL, { headers: { 'Accept-Encoding': 'gzip, deflate, br, zstd' } });
  const answer = await send(new HTTPAdapter({ fetch }), request);
  expect(answer.headers['content-encoding']).toBe('other');
  expect(init).toMatchObject({ headers: [['Accept-Encoding', 'gzip, deflate, br']] });
});

describe.each([
  ['the global fetch', globalThis.fetch as FetchFunction],
  ['node-fetch', nodeFetch as unknown as FetchFunction],
])('1.15: over %s', (_name, fetch) => {
  const sessions: Session[] = [];
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
  });
  function newSession(): Session {
    const session = new Session();
    session.trust_env = false;
    session.mount('http://', new HTTPAdapter({ fetch }));
    sessions.push(session);
    return session;
  }

  test('several codings of a body are undone, and a HEAD keeps the headers that a GET would have', async () => {
    const body = brotliCompressSync(gzipSync('text'));
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('Content-Encoding', 'gzip, br').setHeader('Content-Length', body.length).end(body);
    });
    const session = newSession();
    expect((await session.get(server.url)).text).toBe('text');
    const { headers, content } = await session.head(server.url);
    expect([headers['Content-Encoding'], headers['Content-Length'], content.length]).toEqual([
      'gzip, br',
      String(body.length),
      0,
    ]);
  });

  test('all cookies of a response are kept', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; Path=/; Expires=Wed, 21 Oct 2099 07:28:00 GMT']);
      response.end();
    });
    const session = newSession();
    await session.get(server.url);
    expect(session.cookies.get_dict()).toEqual({ a: '1', b: '2' });
  });

  test('credentials of a URL become a header, and no error shows them', async () => {
    await using server = await startHttpServer(echo);
    await newSession().get(server.url.replace('//', '//user:secret@'));
    const basic = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    expect(server.requests[0]?.headers.authorization).toBe(basic);
    const refused = `http://user:secret@127.0.0.1:${await refusedPort()}/`;
    const error = await failureOf(newSession().get(refused), ConnectionError);
    expect(error.message).not.toContain('secret');
  });

  test('text goes without a Content-Type, as over HTTPAdapter', async () => {
    await using server = await startHttpServer(echo);
    await newSession().post(server.url, { data: 'text' });
    expect(server.requests[0]?.headers['content-type']).toBeUndefined();
  });

  test('what a body fails with is not wrapped', async () => {
    await using server = await startHttpServer(echo);
    const failure = new RangeError('of the caller');
    const fails = function* (): Generator<string> {
      yield 'a';
      throw failure;
    };
    expect(await failureOf(newSession().post(server.url, { data: fails() }))).toBe(failure);
  });
});

test('1.15: the time that the caller takes for a body is not that of the server', async () => {
  const fetch: FetchFunction = async (_url, { body }) => {
    let text = '';
    for await (const piece of body as AsyncIterable<Uint8Array>) text += Buffer.from(piece).toString();
    return new Response(text);
  };
  const slow = async function* (): AsyncGenerator<string> {
    yield 'a';
    await new Promise((resolve) => setTimeout(resolve, 100));
    yield 'b';
  };
  const request = prepare(URL, { method: 'POST', data: slow() });
  expect((await send(new HTTPAdapter({ fetch }), request, { timeout: 0.02 })).text).toBe('ab');
});

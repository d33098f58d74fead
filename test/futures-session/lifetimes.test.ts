import { getEventListeners } from 'node:events';
import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  AsyncPoolExecutor,
  type Future,
  FuturesSession,
  type LimitsOptions,
  wait,
  WorkerPoolExecutor,
} from 'requests-futures';
import { HTTPAdapter, Request, Session, UndiciAdapter } from 'requests-futures/requests';
import { gate } from '../helpers/async.js';
import { collectUntil } from '../helpers/garbage.js';
import { echo, startHttpServer } from '../helpers/servers/http-server.js';

const adapters = [
  ['HTTPAdapter', () => new HTTPAdapter()],
  ['UndiciAdapter', () => new UndiciAdapter()],
] as [string, () => HTTPAdapter][];

describe.each(adapters)('over %s', (_name, newAdapter) => {
  test('a background_callback that throws gives up the stream that its future will never give', async () => {
    await using server = await startHttpServer((_request, response) => response.write('a piece'));
    await using session = new FuturesSession({ max_workers: 1 });
    session.mount('http://', newAdapter());
    const future = session.get(server.url, {
      stream: true,
      background_callback: () => {
        throw new Error('the callback');
      },
    });
    await expect(future.result()).rejects.toThrow('the callback');
    await server.waitForOpenConnections(0);
    expect(server.connections).toBe(1);
  });

  test('one signal for many requests gets one listener, and none when they are done', async () => {
    await using server = await startHttpServer(echo);
    await using session = new FuturesSession({ max_workers: 20 });
    await using plain = new Session();
    for (const each of [session, plain]) each.mount('http://', newAdapter());
    const { signal } = new AbortController();
    const options = { signal, stream: true };
    const sent = Array.from({ length: 20 }, () => [
      session.get(server.url, options).result(),
      plain.get(server.url, options),
    ]).flat();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    const responses = await Promise.all(sent);
    // Small bodies may have come whole.
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
    await Promise.all(responses.map((response) => response.read()));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

test('one signal ends all the requests that it was given to', async () => {
  await using server = await startHttpServer(() => undefined);
  await using session = new FuturesSession({ max_workers: 20 });
  await using plain = new Session();
  const controller = new AbortController();
  const { signal } = controller;
  const futures = Array.from({ length: 25 }, () => session.get(server.url, { signal }));
  const promises = Array.from({ length: 5 }, () => plain.get(server.url, { signal }));
  const ends = Promise.allSettled([...futures.map((future) => future.result()), ...promises]);
  await server.waitForInFlight(25);
  controller.abort(new Error('enough'));
  const reasons = (await ends).map((end) => (end.status === 'rejected' ? (end.reason as Error).name : ''));
  expect(reasons.filter((name) => name === 'AbortError')).toHaveLength(25);
  expect(reasons.filter((name) => name === 'CancelledError')).toHaveLength(5);
});

describe('close() with an executor that was given', () => {
  test('cancels what is queued of its own session, and nothing else', async () => {
    const held = gate();
    await using server = await startHttpServer(async (_request, response) => {
      await held.promise;
      response.end();
    });
    await using executor = new AsyncPoolExecutor({ max_workers: 4 });
    await using other = new FuturesSession({ executor });
    const session = new FuturesSession({ executor });
    const futures = Array.from({ length: 40 }, () => session.get(server.url));
    const others = Array.from({ length: 3 }, () => other.get(server.url));
    const call = executor.submit(() => 'a call');
    await server.waitForInFlight(4);
    const closed = session.close({ cancel_futures: true });
    expect(futures.filter((future) => future.cancelled())).toHaveLength(36);
    held.open();
    await closed;
    expect(futures.slice(0, 4).every((future) => future.done() && !future.cancelled())).toBe(true);
    for (const future of others) expect((await future.result()).status_code).toBe(200);
    expect(await call.result()).toBe('a call');
    expect(server.requests).toHaveLength(7);
  });

  test('waits for its own requests alone, and leaves the executor open', async () => {
    const held = gate();
    await using server = await startHttpServer(async (request, response) => {
      if (request.url === '/other') await held.promise;
      response.end();
    });
    await using executor = new AsyncPoolExecutor({ max_workers: 2 });
    await using other = new FuturesSession({ executor });
    const session = new FuturesSession({ executor });
    const slow = other.get(`${server.url}/other`);
    const futures = Array.from({ length: 5 }, () => session.get(server.url));
    await session.close();
    expect(futures.every((future) => future.done())).toBe(true);
    expect(slow.done()).toBe(false);
    held.open();
    expect((await slow.result()).status_code).toBe(200);
    expect(await executor.submit(() => 1).result()).toBe(1);
  });

  test('does not wait with wait: false', async () => {
    const held = gate();
    await using server = await startHttpServer(async (_request, response) => {
      await held.promise;
      response.end('late');
    });
    await using executor = new AsyncPoolExecutor({ max_workers: 1 });
    const session = new FuturesSession({ executor });
    const future = session.get(server.url);
    await session.close({ wait: false });
    expect(future.done()).toBe(false);
    held.open();
    expect((await future.result()).text).toBe('late');
  });

  test('holds for worker threads, too', async () => {
    const held = gate();
    await using server = await startHttpServer(async (_request, response) => {
      await held.promise;
      response.end();
    });
    await using executor = new WorkerPoolExecutor({ max_workers: 1 });
    const session = new FuturesSession({ executor });
    const futures = Array.from({ length: 4 }, () => session.get(server.url));
    await server.waitForInFlight(1);
    const closed = session.close({ cancel_futures: true });
    held.open();
    await closed;
    expect(futures.map((future) => future.cancelled())).toEqual([false, true, true, true]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a call that returns the future of a request of the same pool', () => {
  test('gives it its worker when all are taken', async () => {
    await using server = await startHttpServer(echo);
    await using executor = new AsyncPoolExecutor({ max_workers: 2 });
    await using session = new FuturesSession({ executor });
    const futures = Array.from({ length: 6 }, (_, i) =>
      executor.submit((url: string) => session.get(url), `${server.url}/${i}`),
    );
    const responses = await Promise.all(futures.map((future) => future.result()));
    expect(responses.map((response) => response.json<{ url: string }>().url)).toEqual(
      Array.from({ length: 6 }, (_, i) => `/${i}`),
    );
    expect(server.maxInFlight).toBeLessThanOrEqual(2);
  });

  test('fails as the inner call does', async () => {
    await using executor = new AsyncPoolExecutor({ max_workers: 1 });
    const future = executor.submit(() =>
      executor.submit(() => {
        throw new RangeError('inner');
      }),
    );
    await expect(future.result()).rejects.toThrow(new RangeError('inner'));
  });

  test('is waited for without its worker when the inner call was cancelled', async () => {
    await using executor = new AsyncPoolExecutor({ max_workers: 1 });
    const future = executor.submit(() => {
      const inner = executor.submit(() => 1);
      inner.cancel();
      return inner;
    });
    expect((await future.exception())?.constructor.name).toBe('CancelledError');
    expect(await executor.submit(() => 2).result()).toBe(2);
  });
});

describe('a streamed response that is dropped half read', () => {
  const ways: [name: string, open: () => FuturesSession][] = [
    ['in this thread', () => new FuturesSession()],
    ['over UndiciAdapter', () => overUndici()],
    ['under limits', () => new FuturesSession({ limits: { limit: 1 } })],
    [
      'from a worker thread',
      () => new FuturesSession({ executor: new WorkerPoolExecutor({ max_workers: 1 }) }),
    ],
  ];

  function overUndici(): FuturesSession {
    const session = new FuturesSession();
    session.mount('http://', new UndiciAdapter());
    return session;
  }

  async function readALittle(session: FuturesSession, url: string): Promise<void> {
    const response = await session.get(url, { stream: true });
    expect((await response.raw?.read(1))?.length).toBe(1);
  }

  test.each(ways)('lets its connection go: %s', async (_name, open) => {
    await using server = await startHttpServer((_request, response) => response.write('pieces'));
    await using session = open();
    await readALittle(session, server.url);
    expect(server.sockets.size).toBe(1);
    expect(await collectUntil(() => server.sockets.size === 0)).toBe(true);
    if (session.executor instanceof WorkerPoolExecutor) await session.executor.shutdown();
  });

  test('lets the place go that its limits gave it', async () => {
    await using server = await startHttpServer((_request, response) => response.write('pieces'));
    await using session = new FuturesSession({ limits: { limit: 1 } });
    await readALittle(session, server.url);
    let isAnswered = false;
    const next = session.get(server.url, { stream: true }).result();
    void next.then(() => (isAnswered = true));
    expect(await collectUntil(() => isAnswered)).toBe(true);
    (await next).close();
    expect(server.requests).toHaveLength(2);
  });
});

describe('a body is closed whose request is never sent', () => {
  /** The body, and whether it has been closed. */
  const kinds = {
    'a file': () => {
      const data = createReadStream(import.meta.filename);
      return { options: { data }, isClosed: () => data.destroyed };
    },
    'a generator': () => {
      let isClosed = false;
      const data = (function* () {
        try {
          for (;;) yield 'x';
        } finally {
          isClosed = true;
        }
      })();
      // Only a generator that has begun has a `finally` to run.
      data.next();
      return { options: { data }, isClosed: () => isClosed };
    },
    'a web stream': () => {
      let isClosed = false;
      const data = new ReadableStream<Uint8Array>({
        cancel() {
          isClosed = true;
        },
      });
      return { options: { data }, isClosed: () => isClosed };
    },
    'a file of a form': () => {
      const file = createReadStream(import.meta.filename);
      return { options: { files: { file } }, isClosed: () => file.destroyed };
    },
  };
  const aborted = AbortSignal.abort();
  const ways: Record<
    string,
    {
      limits?: LimitsOptions;
      signal?: AbortSignal;
      end?: (future: Future, session: FuturesSession) => unknown;
    }
  > = {
    'cancelled in the queue': { end: (future) => future.cancel() },
    'aborted in the queue': { end: (future) => future.abort() },
    'cancelled as it waits for its turn': { limits: { limit: 1 }, end: (future) => future.cancel() },
    'cancelled by close()': { end: (_future, session) => void session.close({ cancel_futures: true }) },
    'refused by max_delay': { limits: { per_hour: 1, max_delay: 1 } },
    'aborted beforehand': { signal: aborted },
  };
  const cases = Object.keys(ways).flatMap((way) => Object.keys(kinds).map((kind) => [way, kind] as const));

  test.each(cases)('%s: %s', async (way, kind) => {
    const { limits = null, signal = null, end } = ways[way] as (typeof ways)[string];
    await using server = await startHttpServer(() => undefined);
    await using session = new FuturesSession({ max_workers: 1, limits });
    const first = session.get(server.url);
    const { options, isClosed } = kinds[kind as keyof typeof kinds]();
    const future = session.post(server.url, { ...options, signal });
    expect(isClosed()).toBe(signal !== null || limits?.max_delay !== undefined);
    end?.(future, session);
    await wait([future]);
    expect(isClosed()).toBe(true);
    first.abort();
  });

  test.each(Object.keys(kinds))(
    '%s: not while another request has it, and not to be sent as empty',
    async (kind) => {
      await using server = await startHttpServer(() => undefined);
      await using session = new FuturesSession({ max_workers: 1 });
      const first = session.get(server.url);
      const { options, isClosed } = kinds[kind as keyof typeof kinds]();
      const queued = session.post(server.url, options);
      session.post(server.url, options).cancel();
      session.post(server.url, { ...options, signal: aborted });
      expect(isClosed()).toBe(false);
      queued.cancel();
      expect(isClosed()).toBe(true);
      expect(() => session.post(server.url, options)).toThrow(/closed with an earlier request/);
      first.abort();
    },
  );

  test('an upload that is under way is complete, though another request with its body is cancelled', async () => {
    await using server = await startHttpServer();
    await using session = new FuturesSession({ max_workers: 1 });
    const begun = gate();
    const rest = gate();
    async function* lines(): AsyncGenerator<string> {
      begun.open();
      yield 'a';
      await rest.promise;
      yield 'b';
    }
    const data = lines();
    const upload = session.post(server.url, { data });
    const other = session.post(server.url, { data });
    await begun.promise;
    other.cancel();
    rest.open();
    expect((await upload).json()).toMatchObject({ body: 'ab' });
  });

  test('prepared by hand', async () => {
    await using server = await startHttpServer(() => undefined);
    await using session = new FuturesSession({ max_workers: 1 });
    const first = session.get(server.url);
    const { options, isClosed } = kinds['a file']();
    const request = session.prepare_request(new Request('POST', server.url, options));
    session.send(request).cancel();
    expect(isClosed()).toBe(true);
    first.abort();
  });

  test('on its way to a worker thread', async () => {
    await using server = await startHttpServer(() => undefined);
    await using executor = new WorkerPoolExecutor({ max_workers: 1 });
    await using session = new FuturesSession({ executor });
    const first = session.get(server.url);
    const { options, isClosed } = kinds['a file']();
    session.post(server.url, options).cancel();
    expect(isClosed()).toBe(true);
    first.abort();
  });
});

describe('an upload of a file that turns out to be missing fails with its error, and the process goes on', () => {
  const missing = '/nonexistent/upload.bin';

  test.each(adapters)('sent at once over %s', async (_name, newAdapter) => {
    await using server = await startHttpServer(echo);
    await using session = new Session();
    session.mount('http://', newAdapter());
    await expect(session.post(server.url, { data: createReadStream(missing) })).rejects.toThrow(/ENOENT/);
    const files = { f: createReadStream(missing) };
    await expect(session.post(server.url, { files })).rejects.toThrow(/ENOENT/);
  });

  test.each([1, 0])('queued, as data or in a form; with %d to cancel', async (cancelled) => {
    await using server = await startHttpServer(echo);
    await using session = new FuturesSession({ max_workers: 1 });
    session.pause();
    const bodies = [{ data: createReadStream(missing) }, { files: { f: createReadStream(missing) } }];
    const futures = bodies.map((body) => session.post(server.url, body));
    for (const future of futures.slice(0, cancelled)) future.cancel();
    // Both streams have failed by now.
    for (const { data, files } of bodies) while (!(data ?? files.f).closed) await setImmediate();
    session.resume();
    for (const future of futures.slice(cancelled)) expect(String(await future.exception())).toMatch(/ENOENT/);
    expect(futures.filter((future) => future.cancelled())).toHaveLength(cancelled);
  });
});

describe.each(adapters)(
  'over %s, a request that waits for a connection of a full pool',
  (_name, newAdapter) => {
    const blocking = newAdapter === adapters[0]?.[1] ? HTTPAdapter : UndiciAdapter;

    test('gives its worker to others, and takes one again in its order', async () => {
      const held = gate();
      await using busy = await startHttpServer(async (request, response) => {
        if (request.url === '/0') await held.promise;
        response.end();
      });
      await using other = await startHttpServer(echo);
      await using session = new FuturesSession({ max_workers: 2 });
      session.mount('http://', new blocking({ pool_maxsize: 1, pool_block: true }));
      const waiting = Array.from({ length: 5 }, (_, i) => session.get(`${busy.url}/${i}`));
      // Two workers, of which one holds the only connection of its host: four wait for that.
      expect((await session.get(other.url).result()).status_code).toBe(200);
      expect(busy.requests).toHaveLength(1);
      held.open();
      await Promise.all(waiting.map((future) => future.result()));
      expect(busy.requests.map(({ url }) => url)).toEqual(['/0', '/1', '/2', '/3', '/4']);
      expect(busy.connections).toBe(1);
    });

    test('leaves its place in the queue to the next one when it is aborted', async () => {
      const held = gate();
      await using busy = await startHttpServer(async (_request, response) => {
        await held.promise;
        response.end();
      });
      await using session = new FuturesSession({ max_workers: 2 });
      session.mount('http://', new blocking({ pool_maxsize: 1, pool_block: true }));
      const [first, second, third] = [0, 1, 2].map((i) => session.get(`${busy.url}/${i}`));
      await busy.waitForInFlight(1);
      while (second?.running() !== true) await setImmediate();
      second.abort();
      expect((await second.exception())?.name).toBe('AbortError');
      held.open();
      await Promise.all([first?.result(), third?.result()]);
      expect(busy.requests.map(({ url }) => url)).toEqual(['/0', '/2']);
    });

    test('of limits gives its place there to others as well', async () => {
      const held = gate();
      await using busy = await startHttpServer(async (request, response) => {
        if (request.url === '/0') await held.promise;
        response.end();
      });
      await using other = await startHttpServer(echo);
      await using session = new FuturesSession({ max_workers: 2, limits: { limit: 2 } });
      session.mount('http://', new blocking({ pool_maxsize: 1, pool_block: true }));
      const waiting = Array.from({ length: 3 }, (_, i) => session.get(`${busy.url}/${i}`));
      expect((await session.get(other.url).result()).status_code).toBe(200);
      held.open();
      await Promise.all(waiting.map((future) => future.result()));
      expect(busy.connections).toBe(1);
    });
  },
);

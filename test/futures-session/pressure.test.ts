import { afterEach, describe, expect, test } from 'vitest';
import {
  as_completed,
  ChunkedEncodingError,
  ConnectionError,
  type Future,
  FuturesSession,
  ReadTimeout,
  RequestException,
  TooManyRedirects,
  wait,
} from 'requests-futures';
import { type Outcome, runNode } from '../helpers/child.js';
import { refusedPort, startHttpServer } from '../helpers/servers/http-server.js';
import { type RawServer, reply, type Script, startRawServer } from '../helpers/servers/raw-server.js';

/** Runs a script against `url` in a process of its own; the process must end by itself. */
async function runScript(body: string, url: string): Promise<Outcome> {
  const source = `import { FuturesSession, Session, wait } from 'requests-futures';\nconst url = process.env.URL_UNDER_TEST;\n${body}`;
  const args = ['--expose-gc', '--input-type=module', '-e', source];
  const outcome = await runNode(args, { env: { URL_UNDER_TEST: url } });
  expect(outcome.code, outcome.stderr).toBe(0);
  return outcome;
}

describe('10,000 futures in one session', () => {
  test('all resolve, at most 10 at once, started in the order of submitting', async () => {
    await using server = await startHttpServer((_request, response) => response.end('x'));
    await using session = new FuturesSession({ max_workers: 10 });
    const futures = Array.from({ length: 10_000 }, (_, i) => session.get(`${server.url}/${i}`));
    let ok = 0;
    for await (const future of as_completed(futures)) if ((await future).status_code === 200) ok += 1;
    expect(ok).toBe(10_000);
    expect(server.maxInFlight).toBeLessThanOrEqual(10);
    expect(server.connections).toBeLessThanOrEqual(10);
    // The ten connections race each other; on each of them, requests come in the order of submitting.
    const latest = new Map<number, number>();
    for (const { url, connection_number } of server.requests) {
      const i = Number(url.slice(1));
      expect(i).toBeGreaterThan(latest.get(connection_number) ?? -1);
      latest.set(connection_number, i);
    }
  }, 60_000);

  test('memory stays flat once they are consumed', async () => {
    await using server = await startHttpServer((_request, response) => response.end('x'.repeat(1000)));
    const { stdout } = await runScript(
      `const session = new FuturesSession({ max_workers: 10 });
       const batch = async () => {
         for (let i = 0; i < 10; i += 1) {
           await wait(Array.from({ length: 250 }, () => session.get(url)));
           await new Promise(setImmediate);
         }
         gc();
         return process.memoryUsage().heapUsed;
       };
       await batch();
       const before = await batch();
       await batch();
       const after = await batch();
       console.log(JSON.stringify({ before, after }));`,
      server.url,
    );
    const { before, after } = JSON.parse(stdout) as { before: number; after: number };
    // 5,000 responses of a kilobyte between the two readings: keeping them would show as five megabytes and more.
    expect(after - before).toBeLessThan(2_000_000);
  }, 60_000);
});

describe('a server that misbehaves ends in the exception of 1.13, on that future alone', () => {
  let raw: RawServer | undefined;
  afterEach(async () => {
    await raw?.close();
    raw = undefined;
  });

  const faults: [name: string, script: Script, error: new (...args: never[]) => Error, options?: object][] = [
    [
      'resets',
      (connection) => {
        connection.reset();
      },
      ConnectionError,
    ],
    [
      'closes without a byte',
      async (connection) => {
        await connection.readHead();
        connection.end();
      },
      ConnectionError,
    ],
    [
      'closes half way through a body',
      async (connection) => {
        await connection.readHead();
        connection.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this');
      },
      ChunkedEncodingError,
    ],
    [
      'closes half way through a chunk',
      async (connection) => {
        await connection.readHead();
        connection.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nonly this');
      },
      ChunkedEncodingError,
    ],
    [
      'sends garbage',
      async (connection) => {
        await connection.readHead();
        connection.end('this is not HTTP\r\n\r\n');
      },
      ConnectionError,
    ],
    ['never answers', () => undefined, ReadTimeout, { timeout: [20, 0.2] }],
    [
      'stops in the middle of a body',
      async (connection) => {
        await connection.readHead();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this');
      },
      ConnectionError,
      { timeout: [20, 1] },
    ],
    [
      'redirects for ever',
      async (connection) => {
        for (let i = 0; !connection.ended; i += 1) {
          await connection.readHead();
          await connection.write(reply('', { status: '302 Found', headers: [`Location: /${i}`] }));
        }
      },
      TooManyRedirects,
    ],
  ];

  test.each(faults)('1.13: one that %s', async (_name, script, expected, options = {}) => {
    await using good = await startHttpServer();
    raw = await startRawServer(script);
    const session = new FuturesSession({ max_workers: 4 });
    const bad = session.get(raw.url, options);
    const neighbour = session.get(good.url);
    const error = (await bad.exception()) as RequestException;
    expect(error).toBeInstanceOf(expected);
    expect(error).toBeInstanceOf(RequestException);
    expect(error.request?.url).toMatch(raw.url);
    expect((await neighbour).status_code).toBe(200);
    await session.close();
    await Promise.all(raw.connections.map((connection) => connection.waitForEnd()));
    await good.waitForOpenConnections(0);
  });

  test('1.13: one that refuses', async () => {
    await using session = new FuturesSession({ max_workers: 2 });
    const port = await refusedPort();
    const error = (await session.get(`http://127.0.0.1:${port}/x`).exception()) as RequestException;
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(/Max retries exceeded with url: \/x/);
    expect(error.message).toMatch(/Connection refused/);
  });

  test('a thousand of them, unread, leave nothing behind and nothing unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    raw = await startRawServer((connection) => {
      if (connection.number % 3 === 0) connection.reset();
      else connection.end(connection.number % 3 === 1 ? 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx' : '');
    });
    const session = new FuturesSession({ max_workers: 20 });
    const futures: Future[] = Array.from({ length: 1000 }, () => session.get((raw as RawServer).url));
    await wait(futures);
    expect(futures.every((future) => future.exception_now() instanceof RequestException)).toBe(true);
    await session.close();
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('the process', () => {
  test('ends by itself when the work is done, without close(), and not before', async () => {
    await using server = await startHttpServer((_request, response) => {
      setTimeout(() => response.end('late'), 50);
    });
    const { stdout } = await runScript(
      `const session = new FuturesSession({ max_workers: 2 });
       for (let i = 0; i < 4; i += 1) session.get(url).add_done_callback((f) => console.log(f.result_now().text));`,
      server.url,
    );
    expect(stdout.trim().split('\n')).toEqual(['late', 'late', 'late', 'late']);
  });

  test('2.2 (#109): a dropped session still finishes its requests', async () => {
    await using server = await startHttpServer((_request, response) => {
      setTimeout(() => response.end(), 20);
    });
    await runScript(
      `(() => { for (let i = 0; i < 20; i += 1) new FuturesSession({ max_workers: 1 }).post(url, { data: 'x' }); })();
       gc(); setTimeout(gc, 5);`,
      server.url,
    );
    expect(server.requests).toHaveLength(20);
  });

  test('is not kept alive by idle connections, and an unread failure does not touch its exit code', async () => {
    await using server = await startHttpServer();
    const { stderr } = await runScript(
      `const session = new FuturesSession();
       await session.get(url);
       session.get('http://127.0.0.1:1/');
       session.get('nonsense');`,
      server.url,
    );
    expect(stderr).toBe('');
  });
});

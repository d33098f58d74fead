/** What half a minute of idleness does to connections. In a file of its own, so that the others need not wait for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AsyncPoolExecutor, FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import { echo, type HttpServer, type HttpServerOptions, startHttpServer } from '../servers/http-server.js';

const IDLE_SECONDS = 30;
const REQUESTS = 1000;
const WORKERS = 10;

const DROPPING: HttpServerOptions = { keepAliveTimeout: 200 };

const inThread = (): AsyncPoolExecutor => new AsyncPoolExecutor({ max_workers: WORKERS });
const inTwoThreads = (): WorkerPoolExecutor => new WorkerPoolExecutor({ max_workers: WORKERS, threads: 2 });

/** The server drops what is idle after 200 ms: as Node does, which says so in each answer, or without a word. */
const cases: [
  name: string,
  makeExecutor: () => AsyncPoolExecutor | WorkerPoolExecutor,
  options: HttpServerOptions,
  isSilent: boolean,
][] = [
  ['2 threads, and a server that says when it drops connections', inTwoThreads, DROPPING, false],
  ['2 threads, and a server that drops connections unannounced', inTwoThreads, DROPPING, true],
  ['2 threads, and a server that keeps connections', inTwoThreads, {}, false],
  ['in-thread, and a server that drops connections unannounced', inThread, DROPPING, true],
];

async function open(options: HttpServerOptions, isSilent: boolean): Promise<HttpServer> {
  return startHttpServer((request, response) => {
    // A header of the handler's own keeps Node from adding `Keep-Alive: timeout=…`.
    if (isSilent) response.setHeader('Connection', 'keep-alive');
    echo(request, response);
  }, options);
}

test.concurrent.each(cases)(
  '%s: 1,000 requests by 10 workers have 10 connections open at the most, and so have 1,000 after half a minute',
  async (_name, makeExecutor, options, isSilent) => {
    await using server = await open(options, isSilent);
    let mostOpen = 0;
    server.server.on('connection', () => {
      mostOpen = Math.max(mostOpen, server.sockets.size);
    });
    await using executor = makeExecutor();
    await using session = new FuturesSession({ executor });
    const send = async (n: number): Promise<number> => {
      // A POST is not sent again when its connection turns out to be gone.
      const future = n % 2 === 0 ? session.get(server.url) : session.post(server.url, { data: `${n}` });
      return (await future).status_code;
    };
    const sendAll = async (): Promise<void> => {
      const statuses = await Promise.all(Array.from({ length: REQUESTS }, (_, n) => send(n)));
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
      expect(mostOpen).toBeLessThanOrEqual(WORKERS);
      // One that stood still while others were served may have been dropped in between.
      if (options.keepAliveTimeout === undefined) expect(server.connections).toBeLessThanOrEqual(WORKERS);
    };
    await sendAll();
    await sleep(IDLE_SECONDS * 1000);
    // Those that were dropped are gone from here as well, without anybody having asked for them.
    if (options.keepAliveTimeout !== undefined) expect(server.sockets.size).toBe(0);
    await sendAll();
    expect(server.requests).toHaveLength(2 * REQUESTS);
  },
  120_000,
);

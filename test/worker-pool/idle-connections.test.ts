/** What half a minute of idleness does to connections. In a file of its own, so that the others need not wait for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AsyncPoolExecutor, FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import { echo, type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

const IDLE_SECONDS = 30;
const REQUESTS = 1000;
const WORKERS = 10;

const inThread = (): AsyncPoolExecutor => new AsyncPoolExecutor({ max_workers: WORKERS });
const inTwoThreads = (): WorkerPoolExecutor => new WorkerPoolExecutor({ max_workers: WORKERS, threads: 2 });

/** `drops`: the server keeps an idle connection for 200 ms; `promises`: whatever it does, it speaks of a minute in each answer. */
const cases: [
  name: string,
  makeExecutor: () => AsyncPoolExecutor | WorkerPoolExecutor,
  server: { readonly promises: boolean; readonly drops: boolean },
][] = [
  [
    '2 threads, and a server that drops though it promises not to',
    inTwoThreads,
    { promises: true, drops: true },
  ],
  ['2 threads, and a server that drops without a word', inTwoThreads, { promises: false, drops: true }],
  ['2 threads, and a server that does not drop', inTwoThreads, { promises: false, drops: false }],
  ['in-thread, and a server that drops without a word', inThread, { promises: false, drops: true }],
];

/**
 * Drops the connections that are open, once they have stood still for 200 ms. Not before the requests are through: on a busy machine
 * one may stand still for as long between two of them, and be dropped just when the second is written.
 */
function dropWhenIdle({ sockets }: HttpServer): void {
  for (const socket of sockets) socket.setTimeout(200, () => socket.destroy());
}

test.concurrent.each(cases)(
  '%s: 1,000 requests by 10 workers open 10 connections at the most, and so do 1,000 after half a minute',
  async (_name, makeExecutor, { promises, drops }) => {
    await using server = await startHttpServer((request, response) => {
      if (promises) response.setHeader('Keep-Alive', 'timeout=60');
      echo(request, response);
    });
    await using executor = makeExecutor();
    await using session = new FuturesSession({ executor });
    const sendAll = async (): Promise<void> => {
      const before = server.sockets.size === 0 ? server.connections : 0;
      const statuses = await Promise.all(
        Array.from({ length: REQUESTS }, async (_, n) => {
          // A POST is not sent again when its connection turns out to be gone.
          const future = n % 2 === 0 ? session.get(server.url) : session.post(server.url, { data: `${n}` });
          return (await future).status_code;
        }),
      );
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
      expect(server.connections - before).toBeLessThanOrEqual(WORKERS);
    };
    await sendAll();
    if (drops) dropWhenIdle(server);
    await sleep(IDLE_SECONDS * 1000);
    // Those that were dropped are gone from here as well, without anybody having asked for them.
    if (drops) expect(server.sockets.size).toBe(0);
    await sendAll();
    expect(server.requests).toHaveLength(2 * REQUESTS);
  },
  120_000,
);

/**
 * When a response needs computing: the same session over worker threads, hook and all.
 *
 *     def summarize(response, *args, **kwargs):
 *         rows = response.json()
 *         response.data = {'rows': len(rows), 'median': median(row['price'] for row in rows)}
 *
 *     session = FuturesSession(executor=ProcessPoolExecutor(max_workers=2))
 *     session.hooks['response'] = summarize
 *
 * Waiting for a server needs no thread: for plain requests the in-thread executor is cheaper. But a hook that parses
 * megabytes blocks the event loop, and with it everything else that the program does: its timers, its own server, other
 * responses. Threads keep the loop free, as long as the result is small: returning everything parsed copies it back, which
 * takes as long as parsing. More requests per second need idle CPUs; a shorter longest pause does not.
 *
 * A thread shares nothing with the program, so the hook is a function in a module of its own (`lib/summarize.mjs`), marked as
 * `importable`; Python's process pool requires the same. It is JavaScript here, as Node 20 imports no TypeScript.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { type Executor, FuturesSession, ThreadPoolExecutor, WorkerPoolExecutor } from 'requests-futures';
import type { Response } from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { routes } from './lib/routes.js';
import { type Summary, summarize } from './lib/summarize.mjs';
import { table } from './lib/table.js';

const requests = 60;
const workers = 10;

/** About a megabyte of JSON. */
const sales = Buffer.from(
  JSON.stringify(
    Array.from({ length: 12_000 }, (_, i) => ({
      id: i,
      shop: `shop ${i % 20}`,
      article: `article number ${(i * 7919) % 1000}`,
      price: ((i * 104_729) % 10_000) / 100,
      paid: i % 3 > 0,
    })),
  ),
);
await using server = await serve(routes({ '/sales': () => sales }));

interface Outcome {
  readonly name: string;
  readonly summaries: Summary[];
  readonly seconds: number;
  /** The longest time in milliseconds for which the main loop was blocked. */
  readonly longestDelay: number;
}

async function measure(name: string, executor: Executor): Promise<Outcome> {
  await using session = new FuturesSession({ executor });
  session.hooks.response = summarize;
  const get = async (): Promise<Summary> => {
    const response = await session.get(`${server.url}/sales`);
    return (response as Response & { data: Summary }).data;
  };
  // Warm up: threads start with their first calls, which load the package there.
  await Promise.all(Array.from({ length: workers }, get));

  server.reset();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  const summaries = await Promise.all(Array.from({ length: requests }, get));
  const seconds = (performance.now() - start) / 1000;
  delay.disable();
  return { name, summaries, seconds, longestDelay: delay.max / 1e6 };
}

await using inThread = new ThreadPoolExecutor(workers);
await using threads = new WorkerPoolExecutor({ max_workers: workers, threads: 2 });
// Nothing but the executor differs.
const outcomes = [await measure('in-thread', inThread), await measure('2 worker threads', threads)];

const [first, second] = outcomes as [Outcome, Outcome];
console.log(
  table(
    ['1 MB each, summed up by a hook', 'answers', 'requests/s', 'longest pause of the loop, ms'],
    outcomes.map(({ name, summaries, seconds, longestDelay }) => [
      name,
      summaries.length,
      Math.round(requests / seconds),
      Math.round(longestDelay),
    ]),
  ),
);
console.log(`\nthe answers agree: ${isDeepStrictEqual(first.summaries, second.summaries) ? 'yes' : 'no'}`);
console.log(`each: ${first.summaries[0]?.rows} rows, median price ${first.summaries[0]?.median}`);
console.log(
  `longest pause, in-thread to threads: ${(first.longestDelay / second.longestDelay).toFixed(1)} times`,
);
console.log(`requests per second, threads to in-thread: ${(first.seconds / second.seconds).toFixed(1)}`);

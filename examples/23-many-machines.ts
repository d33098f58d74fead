/**
 * When one machine is not enough: the same crawl over two worker processes, one of which is killed in the middle.
 *
 *     executor = Client('tcp://10.0.0.1:8786').get_executor()   # dask
 *     session = FuturesSession(executor=executor)
 *     session.hooks['response'] = read_page
 *
 * Calls travel through a BullMQ queue on a Redis, and any number of workers on any number of machines serves it. A call names a
 * function; the workers have modules of their own (here `lib/crawling.mjs`). What a killed worker was running may have run, so
 * it is not silently run again: its futures end in `BrokenExecutor`, and this crawl, whose requests may be sent twice, submits
 * those once more. `retry_lost: 1` would do the same without a word.
 *
 * The workers and the Redis would be on other machines. Here they are processes that the example starts, if `redis-server` is
 * installed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { as_completed, BrokenExecutor, FuturesSession } from 'requests-futures';
import { BullMQExecutor } from 'requests-futures/bullmq';
import type { Response } from 'requests-futures/requests';
import { readPage } from './lib/crawling.mjs';
import { serve } from './lib/local-server.js';
import { hasRedis, lineOf, startRedis } from './lib/redis-server.js';
import { table } from './lib/table.js';

const pages = 200;
const command = fileURLToPath(new URL('./bullmq/cli.js', import.meta.resolve('requests-futures')));
const hooks = fileURLToPath(new URL('./lib/crawling.mjs', import.meta.url));

/** `npx requests-futures-worker --queue crawl …`, as one would start it on another machine. */
async function startWorker(redis: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [command, '--queue', 'crawl', '--module', hooks, '--max-workers', '10', '--lock-duration', '1'],
    { env: { ...process.env, REDIS_URL: redis }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await lineOf(child, (line) => line.includes('"ready"'));
  return child;
}

async function crawl(): Promise<void> {
  await using redis = await startRedis();
  await using server = await serve((request, response) => {
    setTimeout(() => response.end(JSON.stringify({ page: Number(request.url?.slice(1)) })), 20);
  });
  const workers = [await startWorker(redis.url), await startWorker(redis.url)];

  await using executor = new BullMQExecutor({
    queue: 'crawl',
    connection: redis.url,
    max_workers: 40,
    lock_duration: 1,
  });
  await using session = new FuturesSession({ executor });
  session.hooks.response = readPage;

  const seen = new Map<number, number>();
  let again: number[] = [];
  const visit = async (numbers: number[]): Promise<void> => {
    const futures = numbers.map((number) =>
      Object.assign(session.get(`${server.url}/${number}`), { number }),
    );
    for await (const future of as_completed(futures)) {
      try {
        const { data } = (await future) as Response & { data: { page: number; worker: number } };
        seen.set(data.page, data.worker);
      } catch (error) {
        if (!(error instanceof BrokenExecutor)) throw error;
        again.push(future.number);
      }
      // In the middle of it all, one of the machines loses its power.
      if (seen.size === pages / 4) workers[0]?.kill('SIGKILL');
    }
  };

  let numbers = Array.from({ length: pages }, (_, i) => i + 1);
  let lost = 0;
  while (numbers.length > 0) {
    again = [];
    await visit(numbers);
    lost += again.length;
    numbers = again;
  }

  const rows = workers.map((worker, i) => [
    i === 0 ? 'killed in the middle' : 'went on',
    [...seen.values()].filter((pid) => pid === worker.pid).length,
  ]);
  console.log(table(['worker', 'pages'], rows));
  console.log(`\n${seen.size} pages of ${pages}; ${lost === 0 ? 'none' : 'some'} had to be asked for again`);
  workers[1]?.kill('SIGTERM');
  await once(workers[1] as ChildProcess, 'exit');
}

if (hasRedis()) await crawl();
else console.log('This example needs redis-server, which is not installed: apt-get install redis-server');

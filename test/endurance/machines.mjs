/** `npm run machines -- [N]`; see the usage below. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { BullMQExecutor } from 'requests-futures/bullmq';
import { BrokenExecutor } from 'requests-futures/concurrent-futures';
import { readCommandLine } from '../../scripts/command-line.mjs';
import { countOnce } from './once.mjs';
import { hasRedis, startRedis } from './redis.mjs';

const USAGE = `npm run machines -- [N] [--every SECONDS]

Makes N calls (default: 1,000,000) over two worker processes and a Redis of its own, and kills (-9) the older worker every ten
seconds, starting another. Prints the outcomes, the memory of the client and what stands in Redis at the end. Exits with 1 when a
future does not end once, a result is wrong, a call runs twice, an error is no BrokenExecutor, the heap grows by more than 5 % from
the first fifth to the last, or something of the calls stays in Redis.
`;

const { values, positionals, wholeNumber } = readCommandLine(
  USAGE,
  { every: { type: 'string', default: '10' } },
  1,
);
const total = wholeNumber('N', positionals[0] ?? '1000000');
const killEvery = wholeNumber('--every', values.every);
if (!hasRedis()) {
  console.log('skipped: there is no redis-server here');
  process.exit();
}
/** How many calls are queued or in Redis at the most. */
const WINDOW = 2_000;

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'rf-machines-'));
const redis = await startRedis();

let started = 0;
function startWorker() {
  started += 1;
  const settings = ['--queue', 'soak', '--redis', redis.url, '--lock-duration', '5'];
  return spawn(
    process.execPath,
    [here('../../dist/src/bullmq/cli.js'), ...settings, '--module', here('./once.mjs')],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, RAN: path.join(folder, String(started)) },
    },
  );
}

const ends = new Uint8Array(total);
const counts = { results: 0, wrong: 0, broken: 0, others: 0 };
let ended = 0;
const workers = [startWorker(), startWorker()];
let kills = 0;
let endedAtKill = 0;
const killing = setInterval(() => {
  // A machine that is busy takes its time to start workers.
  if (ended === endedAtKill) return;
  endedAtKill = ended;
  kills += 1;
  workers.shift().kill('SIGKILL');
  workers.push(startWorker());
}, killEvery * 1000);

const heap = [];
let resident = 0;
const every = Math.max(1, Math.floor(total / 100));

function settled(i, future) {
  ends[i] += 1;
  const error = future.exception_now();
  if (error instanceof BrokenExecutor) counts.broken += 1;
  else if (error !== null) counts.others += 1;
  else if (future.result_now() === i) counts.results += 1;
  else counts.wrong += 1;
  ended += 1;
  if (ended % every !== 0) return;
  globalThis.gc?.();
  heap.push(process.memoryUsage().heapUsed / 2 ** 20);
  resident = Math.max(resident, process.memoryUsage.rss() / 2 ** 20);
}

const executor = new BullMQExecutor({
  queue: 'soak',
  connection: redis.url,
  max_workers: 1000,
  lock_duration: 5,
});
const began = performance.now();
let next = 0;
const lane = async () => {
  while (next < total) {
    const i = next;
    next += 1;
    const future = executor.submit(countOnce, i);
    future.add_done_callback(() => settled(i, future));
    await future.exception();
  }
};
await Promise.all(Array.from({ length: Math.min(WINDOW, total) }, lane));
const seconds = (performance.now() - began) / 1000;
clearInterval(killing);
await executor.shutdown();

// Jobs of killed workers go when BullMQ gives them to others, which have nothing to run any more.
const probe = new Redis(redis.url);
let left;
for (let i = 0; i < 60; i += 1) {
  left = (await probe.keys('*')).filter((key) => /:c[0-9a-f]{24}/.test(key));
  if (left.length === 0) break;
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
const keys = (await probe.keys('*')).sort();
probe.disconnect();
for (const worker of workers) worker.kill('SIGTERM');
await Promise.all(workers.map((worker) => once(worker, 'exit')));
redis.stop();

const ran = new Uint8Array(total);
for (const file of readdirSync(folder)) {
  for (const line of readFileSync(path.join(folder, file), 'utf8').split('\n'))
    if (line !== '') ran[Number(line)] += 1;
}
rmSync(folder, { recursive: true });

const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const fifth = Math.max(1, Math.floor(heap.length / 5));
const growth = mean(heap.slice(-fifth)) / mean(heap.slice(0, fifth));
const twice = ran.filter((count) => count > 1).length;
const endedOnce = ends.filter((count) => count === 1).length;
console.log(
  `${total} calls in ${seconds.toFixed(0)} s (${(total / seconds).toFixed(0)} per second), ${kills} workers killed`,
);
console.log(`ended once ${endedOnce}, ran twice ${twice}, ${JSON.stringify(counts)}`);
console.log(
  `client: heap last fifth / first fifth ${growth.toFixed(3)} (${mean(heap.slice(-fifth)).toFixed(1)} MB), resident at most ${resident.toFixed(0)} MB`,
);
console.log(`in Redis at the end: ${keys.join(' ')}`);
// Small runs are all start-up.
const grows = total >= 100_000 && growth > 1.05;
const isRight = endedOnce === total && counts.wrong + counts.others + twice + left.length === 0;
process.exitCode = isRight && !grows ? 0 : 1;

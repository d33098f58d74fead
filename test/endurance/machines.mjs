/** `node test/endurance/machines.mjs [CALLS]`; see the usage below. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BullMQExecutor } from 'requests-futures/bullmq';
import { BrokenExecutor } from 'requests-futures/concurrent-futures';
import { readCommandLine } from '../../scripts/command-line.mjs';
import { countOnce } from './once.mjs';
import { startRedis } from './redis.mjs';

const USAGE = `node test/endurance/machines.mjs [CALLS]

Makes a million calls, or CALLS, over two worker processes, one of which is killed every ten seconds and another started. Exits with 1
unless every future ends once and no call runs twice. Needs redis-server and a build; takes some minutes.
`;

const { positionals, wholeNumber } = readCommandLine(USAGE, {}, 1);
const total = wholeNumber('CALLS', positionals[0] ?? '1000000');
const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'rf-machines-'));

const redis = await startRedis();
const { url } = redis;
let started = 0;

function startWorker() {
  started += 1;
  const child = spawn(
    process.execPath,
    [
      here('../../dist/src/bullmq/cli.js'),
      '--queue',
      'soak',
      '--redis',
      url,
      '--module',
      here('./once.mjs'),
      '--lock-duration',
      '5',
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, RAN: path.join(folder, String(started)) },
    },
  );
  return child;
}

const workers = [startWorker(), startWorker()];
let kills = 0;
const killing = setInterval(() => {
  kills += 1;
  workers.shift()?.kill('SIGKILL');
  workers.push(startWorker());
}, 10_000);

const executor = new BullMQExecutor({ queue: 'soak', connection: url, max_workers: 1000, lock_duration: 5 });
const ends = new Uint8Array(total);
let results = 0;
let wrong = 0;
let broken = 0;
let others = 0;
const began = performance.now();
let peak = 0;

await new Promise((resolve) => {
  let ended = 0;
  for (let i = 0; i < total; i += 1) {
    executor.submit(countOnce, i).add_done_callback((future) => {
      ends[i] += 1;
      const error = future.exception_now();
      if (error === null) {
        results += 1;
        if (future.result_now() !== i) wrong += 1;
      } else if (error instanceof BrokenExecutor) broken += 1;
      else others += 1;
      ended += 1;
      if (ended % 10_000 === 0) peak = Math.max(peak, process.memoryUsage.rss());
      if (ended === total) resolve();
    });
  }
});

const seconds = (performance.now() - began) / 1000;
clearInterval(killing);
await executor.shutdown();
for (const worker of workers) worker.kill('SIGTERM');
await Promise.all(workers.map((worker) => once(worker, 'exit')));
const ran = new Uint8Array(total);
for (const file of readdirSync(folder)) {
  for (const line of readFileSync(path.join(folder, file), 'utf8').split('\n'))
    if (line !== '') ran[Number(line)] += 1;
}
redis.stop();
rmSync(folder, { recursive: true });
const twice = ran.filter((count) => count > 1).length;
const endedOnce = ends.filter((count) => count === 1).length;
console.log(
  JSON.stringify({
    total,
    seconds,
    perSecond: total / seconds,
    kills,
    endedOnce,
    results,
    wrong,
    broken,
    others,
    twice,
    peakMB: peak / 2 ** 20,
  }),
);
process.exitCode = endedOnce === total && wrong + others + twice === 0 ? 0 : 1;

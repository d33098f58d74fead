/** One scenario of leaks.mjs: `leaks-child.mjs SCENARIO COUNT BASE`. Tells what it holds before and after, when nothing is reachable any more. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AsyncPoolExecutor, FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import { AbortError, Session, UndiciAdapter } from 'requests-futures/requests';
import { nothing } from './tasks.mjs';

const [, , scenario, count, base] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
const file = join(folder, 'upload.bin');
writeFileSync(file, Buffer.alloc(1 << 20));

/** Every other one over UndiciAdapter. */
function newSession(i, Kind = Session) {
  const session = new Kind();
  if (i % 2 === 1) session.mount('http://', new UndiciAdapter());
  return session;
}

async function expectAbort(answer) {
  try {
    await answer;
  } catch (error) {
    if (error instanceof AbortError) return;
    throw error;
  }
  throw new Error('an aborted upload was answered');
}

function* endlessPieces() {
  for (;;) yield Buffer.alloc(1024);
}

/** One session for all that is not about sessions. */
const shared = [newSession(0), newSession(1)];

const scenarios = {
  async sessions(i) {
    await newSession(i).get(`${base}/ok/${i}`);
  },
  async 'futures sessions'(i) {
    await newSession(i, FuturesSession).get(`${base}/ok/${i}`).result();
  },
  async 'async pools'(i) {
    await new AsyncPoolExecutor({ max_workers: 2 }).submit(() => i).result();
  },
  async 'worker pools'() {
    await new WorkerPoolExecutor({ max_workers: 1 }).submit(nothing).result();
  },
  async 'streams that are closed'(i) {
    const response = await shared[i % 2].get(`${base}/endless/${i}`, { stream: true });
    for await (const piece of response.iter_content(1024)) if (piece.length > 0) break;
    response.close();
  },
  async 'streams that are dropped'(i) {
    const response = await shared[i % 2].get(`${base}/endless/${i}`, { stream: true });
    for await (const piece of response.iter_content(1024)) if (piece.length > 0) break;
  },
  async 'uploads of files'(i) {
    const controller = new AbortController();
    const data = createReadStream(file);
    const answer = shared[i % 2].post(`${base}/stall/${i}`, { data, signal: controller.signal });
    setTimeout(() => controller.abort(), i % 5);
    await expectAbort(answer);
  },
  async 'uploads of generators'(i) {
    const controller = new AbortController();
    const answer = shared[i % 2].post(`${base}/stall/${i}`, {
      data: endlessPieces(),
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), i % 5);
    await expectAbort(answer);
  },
};

const run = scenarios[scenario];
const LANES = scenario === 'worker pools' ? 4 : 20;

async function runAll(from, to) {
  let next = from;
  const lane = async () => {
    while (next < to) {
      const i = next;
      next += 1;
      await run(i);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function inside() {
  const held = {
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
  for (const name of process.getActiveResourcesInfo()) held[name] = (held[name] ?? 0) + 1;
  return held;
}

/** Waits until what is unreachable was collected and has closed what it held: at most for ten seconds. */
async function settle(baseline) {
  for (let i = 0; i < 100; i += 1) {
    globalThis.gc();
    await sleep(100);
    if (i >= 10 && (baseline === null || isNoMore(inside(), baseline))) return;
  }
}

function isNoMore(held, baseline) {
  return Object.entries(held).every(([name, number]) => number <= (baseline[name] ?? 0));
}

async function tell(held) {
  const goOn = new Promise((resolve) => {
    process.once('message', resolve);
  });
  process.send(held);
  await goOn;
}

// What every process gets once: compiled code, threads of Node's own, undici.
await runAll(0, 4 * LANES);
await settle(null);
const before = inside();
await tell(before);
await runAll(4 * LANES, 4 * LANES + Number(count));
await settle(before);
await tell(inside());
rmSync(folder, { recursive: true });
process.disconnect();
for (const session of shared) await session.close();
process.exit();

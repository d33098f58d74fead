/** One scenario of leaks.mjs: `leaks-child.mjs SCENARIO COUNT BASE`. Tells what it holds before and after, when nothing is reachable any more. */
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
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

async function readALittle(response) {
  for await (const piece of response.iter_content(1024)) if (piece.length > 0) break;
  return response;
}

/** Sessions for all that is not about sessions. */
const shared = [newSession(0), newSession(1), newSession(0, FuturesSession), newSession(1, FuturesSession)];
let threads = null;
let bullmq = null;

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
    (await readALittle(await shared[i % 4].get(`${base}/endless/${i}`, { stream: true }))).close();
  },
  async 'streams that are dropped'(i) {
    await readALittle(await shared[i % 4].get(`${base}/endless/${i}`, { stream: true }));
  },
  async 'streams from threads that are dropped'(i) {
    threads ??= new FuturesSession({ executor: new WorkerPoolExecutor({ max_workers: 20, threads: 1 }) });
    await readALittle(await threads.get(`${base}/endless/${i}`, { stream: true }));
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
  /** A file that breaks while its request is queued. */
  async 'uploads that fail in the queue'(i) {
    const session = newSession(i, FuturesSession);
    session.pause();
    const data = createReadStream(file);
    const future = session.post(`${base}/stall/${i}`, { data });
    await once(data, 'open');
    data.destroy(new Error('lost'));
    session.resume();
    if ((await future.exception()) === null) throw new Error('a body that was lost was sent');
  },
  async 'uploads that are cancelled in the queue'(i) {
    const session = newSession(i, FuturesSession);
    if (i % 4 < 2) session.limits.set({ limit: 1 });
    session.pause();
    const data = createReadStream(file);
    const future = session.post(`${base}/stall/${i}`, { data });
    await once(data, 'open');
    if (!future.cancel()) throw new Error('a request of a paused session was sent');
    session.resume();
  },
  /** To the server, for which the greeting of SOCKS is half a request: it stays silent. */
  async 'SOCKS proxies that are silent'(i) {
    const controller = new AbortController();
    const proxies = { http: base.replace('http:', 'socks5h:') };
    const answer = shared[i % 2].get(`http://elsewhere.invalid/${i}`, { proxies, signal: controller.signal });
    setTimeout(() => controller.abort(), i % 5);
    await expectAbort(answer);
  },
  /** The gateway and its watchdog end with the thread that blocks on them. */
  async 'threads with a gateway'(i) {
    const worker = new Worker(new URL('./blocking-thread.mjs', import.meta.url), {
      workerData: `${base}/ok/${i}`,
    });
    // The two may come in one turn.
    const ended = once(worker, 'exit');
    const [text] = await once(worker, 'message');
    if (!text.includes(String(i))) throw new Error(`wrong answer: ${text}`);
    await ended;
  },
  async 'BullMQ executors'(i) {
    bullmq ??= await import('requests-futures/bullmq');
    const executor = new bullmq.BullMQExecutor({ queue: `leaks-${i % 5}`, connection: process.env.REDIS });
    const future = executor.submit(nothing);
    // Nothing serves the queue, and what has come to Redis can be aborted alone.
    if (!future.cancel()) future.abort();
    await future.exception().catch(() => null);
    await executor.shutdown();
  },
};

const run = scenarios[scenario];
/** How many at a time: threads and connections to Redis take their time. */
const LANES = { 'worker pools': 4, 'threads with a gateway': 2, 'BullMQ executors': 5 }[scenario] ?? 20;

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

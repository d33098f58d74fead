/** `npm run soak -- [N]`; see the usage below. */
import { as_completed, FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import { BrokenExecutor, CancelledError } from 'requests-futures/concurrent-futures';
import * as requests from 'requests-futures/requests';
import { readCommandLine } from '../../scripts/command-line.mjs';
import { startServer } from './endurance-server.mjs';
import { computeUntilSaid } from './marks.mjs';
import { heldBy, residentOf } from './process-state.mjs';
import { endThread } from './tasks.mjs';

const USAGE = `npm run soak -- [N]

Sends N requests (default: 1,000,000) over each adapter to a server that breaks one in a hundred, and looks at every outcome: each
future ends once, in the answer to its own request or in the error that belongs to the fault. Prints memory and sockets on the way.
Then N / 50 through worker threads of which one is ended again and again, and N / 10 that are cancelled or aborted at random.
Exits with 1 when an outcome is wrong, memory grows by more than 5 % from the first fifth to the last, or sockets pile up.
`;

const { positionals, wholeNumber } = readCommandLine(USAGE, {}, 1);
const total = wholeNumber('N', positionals[0] ?? '1000000');
const WORKERS = 50;
/** How many are queued at the most: a million futures at once are another test. */
const WINDOW = 2_000;
const TIMEOUT = 5;

/** One in a hundred is broken, each fault as often as the others. */
const FAULTS = ['reset', 'half', 'stall', 'error', 'gzip', 'close', 'double', 'late', 'timeout', 'garbage'];
/** What comes too late comes while the program computes, on a connection that is idle: what crosses a request, no client can tell. */
const LATE = new Set(['late', 'timeout', 'garbage']);

const ERRORS = {
  reset: requests.ConnectionError,
  half: requests.ChunkedEncodingError,
  stall: requests.ReadTimeout,
  gzip: requests.ContentDecodingError,
};

/** A sequence of its own for each seed, so that a failure can be had again. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const failures = [];
function wrong(what) {
  failures.push(what);
  if (failures.length <= 20) console.log(`WRONG: ${what}`);
}

/** Null for the outcome that belongs to `kind`, else what is wrong with it. */
function complaint(kind, id, response, error) {
  const expected = ERRORS[kind];
  if (error !== null) {
    if (expected !== undefined && error instanceof expected) return null;
    return `${kind} ${id} ended in ${error.name}: ${error.message}`;
  }
  if (expected !== undefined) return `${kind} ${id} was answered with ${response.status_code}`;
  if (response.status_code !== (kind === 'error' ? 500 : 200))
    return `${kind} ${id}: ${response.status_code}`;
  if (response.headers['x-id'] !== id || response.json().id !== id) {
    return `${kind} ${id} has the answer to ${response.headers['x-id']}`;
  }
  return null;
}

/** Sends `count` requests, WINDOW of them at a time, and gives each outcome to `settle`. */
async function sendAll(count, submit, settle) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const number = next;
      next += 1;
      await settle(number, submit(number));
    }
  };
  await Promise.all(Array.from({ length: Math.min(WINDOW, count) }, lane));
}

const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/** Samples of memory and sockets, one for each hundredth of the requests. */
class Samples {
  resident = [];
  heap = [];
  sockets = 0;
  #done = 0;
  #every;

  constructor(count) {
    this.#every = Math.max(1, Math.floor(count / 100));
  }

  settled() {
    this.#done += 1;
    if (this.#done % this.#every !== 0) return;
    globalThis.gc?.();
    this.resident.push(residentOf(process.pid));
    this.heap.push(process.memoryUsage().heapUsed / 2 ** 20);
    this.sockets = Math.max(this.sockets, heldBy(process.pid).sockets);
  }

  report(name, seconds, count) {
    const fifth = Math.max(1, Math.floor(this.heap.length / 5));
    const growth = (numbers) => mean(numbers.slice(-fifth)) / mean(numbers.slice(0, fifth));
    const [resident, heap] = [growth(this.resident), growth(this.heap)];
    console.log(
      `${name}: ${count} requests in ${seconds.toFixed(0)} s; last fifth / first fifth: resident ` +
        `${resident.toFixed(3)} (${mean(this.resident.slice(-fifth)).toFixed(0)} MB), heap ${heap.toFixed(3)} ` +
        `(${mean(this.heap.slice(-fifth)).toFixed(1)} MB); at most ${this.sockets} sockets`,
    );
    // Small runs are all start-up.
    if (count < 100_000) return;
    if (resident > 1.05 || heap > 1.05) wrong(`${name}: memory grows`);
    if (this.sockets > WORKERS + 20) wrong(`${name}: ${this.sockets} sockets for ${WORKERS} workers`);
  }
}

async function soak(name, { base, marks }, adapter) {
  const session = new FuturesSession({ max_workers: WORKERS });
  session.mount('http://', adapter);
  const chance = random(1);
  const kinds = new Map();
  const settledOf = new Uint8Array(total);
  const samples = new Samples(total);
  const counts = {};
  const start = performance.now();
  await sendAll(
    total,
    (number) => {
      const kind = chance() < 0.01 ? FAULTS[Math.floor(chance() * FAULTS.length)] : 'ok';
      kinds.set(number, kind);
      counts[kind] = (counts[kind] ?? 0) + 1;
      const hooks = LATE.has(kind) ? { response: () => computeUntilSaid(marks, String(number)) } : null;
      const future = session.get(`${base}/${kind}/${number}`, { timeout: TIMEOUT, hooks });
      future.add_done_callback(() => {
        settledOf[number] += 1;
      });
      return future;
    },
    async (number, future) => {
      const error = await future.exception();
      const kind = kinds.get(number);
      kinds.delete(number);
      const problem = complaint(kind, String(number), error === null ? future.result_now() : null, error);
      if (problem !== null) wrong(`${name}: ${problem}`);
      samples.settled();
    },
  );
  await session.close();
  const odd = settledOf.findIndex((times) => times !== 1);
  if (odd !== -1) wrong(`${name}: future ${odd} ended ${settledOf[odd]} times`);
  samples.report(name, (performance.now() - start) / 1000, total);
  console.log(`${name}: ${JSON.stringify(counts)}`);
}

/** Worker threads, one of which ends every now and then: what it had under way is BrokenExecutor, all else is right. */
async function soakThreads(base) {
  const count = Math.ceil(total / 50);
  const executor = new WorkerPoolExecutor({ max_workers: 20, threads: 2 });
  const session = new FuturesSession({ executor });
  let broken = 0;
  let answered = 0;
  const start = performance.now();
  const everySoOften = Math.max(100, Math.floor(count / 10));
  await sendAll(
    count,
    (number) => {
      if (number % everySoOften === everySoOften - 1) void executor.submit(endThread).exception();
      return session.get(`${base}/ok/${number}`, { timeout: 10 });
    },
    async (number, future) => {
      const error = await future.exception();
      if (error instanceof BrokenExecutor) {
        broken += 1;
        return;
      }
      const problem = complaint('ok', String(number), error === null ? future.result_now() : null, error);
      if (problem !== null) wrong(`threads: ${problem}`);
      answered += 1;
    },
  );
  await session.close();
  await executor.shutdown();
  const seconds = (performance.now() - start) / 1000;
  console.log(`threads: ${answered} answered, ${broken} lost with their thread, in ${seconds.toFixed(0)} s`);
}

/** Cancelled and aborted at random: what is answered is answered right. */
async function storm(name, base, adapter) {
  const count = Math.ceil(total / 10);
  const session = new FuturesSession({ max_workers: WORKERS });
  session.mount('http://', adapter);
  const chance = random(2);
  const outcomes = { answered: 0, cancelled: 0, aborted: 0 };
  let sent = 0;
  while (sent < count) {
    const batch = Array.from({ length: Math.min(WINDOW, count - sent) }, (_, i) => {
      const id = String(sent + i);
      return Object.assign(session.get(`${base}/ok/${id}`, { timeout: 10 }), { id });
    });
    sent += batch.length;
    for (const future of batch) {
      const decision = chance();
      if (decision < 0.3) future.cancel();
      else if (decision < 0.6) setTimeout(() => future.abort(), chance() * 20);
    }
    for await (const future of as_completed(batch)) {
      if (future.cancelled()) {
        outcomes.cancelled += 1;
        continue;
      }
      const error = await future.exception();
      if (error instanceof requests.AbortError || error instanceof CancelledError) {
        outcomes.aborted += 1;
        continue;
      }
      const problem = complaint('ok', future.id, error === null ? future.result_now() : null, error);
      if (problem !== null) wrong(`${name}: ${problem}`);
      outcomes.answered += 1;
    }
  }
  await session.close();
  console.log(`${name}: ${count} requests: ${JSON.stringify(outcomes)}`);
}

const server = await startServer();
try {
  await soak('HTTPAdapter', server, new requests.HTTPAdapter({ pool_maxsize: WORKERS }));
  await soak('UndiciAdapter', server, new requests.UndiciAdapter({ pool_maxsize: WORKERS }));
  await soakThreads(server.base);
  await storm('storm over HTTPAdapter', server.base, new requests.HTTPAdapter({ pool_maxsize: WORKERS }));
  await storm('storm over UndiciAdapter', server.base, new requests.UndiciAdapter({ pool_maxsize: WORKERS }));
} finally {
  server.stop();
}
console.log(failures.length === 0 ? 'nothing wrong' : `${failures.length} wrong`);
process.exitCode = failures.length === 0 ? 0 : 1;

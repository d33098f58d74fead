/** `npm run soak -- [N] [PART]`; see the usage below. */
import { FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import { BrokenExecutor } from 'requests-futures/concurrent-futures';
import * as requests from 'requests-futures/requests';
import { readCommandLine } from '../../scripts/command-line.mjs';
import { startServer } from './endurance-server.mjs';
import { computeUntilSaid } from './marks.mjs';
import { heldBy, residentOf } from './process-state.mjs';
import { crashThread, endThread } from './tasks.mjs';

const PARTS = [
  'HTTPAdapter',
  'UndiciAdapter',
  'threads',
  'storm over HTTPAdapter',
  'storm over UndiciAdapter',
  'blocking',
  'blocking, ten at once',
];

const USAGE = `npm run soak -- [N] [PART]

Sends N requests (default: 1,000,000) over each adapter to a server that breaks one in a hundred, and looks at every outcome: each
future ends once, in the answer to its own request or in the error that belongs to the fault. Prints memory and sockets on the way.
Then N / 50 through worker threads of which one is killed every few seconds, and N / 10 over each adapter that are cancelled or
aborted at random, and N / 10 in the blocking flavor, one after the other and ten at once. Exits with 1 when an outcome is wrong, memory grows by more than 5 % from the first fifth to the last, or sockets
pile up. PART is the name of the only part to run: ${PARTS.join(', ')}.
`;

const { positionals, wrong: refuse, wholeNumber } = readCommandLine(USAGE, {}, 2);
const [totalText = '1000000', only] = positionals;
const total = wholeNumber('N', totalText);
if (only !== undefined && !PARTS.includes(only)) refuse(`No such part: ${only}`);
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

/** Sends `count` requests, `window` of them at a time, and gives each outcome to `settle`. */
async function sendAll(count, submit, settle, window = WINDOW) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const number = next;
      next += 1;
      await settle(number, submit(number));
    }
  };
  await Promise.all(Array.from({ length: Math.min(window, count) }, lane));
}

/** Counts how often each future ends. */
class Endings {
  #times;

  constructor(count) {
    this.#times = new Uint8Array(count);
  }

  watch(number, future) {
    future.add_done_callback(() => {
      this.#times[number] += 1;
    });
    return future;
  }

  check(name) {
    const odd = this.#times.findIndex((times) => times !== 1);
    if (odd !== -1) wrong(`${name}: future ${odd} ended ${this.#times[odd]} times`);
  }
}

/** The faults that do not hold up those that come after them. */
const QUICK = ['reset', 'half', 'error', 'gzip', 'close'];

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
    const fifths = (numbers) =>
      [0, 1, 2, 3, 4].map((index) => mean(numbers.slice(index * fifth, (index + 1) * fifth)));
    const growth = (numbers) => mean(numbers.slice(-fifth)) / mean(numbers.slice(0, fifth));
    const [resident, heap] = [growth(this.resident), growth(this.heap)];
    const inMegabytes = (numbers) =>
      fifths(numbers)
        .map((one) => one.toFixed(1))
        .join(' ');
    console.log(
      `${name}: ${count} requests in ${seconds.toFixed(0)} s; last fifth / first fifth: resident ` +
        `${resident.toFixed(3)} (by fifths ${inMegabytes(this.resident)} MB), heap ${heap.toFixed(3)} ` +
        `(${inMegabytes(this.heap)} MB); at most ${this.sockets} sockets`,
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
  const endings = new Endings(total);
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
      return endings.watch(number, session.get(`${base}/${kind}/${number}`, { timeout: TIMEOUT, hooks }));
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
  endings.check(name);
  samples.report(name, (performance.now() - start) / 1000, total);
  console.log(`${name}: ${JSON.stringify(counts)}`);
}

/** Worker threads, one of which dies every now and then: what it had under way is BrokenExecutor, all else is right. */
async function soakThreads(base) {
  const count = Math.ceil(total / 50);
  const executor = new WorkerPoolExecutor({ max_workers: 20, threads: 2 });
  const session = new FuturesSession({ executor });
  const endings = new Endings(count);
  const deaths = [];
  let broken = 0;
  let answered = 0;
  const start = performance.now();
  const everySoOften = Math.max(100, Math.min(1000, Math.floor(count / 10)));
  await sendAll(
    count,
    (number) => {
      if (number % everySoOften === everySoOften - 1)
        deaths.push(executor.submit(deaths.length % 2 === 0 ? endThread : crashThread));
      return endings.watch(number, session.get(`${base}/ok/${number}`, { timeout: 10 }));
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
  for (const death of deaths) {
    const error = await death.exception();
    if (!(error instanceof BrokenExecutor))
      wrong(`threads: a thread did not die, but ended its call with ${error}`);
  }
  await session.close();
  await executor.shutdown();
  endings.check('threads');
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `threads: ${answered} answered, ${broken} lost with one of ${deaths.length} threads, in ${seconds.toFixed(0)} s`,
  );
}

/** Cancelled and aborted at random: what is answered is answered right. */
async function storm(name, base, adapter) {
  const count = Math.ceil(total / 10);
  const session = new FuturesSession({ max_workers: WORKERS });
  session.mount('http://', adapter);
  const chance = random(2);
  const endings = new Endings(count);
  const outcomes = { answered: 0, cancelled: 0, aborted: 0 };
  await sendAll(
    count,
    (number) => {
      const future = endings.watch(number, session.get(`${base}/ok/${number}`, { timeout: 10 }));
      const decision = chance();
      if (decision < 0.3) future.cancel();
      else if (decision < 0.7) setTimeout(() => future.abort(), chance() * 50);
      return future;
    },
    async (number, future) => {
      const error = await future.exception().catch((cancelled) => cancelled);
      if (future.cancelled()) outcomes.cancelled += 1;
      else if (error instanceof requests.AbortError) outcomes.aborted += 1;
      else {
        const problem = complaint('ok', String(number), error === null ? future.result_now() : null, error);
        if (problem !== null) wrong(`${name}: ${problem}`);
        outcomes.answered += 1;
      }
    },
    2 * WORKERS,
  );
  await session.close();
  endings.check(name);
  for (const [outcome, times] of Object.entries(outcomes))
    if (times === 0 && count >= 100) wrong(`${name}: no request was ${outcome}`);
  console.log(`${name}: ${count} requests: ${JSON.stringify(outcomes)}`);
}

/** No turn of the event loop from the first to the last: what the flavor frees, it frees without one. */
async function soakBlocking(name, base, atOnce) {
  const blocking = await import('requests-futures/blocking');
  const count = Math.ceil(total / 10);
  const chance = random(3);
  const samples = new Samples(count);
  const start = performance.now();
  const session = new blocking.Session();
  const futures = new blocking.FuturesSession({ max_workers: atOnce, session });
  const settle = (kind, id, take) => {
    let response = null;
    let error = null;
    try {
      response = take();
    } catch (thrown) {
      error = thrown;
    }
    const problem = complaint(kind, id, response, error);
    if (problem !== null) wrong(`${name}: ${problem}`);
    if (Number(id) >= 0) samples.settled();
  };
  // The gateway, whose memory nothing but its own needs collects, comes to its usual size first.
  for (let number = -Math.ceil(count / (5 * atOnce)) * atOnce; number < count; number += atOnce) {
    const calls = Array.from({ length: Math.min(atOnce, count - number) }, (_, index) => {
      const kind = chance() < 0.01 ? QUICK[Math.floor(chance() * QUICK.length)] : 'ok';
      const id = String(number + index);
      const url = `${base}/${kind}/${id}`;
      if (atOnce === 1) return { kind, id, take: () => session.get(url, { timeout: TIMEOUT }) };
      const future = futures.get(url, { timeout: TIMEOUT });
      return { kind, id, take: () => future.result() };
    });
    for (const { kind, id, take } of calls) settle(kind, id, take);
  }
  futures.close();
  session.close();
  samples.report(name, (performance.now() - start) / 1000, count);
}

const server = await startServer();
const adapterOf = (part) => {
  const Adapter = part.endsWith('UndiciAdapter') ? requests.UndiciAdapter : requests.HTTPAdapter;
  return new Adapter({ pool_maxsize: WORKERS });
};
try {
  for (const part of only === undefined ? PARTS : [only]) {
    if (part === 'threads') await soakThreads(server.base);
    else if (part.startsWith('blocking')) await soakBlocking(part, server.base, part === 'blocking' ? 1 : 10);
    else if (part.startsWith('storm')) await storm(part, server.base, adapterOf(part));
    else await soak(part, server, adapterOf(part));
  }
} finally {
  server.stop();
}
console.log(failures.length === 0 ? 'nothing wrong' : `${failures.length} wrong`);
process.exitCode = failures.length === 0 ? 0 : 1;

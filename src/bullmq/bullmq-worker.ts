import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Job, Worker } from 'bullmq';
import { checkOptions, getLogger, RuntimeError, startTimer, type Timer } from '../builtins/index.js';
import { WorkerPoolExecutor } from '../concurrent-futures/index.js';
import { loadPeers, shownError } from './connection.js';
import { checkSender } from './envelope.js';
import { clientOf, isJobData } from './job.js';
import { WorkerNames } from './names.js';
import {
  type BullMQWorkerOptions,
  type CallLog,
  parseGrace,
  type ParsedWorkerOptions,
  parseWorkerOptions,
} from './options.js';
import { newRun, type Run } from './run.js';
import { Claim } from './scripts.js';
import { refused, type Served, Server } from './serving.js';
import { openServing } from './serving-thread.js';
import { StartLimit } from './start-limit.js';
import type { Stores } from './stores-here.js';
import { portable, storesOn } from './worker-stores.js';
import { logOnce, WorkerLink } from './worker-link.js';

/** The state of a worker. */
export interface WorkerHealth {
  /** `ok`: it takes calls. `away`: Redis is unreachable. `closing`: it takes no more calls. */
  readonly status: 'ok' | 'away' | 'closing';
  /** How many calls are running. */
  readonly running: number;
  /** How many calls have returned or thrown. */
  readonly served: number;
  /** How many entries of the queue this worker refused. */
  readonly refused: number;
  /** How many calls were skipped, as they had already run or their client was gone. */
  readonly skipped: number;
}

/** A running call. */
interface Running {
  readonly client: string;
  readonly abort: (reason: unknown) => void;
  /** Ends it early. */
  readonly end: (served: Served) => void;
}

const LOST: Served = { kind: 'lost', outcome: '', name: null, error: 'the worker was stopped' };

/** Seconds that BullMQ may take to close once all calls have ended. */
const PATIENCE = 5;

/**
 * Runs the calls that a {@link BullMQExecutor} puts into a queue; any number of processes on any number of machines can do so.
 * It starts immediately. The command `requests-futures-worker` runs one.
 *
 * ```ts
 * import * as hooks from './hooks.js';
 * const worker = new BullMQWorker({ queue: 'crawl', connection: 'redis://10.0.0.1', functions: [hooks] });
 * process.once('SIGTERM', () => worker.close());
 * ```
 *
 * A call can only name what is in `functions`, and what a request needs of this package. Nothing in Redis is imported or evaluated.
 */
export class BullMQWorker implements AsyncDisposable {
  /** Its id: host, process and a random part. */
  readonly id: string = `${hostname()}:${process.pid}:${randomBytes(6).toString('hex')}`;
  readonly #options: ParsedWorkerOptions;
  readonly #names = new WorkerNames();
  readonly #server: Server;
  readonly #stores: Stores;
  readonly #startLimit: StartLimit | null;
  readonly #pool: WorkerPoolExecutor | null;
  /** Created with the worker, once BullMQ is loaded. */
  #link: WorkerLink | null = null;
  #worker: Worker | null = null;
  readonly #running = new Map<string, Running>();
  readonly #ready: Promise<void>;
  #isStopped = false;
  #closing: Promise<void> | null = null;
  #served = 0;
  #refused = 0;
  #skipped = 0;

  /**
   * @throws TypeError and ValueError for bad options, ValueError when two functions have one name. When `bullmq` or `ioredis` is not
   * installed, `ready()` rejects with an Error that names the missing package.
   */
  constructor(options: BullMQWorkerOptions) {
    const parsed = parseWorkerOptions(options);
    const { maxWorkers, threads, maxSize } = parsed;
    this.#options = parsed;
    for (const source of parsed.functions) this.#names.add(source);
    const { connection, prefix, queue, perSecond } = parsed;
    this.#stores = storesOn({ connection, prefix });
    this.#startLimit =
      perSecond === null ? null : new StartLimit(this.#stores.get(`queue ${queue}`), perSecond);
    this.#server = new Server(this.#names, maxSize, this.id, this.#stores);
    this.#pool =
      threads === 0
        ? null
        : new WorkerPoolExecutor({
            max_workers: maxWorkers,
            threads,
            initializer: openServing,
            initargs: [this.#names.targets(), maxSize, { connection: portable(connection), prefix }],
          });
    this.#ready = this.#start();
    // The failure is reported to those who await it.
    this.#ready.catch(() => undefined);
  }

  /** The names of its functions and classes. */
  get functions(): readonly string[] {
    return this.#names.list();
  }

  /** Resolves once it takes calls. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Its current state. */
  health(): WorkerHealth {
    return {
      status: this.#closing !== null ? 'closing' : this.#link?.isConnected === true ? 'ok' : 'away',
      running: this.#running.size,
      served: this.#served,
      refused: this.#refused,
      skipped: this.#skipped,
    };
  }

  async #start(): Promise<void> {
    const peers = await loadPeers();
    if (this.#isClosing()) return;
    const { queue, prefix, lockDuration, maxWorkers } = this.#options;
    const link = new WorkerLink(
      peers,
      this.id,
      {
        running: () => this.#runningByClient(),
        abort: (call, reason) => {
          this.#running.get(call)?.abort(this.#server.reason(reason));
        },
      },
      this.#options,
    );
    const worker = new peers.bullmq.Worker(queue, (job) => this.#process(job, link), {
      connection: link.jobs,
      prefix,
      autorun: false,
      concurrency: maxWorkers,
      lockDuration: lockDuration * 1000,
      stalledInterval: lockDuration * 1000,
      // Claims keep a call from running twice, so BullMQ may give one that has not begun to another worker.
      maxStalledCount: 1_000_000,
      // Milliseconds before another attempt to fetch a job; BullMQ's default is 15 seconds.
      runRetryDelay: 1000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on('error', logOnce());
    this.#link = link;
    this.#worker = worker;
    // Before it takes calls, as clients look for it.
    await link.open();
    if (this.#isClosing()) return;
    worker.run().catch((error: unknown) => {
      getLogger().log('error', 'requests_futures.bullmq', 'The worker has stopped', shownError(error));
    });
  }

  #isClosing(): boolean {
    return this.#closing !== null;
  }

  #runningByClient(): Map<string, string[]> {
    const byClient = new Map<string, string[]>();
    for (const [call, { client }] of this.#running) {
      const others = byClient.get(client);
      if (others === undefined) byClient.set(client, [call]);
      else others.push(call);
    }
    return byClient;
  }

  async #process(job: Job, link: WorkerLink): Promise<void> {
    const began = performance.now();
    const client = clientOf(job.id);
    const id = job.id ?? '';
    if (client === null) {
      // Nothing waits for it.
      this.#note(id, refused(new RuntimeError('the entry of the queue is no call')), 'refused', began);
      return;
    }
    const claim = await link.claim(client, id);
    if (claim !== '') {
      this.#note(id, null, claim === Claim.orphan ? 'orphan' : 'skipped', began);
      return;
    }
    const served = await this.#serve(id, client, job.data);
    await link.finish(client, id, served.kind, served.outcome);
    this.#note(id, served, served.kind === 'json' ? 'returned' : served.kind, began);
  }

  async #serve(id: string, client: string, data: unknown): Promise<Served> {
    try {
      if (!isJobData(data)) throw new RuntimeError('the entry of the queue is no call');
      checkSender(data.format, data.version, 'the program', 'this worker');
      checkProgram(data.program, this.#options.version);
    } catch (error) {
      return refused(error);
    }
    if (this.#isStopped) return LOST;
    const run = newRun(data, this.#server, this.#pool);
    try {
      return await new Promise((resolve, reject) => {
        this.#running.set(id, { client, abort: run.abort, end: resolve });
        this.#startInTurn(run).then(resolve, reject);
      });
    } catch (error) {
      // Redis did not answer when it may start.
      return { ...LOST, error: shownError(error).message };
    } finally {
      this.#running.delete(id);
    }
  }

  async #startInTurn(run: Run): Promise<Served> {
    const start = (): Promise<Served> => (this.#isStopped ? Promise.resolve(LOST) : run.start());
    return await (this.#startLimit === null ? start() : this.#startLimit.run(start));
  }

  #note(call: string, served: Served | null, outcome: CallLog['outcome'], began: number): void {
    if (outcome === 'refused') this.#refused += 1;
    else if (outcome === 'skipped' || outcome === 'orphan') this.#skipped += 1;
    else this.#served += 1;
    const { log } = this.#options;
    if (log === null) return;
    const entry = {
      time: new Date().toISOString(),
      event: 'call',
      call,
      function: served?.name ?? null,
      seconds: Math.round(performance.now() - began) / 1000,
      outcome,
    } as const;
    // The call has ended, whatever becomes of its line.
    new Promise((resolve) => {
      resolve(log(served?.error == null ? entry : { ...entry, error: served.error }));
    }).catch((error: unknown) => {
      getLogger().log('error', 'requests_futures.bullmq', `exception calling log for ${call}`, error);
    });
  }

  /**
   * Takes no more calls, and resolves when the running ones have ended and the connections are closed. Calls that take longer than
   * `grace` seconds (default: the option) are aborted and end in `BrokenExecutor`, as they may have run. Waiting calls stay in the
   * queue for other workers.
   */
  close(options: { grace?: number | undefined } = {}): Promise<void> {
    checkOptions('close()', options, ['grace']);
    return (this.#closing ??= this.#close(parseGrace('close()', options.grace, this.#options.grace)));
  }

  /** Resolves when all calls have ended, their outcomes are in Redis, and the threads are closed. */
  async #end(): Promise<void> {
    await this.#worker?.close();
    await this.#link?.flush();
    // A call that has outlived its grace may never end.
    if (this.#pool !== null && this.#pool.running > 0) this.#pool.kill_workers();
    await this.#pool?.shutdown();
  }

  async #close(grace: number): Promise<void> {
    const ended = this.#end().catch(() => undefined);
    const end = startTimer(grace, () => {
      this.#isStopped = true;
      for (const { abort, end } of this.#running.values()) {
        abort(new RuntimeError('the worker is being stopped'));
        end(LOST);
      }
    });
    // Without Redis, BullMQ would never finish.
    let giveUp: Timer | undefined;
    await Promise.race([
      ended,
      new Promise<void>((resolve) => (giveUp = startTimer(grace + PATIENCE, resolve))),
    ]);
    end.cancel();
    giveUp?.cancel();
    if (this.#worker !== null) await endTimers(this.#worker);
    this.#pool?.kill_workers();
    await Promise.all([this.#link?.close(), this.#stores.close()]);
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Ends the timers that a close of BullMQ leaves running while it waits for Redis. */
async function endTimers(worker: Worker): Promise<void> {
  // That for stalled calls.
  await worker.pause(true);
  // That for locks has no public end, and may have none of this name in other versions.
  const { lockManager } = worker as unknown as { lockManager?: { close?: () => Promise<void> } };
  await lockManager?.close?.();
}

/** @throws RuntimeError that names both versions of the program */
function checkProgram(sent: unknown, own: string | null): void {
  const theirs = typeof sent === 'string' ? sent : null;
  if (theirs === own) return;
  throw new RuntimeError(
    `the program that has made the call is version ${theirs ?? '(none)'}, and this worker serves version ${own ?? '(none)'}`,
  );
}

import { availableParallelism } from 'node:os';
import { isPlainObject, referenceOf, RuntimeError, typeName } from '../../builtins/index.js';
import {
  checkInitializer,
  notCallable,
  parseMaxWorkers,
  poolOptions,
  parseShutdown,
  parseWorkerPoolOptions,
} from '../../concurrent-futures/internal.js';
import type { AsyncPoolExecutorOptions, ShutdownOptions } from '../../concurrent-futures/index.js';
import type { WorkerPoolExecutorOptions } from '../../concurrent-futures/worker-pool/index.js';
import { encode } from '../../pickle/index.js';
import { callGateway } from '../caller/call.js';
import { link } from '../caller/link.js';
import { refusePromise } from '../caller/refuse-promise.js';
import { onLeaving } from '../caller/sides.js';
import { shownAdapter } from '../requests/api.js';
import type { RequestOptions } from '../requests/inputs.js';
import { isOfPackage } from '../requests/objects.js';
import { type Verb, verbArguments, verbOf } from '../requests/verbs.js';
import { asStandIn } from '../wire/stand-in.js';
import { Executor } from './executor.js';
import { Future } from './future.js';
import { startCall } from './started-call.js';

type AnyFunction = (...args: unknown[]) => unknown;

let lastId = 0;

/** The caller's side of a pool in the gateway. */
abstract class PoolExecutor<O extends object> extends Executor {
  #maxWorkers: number;
  readonly #id = (lastId += 1);
  readonly #kind: 'threads' | 'processes';
  readonly #options: O;
  #isShutDown = false;

  /** @internal */
  constructor(kind: 'threads' | 'processes', options: O, max_workers: number) {
    super();
    this.#kind = kind;
    this.#options = options;
    this.#maxWorkers = max_workers;
  }

  /**
   * The most calls to run at once. It may be set at any time: if raised, queued calls start at once; if lowered, running
   * calls finish.
   *
   * @throws ValueError and TypeError for a bad value, as the constructor.
   */
  get max_workers(): number {
    return this.#maxWorkers;
  }

  set max_workers(value: number) {
    if ((value as unknown) == null) {
      throw new TypeError(`max_workers must be an integer, got ${typeName(value)}`);
    }
    const workers = parseMaxWorkers(value, value);
    callGateway('resize-pool', [this, workers]);
    this.#maxWorkers = workers;
  }

  /** How many calls wait for a worker. */
  get queued(): number {
    return callGateway('pool-state', [this, 'queued']) as number;
  }

  /** How many workers are busy. */
  get running(): number {
    return callGateway('pool-state', [this, 'running']) as number;
  }

  /** Holds back calls that have not begun, until {@link resume}; running ones continue. New calls are accepted and queued. */
  pause(): void {
    callGateway('pool', [this, 'pause']);
  }

  /** Resumes after {@link pause}, oldest call first. */
  resume(): void {
    callGateway('pool', [this, 'resume']);
  }

  /** Waits until no call is running or queued. The pool stays usable. */
  idle(): void {
    callGateway('pool', [this, 'idle']);
  }

  /** The stand-in for this pool in messages. @internal */
  _asArguments(): readonly unknown[] {
    return [this.#id, { kind: this.#kind, options: { ...this.#options, max_workers: this.#maxWorkers } }];
  }

  /** Throws RuntimeError after shutdown. @internal */
  _checkUsable(): void {
    if (this.#isShutDown) throw new RuntimeError('cannot schedule new futures after shutdown');
  }

  /**
   * Refuses new calls from now on; queued ones still run, unless `cancel_futures` is set. With `wait`, the default, waits for all,
   * while the submitted functions of this thread run.
   */
  override shutdown(wait?: boolean | ShutdownOptions | null, options?: ShutdownOptions | null): void {
    const parsed = parseShutdown(wait, options);
    this._end('shutdown', [this, parsed.wait, parsed.cancelFutures], parsed.wait);
  }

  /** Refuses new calls from now on, and calls `op` in the gateway. @internal */
  _end(op: string, args: readonly unknown[], wait: boolean): void {
    this.#isShutDown = true;
    if (wait) callGateway(op, args);
    else link().tell(op, args);
  }
}

/**
 * Python's `ThreadPoolExecutor`: at most `max_workers` submitted calls run at once, first come first served.
 *
 * `requests.get`, the verbs of a session, and `importable` functions run in parallel to this thread. Any other function runs in this
 * thread, while it waits: when one blocks on a request, the pool's next one begins, so their requests overlap, but not their computing.
 *
 * ```ts
 * using executor = new ThreadPoolExecutor(10);
 * const futures = urls.map((url) => executor.submit(load, url));
 * ```
 */
export class ThreadPoolExecutor extends PoolExecutor<AsyncPoolExecutorOptions> {
  /**
   * @param max_workers - the number alone, or all options. Default: min(32, available CPUs + 4).
   * @throws ValueError and TypeError as in Python for a bad `max_workers`; TypeError for unknown options.
   */
  constructor(
    max_workers?: number | AsyncPoolExecutorOptions | null,
    options?: AsyncPoolExecutorOptions | null,
  ) {
    const named = poolOptions('ThreadPoolExecutor()', max_workers, options);
    const workers = parseMaxWorkers(named.max_workers, Math.min(32, availableParallelism() + 4));
    checkInitializer(named.initializer);
    super('threads', { ...named, max_workers: workers, initargs: [...(named.initargs ?? [])] }, workers);
  }

  /**
   * Schedules `fn(...args)` and returns its future at once. What `fn` throws is the future's error.
   *
   * @throws TypeError without arguments, RuntimeError after shutdown.
   */
  override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<R> {
    this._checkUsable();
    if ((fn as unknown) === undefined) {
      throw new TypeError(`${this.constructor.name}.submit() missing 1 required positional argument: 'fn'`);
    }
    const future = new Future<R>();
    const verb = typeof fn === 'function' ? verbOf(fn) : undefined;
    if (verb !== undefined) submitVerb(future, this, verb, args);
    else if (typeof fn === 'function' && isElsewhere(fn)) {
      startCall(future, 'submit', [this, referenceOf(fn), args]);
    } else submitHere(future, this, fn, args);
    return future;
  }
}

/**
 * Python's `ProcessPoolExecutor`, with worker threads: for functions that compute. They must be `importable`; arguments and results are
 * copied.
 */
export class ProcessPoolExecutor extends PoolExecutor<WorkerPoolExecutorOptions> {
  /**
   * @param max_workers - the number alone, or all options. Default: the available CPUs.
   * @throws ValueError and TypeError as in Python for bad values; TypeError for unknown options; RuntimeError for an initializer that is
   * not importable.
   */
  constructor(
    max_workers?: number | WorkerPoolExecutorOptions | null,
    options?: WorkerPoolExecutorOptions | null,
  ) {
    const { maxWorkers, initargs } = parseWorkerPoolOptions('ProcessPoolExecutor()', max_workers, options);
    const named = isPlainObject(max_workers) ? max_workers : options;
    super('processes', { ...named, initargs }, maxWorkers);
  }

  /**
   * Schedules `fn(...args)` and returns its future at once.
   *
   * @throws RuntimeError for a function that is not importable, and after shutdown.
   */
  override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<R> {
    this._checkUsable();
    // The error explains what to do about a closure.
    encode(fn, { name: 'fn' });
    const future = new Future<R>();
    startCall(future, 'submit', [this, referenceOf(fn), args]);
    return future;
  }

  /**
   * Ends the threads at once, whatever they are doing, as Python 3.14: calls that are running fail with `BrokenProcessPool`,
   * queued ones are cancelled, and the pool takes no more. Returns immediately.
   */
  kill_workers(): void {
    this._end('kill-pool', [this, 'kill_workers'], false);
  }

  /** The same as `kill_workers()`, as there is no gentler way to end a thread. */
  terminate_workers(): void {
    this._end('kill-pool', [this, 'terminate_workers'], false);
  }
}

function isElsewhere(fn: object): boolean {
  return referenceOf(fn) !== undefined && !isOfPackage(fn);
}

function submitVerb<R>(
  future: Future<R>,
  pool: ThreadPoolExecutor,
  { session, name }: Verb,
  args: readonly unknown[],
): void {
  try {
    const [first, second] = args as [never, RequestOptions | null | undefined];
    const { url, options } = verbArguments(name, first, second, args.length);
    startCall(future, 'submit-request', [pool, session ?? shownAdapter(), name, url, options]);
  } catch (error) {
    future.set_exception(error);
  }
}

/** A function of this thread's, which runs when the gateway's pool gives it a slot. */
function submitHere<A extends unknown[], R>(
  future: Future<R>,
  pool: ThreadPoolExecutor,
  fn: (...args: A) => R,
  args: A,
): void {
  const run = (): void => {
    // Cancelled after its turn was announced. (Checking for messages here would begin the next before this one.)
    if (future._isOver()) return;
    future.set_running_or_notify_cancel();
    try {
      if (typeof fn !== 'function') throw notCallable(fn);
      const result = refusePromise(fn(...args), (fn as AnyFunction).name || 'the submitted function');
      future.set_result(result as R);
    } catch (error) {
      future.set_exception(error ?? new Error('a function threw nothing'));
    }
  };
  startCall(future, 'submit', [pool, run, []]);
}

onLeaving((object, to) => {
  if (!(object instanceof PoolExecutor)) return undefined;
  const [id, options] = object._asArguments() as [number, { readonly options: AsyncPoolExecutorOptions }];
  const { initializer } = options.options;
  // Kept, as it is called whenever the pool creates a worker.
  if (initializer) to.keep(initializer);
  return asStandIn('pool', [id, options]);
});

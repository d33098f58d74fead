import { getLogger, nextTick } from '../builtins/index.js';
import {
  BrokenExecutor,
  CancelledError,
  type MapIterator,
  type ShutdownOptions,
} from '../concurrent-futures/index.js';
import { mapInChunks, parseShutdown, PoolExecutor, type WorkItem } from '../concurrent-futures/internal.js';
import { ClientLink } from './client-link.js';
import { loadPeers, type Peers } from './connection.js';
import { decodeOutcome, decodePlain, encodeCall, encodeOutcome } from './envelope.js';
import { NoWorkersError } from './errors.js';
import { HandedCall } from './handed-call.js';
import { jobData } from './job.js';
import { ProgramNames } from './names.js';
import { type BullMQExecutorOptions, type ParsedExecutorOptions, parseExecutorOptions } from './options.js';
import type { Outcome } from './outcome-fields.js';
import { refusal } from './refusal.js';
import { RedisLimitStore } from './redis-limit-store.js';
import { type CallState, Watch } from './watch.js';

/**
 * An executor whose workers are other processes, on any number of machines: calls travel through a BullMQ queue on Redis. See
 * {@link BullMQWorker} and the command `requests-futures-worker`.
 *
 * ```ts
 * await using executor = new BullMQExecutor({ queue: 'crawl', connection: 'redis://10.0.0.1' });
 * const session = new FuturesSession({ executor });
 * ```
 *
 * Functions must be `importable`, and are identified by name, as the workers have modules of their own. A call runs at most
 * once. One that may have run without a result ends in `BrokenExecutor`, unless `retry_lost` allows another run. Calls beyond
 * `max_workers` wait here, where they can be cancelled reliably; those in Redis count as running, and can be aborted. An idle
 * executor does not keep the process alive.
 */
export class BullMQExecutor extends PoolExecutor {
  /** Whether submitted functions must be importable. @internal */
  readonly _isolated: boolean = true;
  /** Whether the workers are other processes: they count the limits, and no stream comes back. @internal */
  readonly _isRemote: boolean = true;
  readonly #options: ParsedExecutorOptions;
  readonly #names = new ProgramNames();
  #limits: RedisLimitStore | null = null;
  /** Created with the watch, once BullMQ is loaded. */
  #link!: ClientLink;
  #watch!: Watch;
  #isOpen = false;
  readonly #opening: Promise<void>;
  /** Why it cannot open. */
  #fault: Error | null = null;
  /** The calls in Redis. */
  readonly #calls = new Map<string, HandedCall>();
  #lastId = 0;
  /** Slots ready for a call. */
  #waiting = 0;
  #scheduled = false;
  #closing = false;
  #closed: Promise<void> | null = null;
  #refused = 0;

  /**
   * @throws TypeError and ValueError for bad options, without showing the connection. When `bullmq` or `ioredis` is not installed,
   * each call fails with an Error that names the missing package.
   */
  constructor(options: BullMQExecutorOptions) {
    const parsed = parseExecutorOptions(options);
    super(parsed.maxWorkers);
    this.#options = parsed;
    this.#opening = this.#open();
  }

  async #open(): Promise<void> {
    try {
      this.#link = this.#newLink(await loadPeers());
      this.#watch = new Watch(this.#link, this.#calls, this.#options, {
        changed: (call, state, why) => {
          this.#changed(call, state, why);
        },
      });
      this.#isOpen = true;
      this.#link.sweep().catch(() => undefined);
    } catch (error) {
      this.#fault = error as Error;
    }
    this.#dispatch();
  }

  #newLink(peers: Peers): ClientLink {
    return new ClientLink(
      peers,
      {
        arrived: (outcomes) => this.#arrived(outcomes),
        refused: (call, error) => {
          this.#fail(call, new BrokenExecutor(`Redis refuses the call: ${error.message}`, { cause: error }));
        },
        reconnected: () => {
          this.#watch.askSoon();
        },
      },
      this.#options,
    );
  }

  /**
   * A store for the limits of sessions, on this executor's Redis: `new FuturesSession({ executor, limits: { per_second: 10, store: executor.limits } })`.
   * The workers that send the requests do the counting.
   */
  get limits(): RedisLimitStore {
    const { connection, prefix, redisTimeout: redis_timeout } = this.#options;
    return (this.#limits ??= new RedisLimitStore({ connection, prefix, redis_timeout }));
  }

  /** How many messages from Redis were refused, as they were not outcomes or referred to forbidden names. */
  get refused(): number {
    return this.#refused;
  }

  /** @internal */
  override _map(fn: (...args: never[]) => unknown, rest: readonly unknown[]): MapIterator<unknown> {
    return mapInChunks(this, fn, rest);
  }

  protected override openSlot(): void {
    this.#waiting += 1;
    this.#schedule();
  }

  /** Deferred, so that the caller's code does not run inside `submit`, and calls submitted together are sent together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After all settled promises, whose reactions may submit more.
    nextTick(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (!this.#isOpen && this.#fault === null) return;
    const batch: HandedCall[] = [];
    while (this.#waiting > 0) {
      this.#waiting -= 1;
      const item = this.nextCall();
      const call = item && this.#encode(item);
      if (call) batch.push(call);
    }
    if (this.#calls.size === 0) return;
    this.#link.setWanted(true);
    this.#watch.start();
    if (batch.length > 0) this.#link.handOver(batch);
  }

  /** The encoded call; null when it cannot be encoded, and then its future has failed. */
  #encode(item: WorkItem): HandedCall | null {
    const { fn, args = [] } = item;
    item.drop();
    try {
      if (this.#fault !== null) throw this.#fault;
      const { name, data } = encodeCall(fn, args, this.#names, this.#options.maxSize);
      const call = new HandedCall(item, name, jobData(data, this.#options.version), this.#options.retryLost);
      this.#keep(call);
      item.future.set_abort_handler((reason) => {
        void this.#abort(call, reason);
      });
      return call;
    } catch (error) {
      item.fail(error);
      this.#waiting += 1;
      return null;
    }
  }

  #keep(call: HandedCall): void {
    this.#lastId += 1;
    call.renew(`${this.#link.id}-${this.#lastId}`);
    this.#calls.set(call.id, call);
  }

  #arrived(outcomes: readonly Outcome<Buffer>[]): string[] {
    const done: string[] = [];
    for (const { call: id, kind, outcome } of outcomes) {
      const call = this.#calls.get(id);
      if (call !== undefined) {
        if (!call.sentTwice) done.push(id);
        this.#settle(call, kind, outcome);
      }
    }
    return done;
  }

  #settle(call: HandedCall, kind: string, outcome: Buffer | string): void {
    if (kind === 'lost') {
      this.#lost(call, 'its worker was stopped');
      return;
    }
    this.#free(call);
    try {
      if (typeof outcome === 'string') {
        call.item.succeed(decodePlain(outcome));
        return;
      }
      if (kind === 'refused') throw refusal(outcome);
      const { value, effects } = decodeOutcome(outcome, this.#names);
      for (const [fn, args] of effects) fn(...(args as never[]));
      if (kind === 'threw') call.item.fail(value);
      else call.item.succeed(value);
    } catch (error) {
      if (kind !== 'refused') this.#refused += 1;
      call.item.fail(error);
    }
  }

  /** Acts on the state of a call that the watch has found. */
  #changed(call: HandedCall, state: CallState, why = ''): void {
    switch (state) {
      case 'lost':
        this.#lost(call, 'its worker is gone, or was too busy to renew its lock');
        break;
      case 'vanished':
        this.#lost(call, 'Redis has lost it, or it was removed');
        break;
      case 'unsent':
        this.#lost(call, `its worker could not send the result to Redis: ${why}`);
        break;
      case 'unread':
        this.#lost(call, this.#link.whyUnread());
        break;
      case 'away': {
        const { lastError } = this.#link;
        this.#fail(
          call,
          new BrokenExecutor(
            `Redis has not answered for ${this.#options.redisTimeout} s, the call may have run${lastError === undefined ? '' : `: ${lastError.message}`}`,
            { cause: lastError },
          ),
        );
        // Nothing waits for it, should it still be on its way.
        this.#link.abort(call.id, NOTHING).catch(() => undefined);
        break;
      }
      case 'no workers':
        void this.#giveUp(call);
        break;
      case 'orphan':
        this.#again(call);
        break;
      case 'aborted':
        this.#fail(call, new CancelledError());
    }
  }

  async #giveUp(call: HandedCall): Promise<void> {
    const { id } = call;
    const claim = await this.#link.abort(id, NOTHING).catch(() => '');
    if (claim !== 'a' || call.id !== id || !this.#calls.has(id)) return;
    this.#fail(
      call,
      new NoWorkersError(
        `no worker of the queue '${this.#options.queue}' was alive for ${this.#options.workerTimeout} s; the call has not run`,
      ),
    );
  }

  #lost(call: HandedCall, why: string): void {
    if (call.retriesLeft > 0) {
      call.retriesLeft -= 1;
      this.#again(call);
    } else this.#fail(call, new BrokenExecutor(`The call was lost, it may have run: ${why}`));
  }

  /** Sends a call again, under another id. */
  #again(call: HandedCall): void {
    this.#calls.delete(call.id);
    this.#keep(call);
    this.#link.handOver([call]);
  }

  #fail(call: HandedCall, error: Error): void {
    if (!this.#calls.has(call.id)) return;
    this.#free(call);
    call.item.fail(error);
  }

  /** A call is over: frees its slot. */
  #free(call: HandedCall): void {
    this.#calls.delete(call.id);
    this.#waiting += 1;
    this.#schedule();
  }

  async #abort(call: HandedCall, reason: unknown): Promise<void> {
    const { id } = call;
    try {
      const claim = await this.#link.abort(id, this.#encodeReason(reason));
      if (claim !== 'a' || call.id !== id) return;
      // No worker had it, and none will.
      this.#fail(call, new CancelledError(undefined, reason === undefined ? undefined : { cause: reason }));
    } catch (error) {
      getLogger().log('error', 'requests_futures.bullmq', 'A call could not be aborted', error);
    }
  }

  #encodeReason(reason: unknown): Buffer {
    try {
      return Buffer.from(encodeOutcome(reason, [], 'error', this.#names, this.#options.maxSize));
    } catch {
      return NOTHING;
    }
  }

  /**
   * Refuses new calls from now on; queued ones still run, unless `cancel_futures` is set. With `wait`, resolves when the
   * connections are closed.
   */
  override shutdown(
    wait?: boolean | ShutdownOptions | null,
    options?: ShutdownOptions | null,
  ): Promise<void> {
    const done = super.shutdown(wait, options);
    this.#closing = true;
    if (this.running === 0) void this.#close();
    if (!parseShutdown(wait, options).wait) return done;
    return done.then(() => this.#close());
  }

  protected override drained(): void {
    if (this.#isOpen) {
      this.#watch.stop();
      this.#link.setWanted(false);
    }
    if (this.#closing) void this.#close();
  }

  #close(): Promise<void> {
    return (this.#closed ??= this.#opening.then(() => this.#closeAll()));
  }

  async #closeAll(): Promise<void> {
    await Promise.all([this.#isOpen ? this.#link.close() : undefined, this.#limits?.close()]);
  }
}

const NOTHING = Buffer.alloc(0);

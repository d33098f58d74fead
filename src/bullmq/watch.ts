import { getLogger, monotonic } from '../builtins/index.js';
import type { ClientLink } from './client-link.js';
import type { HandedCall } from './handed-call.js';
import type { ParsedExecutorOptions } from './options.js';
import { Claim } from './scripts.js';

/** What can be found out about a call that ends it, or has it handed over again. */
export type CallState = 'lost' | 'vanished' | 'unread' | 'away' | 'no workers' | 'orphan' | 'aborted';

/** Is told what was found out. */
export interface WatchOwner {
  changed(call: HandedCall, state: CallState): void;
}

/** Milliseconds between two looks. */
const EVERY = 1000;
/** Seconds after which a queue without workers is warned of. */
const WARN_AFTER = 10;

/**
 * Sees to it that no call waits without end. What arrives by itself is a hint: while calls are in Redis, their state is asked for, all in
 * one go.
 */
export class Watch {
  #timer: NodeJS.Timeout | null = null;
  #asking = false;
  #noWorkersSince: number | null = null;
  #hasWarned = false;

  constructor(
    readonly link: ClientLink,
    readonly calls: ReadonlyMap<string, HandedCall>,
    readonly options: ParsedExecutorOptions,
    readonly owner: WatchOwner,
  ) {}

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#look();
    }, EVERY).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#noWorkersSince = null;
  }

  /** Asks without waiting for the next look. */
  askSoon(): void {
    if (this.#timer !== null) this.#look();
  }

  #look(): void {
    if (this.link.away() > this.options.redisTimeout) {
      for (const call of [...this.calls.values()]) this.owner.changed(call, 'away');
      return;
    }
    if (!this.link.isConnected) {
      // While Redis was away, workers could not be heard of.
      for (const call of this.calls.values()) call.goneSince = null;
      this.#noWorkersSince = null;
      return;
    }
    this.link.sayAlive();
    void this.link.forget();
    if (!this.#asking) void this.#ask();
  }

  async #ask(): Promise<void> {
    const calls = [...this.calls.values()].filter(({ accepted }) => accepted);
    const ids = calls.map(({ id }) => id);
    this.#asking = true;
    try {
      const { alive, states } = await this.link.states(ids);
      let waiting = false;
      let isUnread = false;
      for (const [index, call] of calls.entries()) {
        if (this.calls.get(call.id) !== call || call.id !== ids[index]) continue;
        const state = states[index];
        if (state === 'q') waiting = true;
        if (state === Claim.done) isUnread ||= (call.doneSeen += 1) > 1;
        else this.#judge(call, state);
      }
      this.#countWorkers(alive, waiting, calls, states);
      if (isUnread) await this.#readAgain();
    } catch {
      // The connection is gone: this is noticed elsewhere.
    } finally {
      this.#asking = false;
    }
  }

  #judge(call: HandedCall, state: string | undefined): void {
    if (state !== 'l') call.goneSince = null;
    switch (state) {
      case 'l':
        // Its worker has a little longer to say that it is there: it may just have lost the connection, as this client had.
        call.goneSince ??= monotonic();
        if (monotonic() - call.goneSince >= this.options.lockDuration / 2) this.owner.changed(call, 'lost');
        break;
      case 'x':
        this.owner.changed(call, 'vanished');
        break;
      case Claim.orphan:
        this.owner.changed(call, 'orphan');
        break;
      case Claim.aborted:
        this.owner.changed(call, 'aborted');
    }
  }

  /** Calls are done whose outcomes have not arrived: they are read over the other connection, if they are there at all. */
  async #readAgain(): Promise<void> {
    await this.link.readNow();
    for (const call of [...this.calls.values()]) {
      // Large streams take several looks.
      if (call.doneSeen > 5) this.owner.changed(call, 'unread');
    }
  }

  #countWorkers(
    alive: number,
    waiting: boolean,
    calls: readonly HandedCall[],
    states: readonly string[],
  ): void {
    if (alive > 0 || !waiting) {
      this.#noWorkersSince = null;
      this.#hasWarned = false;
      return;
    }
    this.#noWorkersSince ??= monotonic();
    const seconds = monotonic() - this.#noWorkersSince;
    if (seconds >= WARN_AFTER && !this.#hasWarned) {
      this.#hasWarned = true;
      const message = `calls wait in the queue '${this.options.queue}', and it has no worker that is alive`;
      getLogger().log('warning', 'requests_futures.bullmq', message);
    }
    if (seconds < this.options.workerTimeout) return;
    for (const [index, call] of calls.entries()) {
      if (states[index] === 'q') this.owner.changed(call, 'no workers');
    }
  }
}

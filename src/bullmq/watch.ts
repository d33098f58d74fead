import { getLogger, monotonic } from '../builtins/index.js';
import type { ClientLink } from './client-link.js';
import type { HandedCall } from './handed-call.js';
import type { ParsedExecutorOptions } from './options.js';
import { Claim } from './scripts.js';

/** Findings about a call that end it, or cause it to be sent again. */
export type CallState =
  | 'lost'
  | 'vanished'
  | 'unsent'
  | 'unread'
  | 'away'
  | 'no workers'
  | 'orphan'
  | 'aborted';

/** Receives the findings. */
export interface WatchOwner {
  /** `why`: the reason of Redis for an outcome that was not sent. */
  changed(call: HandedCall, state: CallState, why?: string): void;
}

/** Milliseconds between two checks. */
const EVERY = 1000;
/** How many checks a call may wait before BullMQ's lists are searched for it. */
const SEARCHED_AFTER = 10;
/** Seconds without workers before a warning. */
const WARN_AFTER = 10;

/**
 * Ensures that no call waits endlessly. Notifications are only hints: while calls are in Redis, their state is polled in one
 * command.
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

  /** Checks now. */
  askSoon(): void {
    if (this.#timer !== null) this.#look();
  }

  #look(): void {
    if (this.link.away() > this.options.redisTimeout) {
      for (const call of [...this.calls.values()]) this.owner.changed(call, 'away');
      return;
    }
    if (!this.link.isConnected) {
      // While Redis was unreachable, workers could not renew.
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
      const searched: string[] = [];
      for (const [index, call] of calls.entries()) {
        if (this.calls.get(call.id) !== call || call.id !== ids[index]) continue;
        const state = states[index];
        if (state === 'q') {
          waiting = true;
          call.queuedSeen += 1;
          if (call.queuedSeen % SEARCHED_AFTER === 0) searched.push(call.id);
        } else call.queuedSeen = 0;
        if (state === Claim.done) isUnread ||= (call.doneSeen += 1) > 1;
        else this.#judge(call, state);
      }
      this.#countWorkers(alive, waiting, calls, states);
      if (isUnread) await this.#readAgain();
      for (const id of await this.link.unlisted(searched)) {
        const call = this.calls.get(id);
        if (call !== undefined) this.owner.changed(call, 'vanished');
      }
    } catch {
      // The lost connection is handled elsewhere.
    } finally {
      this.#asking = false;
    }
  }

  #judge(call: HandedCall, state: string | undefined): void {
    if (state !== 'l') call.goneSince = null;
    if (state?.startsWith(Claim.unsent) === true) {
      this.owner.changed(call, 'unsent', state.slice(Claim.unsent.length));
      return;
    }
    switch (state) {
      case 'l':
        // Allow its worker a little longer to renew: it may just have lost the connection, like this client.
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

  /** Reads the outcomes of finished calls that have not arrived, over the other connection, if they exist at all. */
  async #readAgain(): Promise<void> {
    await this.link.readNow();
    for (const call of [...this.calls.values()]) {
      // Large streams take several checks.
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

import type { Queue } from 'bullmq';
import { monotonic, setTimeout } from '../builtins/index.js';
import {
  type Client,
  closeConnection,
  isPassing,
  KeepAlive,
  openConnection,
  type Peers,
  reconnect,
  shownError,
  writeTogether,
} from './connection.js';
import type { HandedCall } from './handed-call.js';
import { clientOf, JOB_OPTIONS, KEPT, newClientId, orphansRun } from './job.js';
import { type Outcome, outcomesOf } from './outcome-fields.js';
import type { ParsedExecutorOptions } from './options.js';
import { Keys } from './scripts.js';

/** The callbacks of a link to its executor. */
export interface LinkOwner {
  /** Outcomes have arrived. Returns the calls that can no longer be on their way. */
  arrived(outcomes: readonly Outcome<Buffer>[]): string[];
  /** Redis refuses to take this call. */
  refused(call: HandedCall, error: Error): void;
  /** The connection is back. */
  reconnected(): void;
}

/** How many calls to ask for at once. */
const BATCH = 500;
/** How many entries of the stream to read at once. */
const ENTRIES = 20;
/** How many finished calls may pile up before they are forgotten together. */
const FORGOTTEN = 200;
/** Milliseconds for which a silent client counts as alive. */
const ALIVE = 60_000;

/** One executor's link to Redis: one connection for commands, another to wait for outcomes. */
export class ClientLink {
  readonly id: string;
  readonly #owner: LinkOwner;
  readonly #queue: Queue;
  readonly #commands: Client;
  readonly #reader: Client;
  readonly #keepAlive: KeepAlive;
  readonly #keys: Keys;
  readonly #own: ReturnType<Keys['of']>;
  #wanted = false;
  #reading = false;
  #closed = false;
  /** When the connection was lost, on the monotonic clock; null while connected. */
  #awaySince: number | null = monotonic();
  /** When the oldest unanswered command was sent; null when there is none. */
  #askedAt: number | null = null;
  #lastError: Error | undefined;
  /** How often the connection was lost. */
  #losses = 0;
  #saidAlive = -Infinity;
  /** Calls to send again, by their ids. */
  readonly #unsent = new Map<string, HandedCall>();
  /** Finished calls that may still have data in Redis. */
  readonly #settled: string[] = [];
  /** Why Redis refuses to have outcomes read, as where the user may not. */
  #refusal: Error | null = null;
  /** The last entry read from the stream. */
  #readTo = '0';

  constructor({ bullmq, ioredis }: Peers, owner: LinkOwner, options: ParsedExecutorOptions) {
    const { queue, prefix, connection, orphans } = options;
    this.id = newClientId(orphans);
    this.#owner = owner;
    this.#keys = new Keys(prefix, queue);
    this.#own = this.#keys.of(this.id);
    // Attempts to connect must not keep an idle program alive.
    const isWanted = (): boolean => this.#wanted;
    this.#commands = openConnection(ioredis, connection, `requests-futures:${this.id}`, isWanted);
    this.#reader = openConnection(ioredis, connection, `requests-futures:${this.id}:results`, isWanted);
    this.#keepAlive = new KeepAlive([this.#commands, this.#reader]);
    this.#watchConnections();
    this.#queue = new bullmq.Queue(queue, { connection: this.#commands, prefix });
    // The failing command reports the error.
    this.#queue.on('error', () => undefined);
  }

  #watchConnections(): void {
    for (const client of [this.#commands, this.#reader]) {
      client.on('error', (error: unknown) => {
        this.#lastError = shownError(error);
      });
    }
    this.#commands.on('close', () => {
      this.#losses += 1;
      this.#awaySince ??= monotonic();
    });
    this.#commands.on('ready', () => {
      this.#awaySince = null;
      this.#owner.reconnected();
    });
  }

  /** Seconds since Redis stopped answering; 0 while it answers. */
  away(): number {
    const since = Math.min(this.#awaySince ?? Infinity, this.#askedAt ?? Infinity);
    return since === Infinity ? 0 : monotonic() - since;
  }

  /** Whether it is connected. */
  get isConnected(): boolean {
    return this.#awaySince === null;
  }

  /** Why Redis is unreachable. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** Whether outcomes are pending. Only then does the link keep the process alive. */
  setWanted(wanted: boolean): void {
    this.#wanted = wanted;
    this.#keepAlive.set(wanted);
    if (wanted) for (const client of [this.#commands, this.#reader]) reconnect(client);
    if (wanted && !this.#reading) void this.#read();
  }

  /** Renews this client's sign of life for the workers, if it is due. */
  sayAlive(): void {
    if (monotonic() - this.#saidAlive < ALIVE / 6 / 1000) return;
    this.#saidAlive = monotonic();
    // If it is lost, so is the connection, and then it is sent again.
    this.#commands.set(this.#own.alive, '1', 'PX', ALIVE).catch(() => {
      this.#saidAlive = -Infinity;
    });
  }

  /** Sends calls, and keeps trying while Redis is unreachable. */
  handOver(calls: readonly HandedCall[]): void {
    this.sayAlive();
    if (calls.length > 1) writeTogether(this.#commands);
    // One by one: a transaction of BullMQ's `addBulk()` costs more, and keeps Redis from serving workers meanwhile.
    for (const call of calls) void this.#add(call);
  }

  async #add(call: HandedCall): Promise<void> {
    const { id, name, data } = call;
    const losses = this.#losses;
    try {
      await this.#queue.add(name, data, { ...JOB_OPTIONS, jobId: id });
      if (call.id !== id) return;
      call.accepted = true;
      call.sentTwice ||= losses !== this.#losses;
    } catch (error) {
      if (call.id === id) this.#addFailed(call, error);
    }
  }

  #addFailed(call: HandedCall, error: unknown): void {
    const shown = shownError(error);
    if (this.#closed || !isPassing(shown)) {
      this.#owner.refused(call, shown);
      return;
    }
    this.#lastError = shown;
    call.sentTwice = true;
    this.#unsent.set(call.id, call);
    if (this.#unsent.size > 1) return;
    setTimeout(() => {
      // Those that have another id by now were sent under it.
      const again = [...this.#unsent].filter(([id, { id: now, item }]) => id === now && !item.future.done());
      this.#unsent.clear();
      this.handOver(again.map(([, call]) => call));
    }, 200);
  }

  /** Reads outcomes while some are pending. */
  async #read(): Promise<void> {
    this.#reading = true;
    while (this.#wanted && !this.#closed) {
      try {
        const { results } = this.#own;
        this.#take(
          await this.#reader.xreadBuffer('COUNT', ENTRIES, 'BLOCK', 2000, 'STREAMS', results, this.#readTo),
        );
        this.#refusal = null;
      } catch (error) {
        this.#lastError = shownError(error);
        if (!isPassing(this.#lastError)) this.#refusal = this.#lastError;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    this.#reading = false;
  }

  /** Reads the stream from the start, without waiting, over the other connection; outcomes seen before are ignored. */
  async readNow(): Promise<void> {
    if (this.#refusal !== null) return;
    this.#take(await this.#commands.xreadBuffer('COUNT', ENTRIES, 'STREAMS', this.#own.results, '0'));
  }

  #take(answer: [key: Buffer, entries: [id: Buffer, fields: Buffer[]][]][] | null): void {
    const entries = answer?.[0]?.[1] ?? [];
    if (entries.length === 0) return;
    this.#readTo = String(entries.at(-1)?.[0]);
    this.#settled.push(...this.#owner.arrived(entries.flatMap(([, fields]) => outcomesOf(fields))));
    if (this.#settled.length >= FORGOTTEN) void this.forget();
  }

  /** Why the outcome of a call that has ended does not arrive. */
  whyUnread(): string {
    return this.#refusal === null
      ? 'its result was lost'
      : `its result cannot be read: ${this.#refusal.message}`;
  }

  /** Deletes from Redis what was read, and the state of finished calls. */
  async forget(): Promise<void> {
    const calls = this.#settled.splice(0, BATCH);
    if (calls.length === 0) return;
    const { claims, aborts, results } = this.#own;
    const keys = [claims, aborts, results, ...calls.map((id) => this.#keys.job(id))];
    try {
      this.#settled.push(...(await this.#commands.rfForget(keys.length, ...keys, this.#readTo, ...calls)));
    } catch {
      // It expires by itself.
    }
  }

  /** How many workers are alive, and the state of each of `calls`; see `rfStates`. */
  async states(calls: readonly string[]): Promise<{ alive: number; states: string[] }> {
    this.#askedAt ??= monotonic();
    let alive = 0;
    const states: string[] = [];
    for (let start = 0; start < calls.length; start += BATCH) {
      const some = calls.slice(start, start + BATCH);
      const keys = [this.#own.claims, this.#keys.workers, ...some.map((id) => this.#keys.job(id))];
      const [count, ...more] = await this.#commands.rfStates(keys.length, ...keys, ...some);
      alive = count;
      states.push(...more);
    }
    this.#askedAt = null;
    return { alive, states };
  }

  /** Those of the waiting calls that no worker will get. */
  async unlisted(calls: readonly string[]): Promise<string[]> {
    const unlisted: string[] = [];
    for (let start = 0; start < calls.length; start += BATCH) {
      const some = calls.slice(start, start + BATCH);
      unlisted.push(...(await this.#commands.rfUnlisted(this.#own.claims, ...this.#keys.places, ...some)));
    }
    return unlisted;
  }

  /** Aborts the call, or keeps it from starting. Resolves to its claim from now on. */
  async abort(call: string, reason: Buffer): Promise<string> {
    const { claims, aborts } = this.#own;
    const claim = await this.#commands.rfAbort(claims, aborts, call, reason, this.#keys.aborts, KEPT);
    // A worker would skip it, but until then it would take up room.
    if (claim === 'a') this.#queue.remove(call).catch(() => undefined);
    return claim;
  }

  /** Removes the waiting calls of dead clients from the queue. */
  async sweep(): Promise<void> {
    await sweep(this.#queue, this.#commands, this.#keys);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wanted = false;
    this.#keepAlive.set(true);
    if (this.isConnected) {
      const { claims, ...others } = this.#own;
      // A dead client's calls do not run, so no claims are needed to keep them from running again.
      const unneeded = orphansRun(this.id) ? Object.values(others) : [claims, ...Object.values(others)];
      // The connection is closed after the answer, or a timeout.
      this.#commands.unlink(...unneeded).catch(() => 0);
    }
    // The connection belongs to this link; the queue only stops using it.
    this.#queue.close().catch(() => undefined);
    this.#reader.disconnect();
    await closeConnection(this.#commands);
  }
}

/** How many waiting jobs a sweep checks: the oldest, as these include those of dead clients. */
const SWEPT = 10_000;

/** Removes the waiting calls of dead clients, unless they should run all the same. */
export async function sweep(queue: Queue, commands: Client, keys: Keys): Promise<void> {
  const waiting = await queue.getRanges(['wait'], 0, SWEPT - 1, true);
  const alive = new Map<string, boolean>();
  for (const id of waiting) {
    const client = clientOf(id);
    if (client === null || orphansRun(client)) continue;
    if (!alive.has(client)) alive.set(client, (await commands.exists(keys.of(client).alive)) === 1);
    if (alive.get(client) === false) await queue.remove(id);
  }
}

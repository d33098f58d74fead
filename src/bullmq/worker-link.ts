import { getLogger } from '../builtins/index.js';
import { sweep } from './client-link.js';
import { type Client, closeConnection, loadBullMQ, openConnection, shownError } from './connection.js';
import { KEPT, orphansRun } from './job.js';
import type { ParsedWorkerOptions } from './options.js';
import { Keys } from './scripts.js';
import { StartLimit } from './start-limit.js';

/** What a link tells its worker, and asks of it. */
export interface WorkerLinkOwner {
  /** The calls that are running, by client. */
  running(): ReadonlyMap<string, readonly string[]>;
  /** A call is to be aborted. */
  abort(call: string, reason: Buffer | null): void;
}

/** The way of one worker to Redis, beside BullMQ's own: claims, outcomes, aborts, and that it is alive. */
export class WorkerLink {
  readonly startLimit: StartLimit | null;
  /** The connection that is BullMQ's. */
  readonly jobs: Client;
  readonly #id: string;
  readonly #owner: WorkerLinkOwner;
  readonly #options: ParsedWorkerOptions;
  readonly #keys: Keys;
  readonly #commands: Client;
  readonly #subscriber: Client;
  #beat: NodeJS.Timeout | null = null;

  constructor(id: string, owner: WorkerLinkOwner, options: ParsedWorkerOptions) {
    const { queue, prefix, connection, perSecond } = options;
    const name = `requests-futures:${id}`;
    this.#id = id;
    this.#owner = owner;
    this.#options = options;
    this.#keys = new Keys(prefix, queue);
    this.jobs = openConnection(connection, `${name}:jobs`);
    this.#commands = openConnection(connection, name, true);
    this.#subscriber = openConnection(connection, `${name}:aborts`);
    for (const client of [this.#commands, this.#subscriber]) client.on('error', logOnce());
    this.startLimit =
      perSecond === null ? null : new StartLimit(this.#commands, this.#keys.starts, perSecond, id);
  }

  /** Whether Redis can be reached. */
  get isConnected(): boolean {
    return this.#commands.status === 'ready';
  }

  /** Resolves when clients can know that the worker is alive. */
  async open(): Promise<void> {
    this.#subscriber.on('message', (_channel: string, call: string) => {
      for (const [client, calls] of this.#owner.running()) {
        if (calls.includes(call)) void this.#readReasons(client, [call]).catch(() => undefined);
      }
    });
    this.#subscriber.subscribe(this.#keys.aborts).catch(() => undefined);
    await this.#commands.rfBeat(this.#keys.workers, this.#id, this.#options.lockDuration * 1000);
    this.#commands.on('ready', () => void this.#sayAlive());
    this.#beat = setInterval(() => void this.#sayAlive(), (this.#options.lockDuration * 1000) / 6);
    void this.#sweep();
  }

  async #sweep(): Promise<void> {
    const { Queue } = loadBullMQ();
    const queue = new Queue(this.#options.queue, {
      connection: this.#commands,
      prefix: this.#options.prefix,
    });
    queue.on('error', () => undefined);
    await sweep(queue, this.#commands, this.#keys).catch(() => undefined);
    await queue.close().catch(() => undefined);
  }

  /** Says that the worker is alive, keeps what is known of its calls, and looks whether an abort was missed. */
  async #sayAlive(): Promise<void> {
    try {
      await this.#commands.rfBeat(this.#keys.workers, this.#id, this.#options.lockDuration * 1000);
      for (const [client, calls] of this.#owner.running()) {
        await this.#commands.pexpire(this.#keys.of(client).claims, KEPT);
        await this.#readReasons(client, calls);
      }
    } catch {
      // The next one may get through; if none does, the calls count as lost.
    }
  }

  async #readReasons(client: string, calls: readonly string[]): Promise<void> {
    const reasons = await this.#commands.hmgetBuffer(this.#keys.of(client).aborts, ...calls);
    for (const [index, call] of calls.entries()) {
      const reason = reasons[index];
      if (reason != null) this.#owner.abort(call, reason);
    }
  }

  /** Claims a call. Resolves to '' when it is this worker's, else to what its claim says. */
  claim(client: string, call: string): Promise<string> {
    const { claims, alive } = this.#keys.of(client);
    return this.#commands.rfClaim(claims, alive, call, this.#id, orphansRun(client) ? 1 : 0, KEPT);
  }

  /** Sends an outcome. It goes on trying while Redis is away. */
  async finish(client: string, call: string, kind: string, bytes: Uint8Array): Promise<void> {
    const { claims, results } = this.#keys.of(client);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#commands.rfFinish(claims, results, call, kind, Buffer.from(bytes), KEPT);
        return;
      } catch (error) {
        if (attempt === 10) {
          // As when Redis is full. Without its claim the call counts as lost, and nobody waits for it in vain.
          await this.#commands.hdel(claims, call).catch(() => undefined);
          throw shownError(error);
        }
        await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
      }
    }
  }

  async close(): Promise<void> {
    if (this.#beat !== null) clearInterval(this.#beat);
    if (this.isConnected) await this.#commands.zrem(this.#keys.workers, this.#id).catch(() => 0);
    this.#subscriber.disconnect();
    this.jobs.disconnect();
    await closeConnection(this.#commands);
  }
}

/** Logs an error of a connection, unless it is the same as the one before. */
export function logOnce(): (error: unknown) => void {
  let last = '';
  return (error) => {
    const { message } = shownError(error);
    // BullMQ's word for a job that has ended twice, or elsewhere: claims see to that.
    if (message === last || /^Missing (key|lock) for job/.test(message)) return;
    last = message;
    getLogger().log('warning', 'requests_futures.bullmq', message);
  };
}

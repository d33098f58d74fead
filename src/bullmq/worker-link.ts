import { clearTimeout, getLogger, setTimeout } from '../builtins/index.js';
import { sweep } from './client-link.js';
import {
  type Client,
  closeConnection,
  openConnection,
  type Peers,
  shownError,
  writeTogether,
} from './connection.js';
import { Gathered, grouped } from './gathered.js';
import { KEPT, orphansRun } from './job.js';
import type { ParsedWorkerOptions } from './options.js';
import { fieldsOf, type Outcome } from './outcome-fields.js';
import { Claim, Keys } from './scripts.js';

/** The callbacks of a link to its worker. */
export interface WorkerLinkOwner {
  /** The running calls, by client. */
  running(): ReadonlyMap<string, readonly string[]>;
  /** Aborts a call. */
  abort(call: string, reason: Buffer | null): void;
}

/** A pending claim. */
interface Asked {
  readonly client: string;
  readonly call: string;
  readonly resolve: (claim: string) => void;
  readonly reject: (error: Error) => void;
}

/** An outcome to send. */
interface Told extends Outcome {
  readonly client: string;
  /** It is in Redis, or never will be; null when nothing waits for that. */
  readonly sent: (() => void) | null;
}

/** The most calls of a client in one command. */
const TOGETHER = 100;
/** A larger outcome, in bytes, is sent by itself. */
const LARGE = 65_536;
/** How often to send an outcome that Redis refuses. */
const ATTEMPTS = 10;

/** One worker's link to Redis, beside BullMQ's own: claims, outcomes, aborts, and signs of life. */
export class WorkerLink {
  /** BullMQ's connection. */
  readonly jobs: Client;
  readonly #id: string;
  readonly #bullmq: Peers['bullmq'];
  readonly #owner: WorkerLinkOwner;
  readonly #options: ParsedWorkerOptions;
  readonly #keys: Keys;
  readonly #commands: Client;
  readonly #subscriber: Client;
  readonly #claims = new Gathered<Asked>((asked) => {
    for (const group of grouped(asked, ({ client }) => client, TOGETHER)) void this.#claimAll(group);
  });
  readonly #outcomes = new Gathered<Told>((told) => {
    const keyOf = ({ client, call, outcome }: Told): string => (outcome.length > LARGE ? call : client);
    for (const group of grouped(told, keyOf, TOGETHER)) this.#send(group);
  });
  #claimCount = 0;
  /** Outcomes on their way. */
  readonly #sending = new Set<Promise<void>>();
  #beat: NodeJS.Timeout | null = null;
  readonly #pauses = new Set<() => void>();
  #closed = false;

  constructor({ bullmq, ioredis }: Peers, id: string, owner: WorkerLinkOwner, options: ParsedWorkerOptions) {
    const { queue, prefix, connection } = options;
    const name = `requests-futures:${id}`;
    this.#id = id;
    this.#bullmq = bullmq;
    this.#owner = owner;
    this.#options = options;
    this.#keys = new Keys(prefix, queue);
    this.jobs = openConnection(ioredis, connection, `${name}:jobs`);
    this.#commands = openConnection(ioredis, connection, name);
    this.#subscriber = openConnection(ioredis, connection, `${name}:aborts`);
    for (const client of [this.#commands, this.#subscriber]) client.on('error', logOnce());
  }

  /** Whether Redis is reachable. */
  get isConnected(): boolean {
    return this.#commands.status === 'ready';
  }

  /** Resolves once clients can see that the worker is alive. */
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
    const queue = new this.#bullmq.Queue(this.#options.queue, {
      connection: this.#commands,
      prefix: this.#options.prefix,
    });
    queue.on('error', () => undefined);
    await sweep(queue, this.#commands, this.#keys).catch(() => undefined);
    await queue.close().catch(() => undefined);
  }

  /** Renews the sign of life and the data of running calls, and checks for missed aborts. */
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

  /** Claims a call. Resolves to '' when it is this worker's, else to its existing claim. */
  claim(client: string, call: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#claims.add({ client, call, resolve, reject });
    });
  }

  async #claimAll(asked: readonly Asked[]): Promise<void> {
    const { claims, alive } = this.#keys.of((asked[0] as Asked).client);
    const runs = orphansRun((asked[0] as Asked).client) ? 1 : 0;
    try {
      const calls = asked.map(({ call }) => call);
      this.#claimCount += 1;
      const claim = `${Claim.running}${this.#id}/${this.#claimCount}`;
      const keys = [claims, alive, ...calls.map((call) => this.#keys.job(call))];
      const answers = await this.#commands.rfClaim(keys.length, ...keys, claim, runs, KEPT, ...calls);
      for (const [index, { resolve }] of asked.entries()) resolve(answers[index] ?? '');
    } catch (error) {
      for (const { reject } of asked) reject(shownError(error));
    }
  }

  /**
   * Sends an outcome, retrying while Redis is unreachable. Resolves when there is room for another one: at once after a small one,
   * so that BullMQ fetches the next call meanwhile.
   */
  async finish(client: string, call: string, kind: string, outcome: Uint8Array | string): Promise<void> {
    writeTogether(this.jobs);
    if (outcome.length <= LARGE) this.#outcomes.add({ client, call, kind, outcome, sent: null });
    else {
      await new Promise<void>((sent) => {
        this.#outcomes.add({ client, call, kind, outcome, sent });
      });
    }
  }

  /** Resolves when the outcomes of ended calls are in Redis. */
  async flush(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending);
  }

  #send(told: readonly Told[]): void {
    const sending = this.#finishAll(told).then(() => {
      this.#sending.delete(sending);
      for (const { sent } of told) sent?.();
    });
    this.#sending.add(sending);
  }

  async #finishAll(told: readonly Told[]): Promise<void> {
    const { claims, results } = this.#keys.of((told[0] as Told).client);
    const calls = told.map(({ call }) => call);
    const fields = fieldsOf(told);
    let why = '';
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (attempt <= ATTEMPTS) {
          await this.#commands.rfFinish(claims, results, KEPT, calls.length, ...calls, ...fields);
        } else await this.#commands.rfUnsent(claims, KEPT, why, ...calls);
        return;
      } catch (error) {
        // The claims of a worker that is gone count as lost.
        if (this.#closed) return;
        // As when Redis is full. Its clients wait for these calls until they are marked as lost.
        if (attempt === ATTEMPTS) why = logUnsent(error);
        else await this.#pause(100 * Math.min(attempt, ATTEMPTS));
      }
    }
  }

  /** Resolves after these milliseconds, or when the link is closed. */
  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#pauses.add(end);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const end of this.#pauses) end();
    if (this.#beat !== null) clearInterval(this.#beat);
    // The connection is closed after the answer, or a timeout.
    if (this.isConnected) this.#commands.zrem(this.#keys.workers, this.#id).catch(() => 0);
    this.#subscriber.disconnect();
    this.jobs.disconnect();
    await closeConnection(this.#commands);
  }
}

/** Logs the error, and returns its message. */
function logUnsent(error: unknown): string {
  const shown = shownError(error);
  getLogger().log('warning', 'requests_futures.bullmq', 'Outcomes could not be sent', shown);
  return shown.message.slice(0, 200);
}

/** Logs a connection error, unless it repeats the last one. */
export function logOnce(): (error: unknown) => void {
  let last = '';
  return (error) => {
    const { message } = shownError(error);
    // BullMQ's errors for a job that has ended twice, or elsewhere: claims take care of that.
    if (
      message === last ||
      /^(Missing (key|lock)|Lock mismatch|could not renew lock) for job/.test(message)
    ) {
      return;
    }
    last = message;
    getLogger().log('warning', 'requests_futures.bullmq', message);
  };
}

import { clearTimeout, LONGEST_DELAY, setTimeout } from '../builtins/index.js';
import {
  type Client,
  closeConnection,
  isPassing,
  KeepAlive,
  loadRedis,
  openConnection,
  reconnect,
  type RedisConnection,
  shownError,
} from './connection.js';

/** Milliseconds before a command is resent after Redis was not ready. */
const PAUSE = 200;

/** The connection for counting limits: opened on first use, and keeping the process alive only while in use. */
export class LimitRedis {
  readonly #to: RedisConnection | null;
  /** Seconds. */
  readonly #timeout: number;
  #client: Promise<Client> | null = null;
  #keepAlive: KeepAlive | null = null;
  /** How many answers are pending. */
  #open = 0;
  #lastError: Error | undefined;

  constructor(to: RedisConnection | null, timeout: number) {
    this.#to = to;
    this.#timeout = timeout;
  }

  /**
   * The answer to a command. Waits while Redis is unreachable or not ready.
   * @param late receives an answer that comes after the timeout
   * @throws Error when there is no answer within `redis_timeout`, or Redis refuses the command
   */
  async ask<T>(command: (client: Client) => Promise<T>, late: (answer: T) => void): Promise<T> {
    let isLate = false;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
      const giveUp = (): void => {
        isLate = true;
        reject(this.#away());
      };
      timer = setTimeout(giveUp, Math.min(LONGEST_DELAY, this.#timeout * 1000));
    });
    this.#use(1);
    const answer = this.#run(command, () => isLate);
    answer.then(
      (value) => {
        if (isLate) late(value);
      },
      () => undefined,
    );
    try {
      return await Promise.race([answer, patience]);
    } finally {
      clearTimeout(timer);
      this.#use(-1);
    }
  }

  /** Sends a command without waiting for an answer or keeping the process alive. Losing it is harmless, as tickets expire. */
  tell(command: (client: Client) => Promise<unknown>): void {
    this.#run(command, () => true).catch(() => undefined);
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client !== null) await client.then(closeConnection, () => undefined);
  }

  async #run<T>(command: (client: Client) => Promise<T>, isOver: () => boolean): Promise<T> {
    for (;;) {
      const connecting = (this.#client ??= this.#connect());
      const client = await connecting;
      try {
        reconnect(client);
        return await command(client);
      } catch (error) {
        const shown = shownError(error);
        if (this.#client !== connecting || isOver() || !isPassing(shown)) throw shown;
        this.#lastError = shown;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  async #connect(): Promise<Client> {
    const ioredis = await loadRedis();
    const client = openConnection(ioredis, this.#to, 'requests-futures:limits', () => this.#open > 0);
    client.on('error', (error: unknown) => {
      this.#lastError = shownError(error);
    });
    this.#keepAlive = new KeepAlive([client]);
    this.#keepAlive.set(this.#open > 0);
    return client;
  }

  #use(more: 1 | -1): void {
    this.#open += more;
    this.#keepAlive?.set(this.#open > 0);
  }

  #away(): Error {
    const why = this.#lastError === undefined ? '' : `: ${this.#lastError.message}`;
    return new Error(`Redis, which counts for the limits, has not answered for ${this.#timeout} s${why}`, {
      cause: this.#lastError,
    });
  }
}

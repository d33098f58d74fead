/** Connections to Redis: how one is described, opened and closed. */
import type * as BullMQ from 'bullmq';
import type * as ioredis from 'ioredis';
import type { Redis, RedisOptions } from 'ioredis';
import {
  clearTimeout,
  isPlainObject,
  nextTick,
  queueMicrotask,
  setTimeout,
  typeName,
  ValueError,
} from '../builtins/index.js';
import { limitScripts } from './limit-scripts.js';
import { scripts } from './scripts.js';

/**
 * Where Redis is: a URL (`redis://user:password@host:6379/0`, `rediss://…` for TLS), ioredis's options, or an ioredis client,
 * which is copied. Null: port 6379 of this machine.
 */
export type RedisConnection = string | URL | RedisOptions | Redis;

/** The scripts as commands; see {@link scripts}. */
interface ScriptCommands {
  rfBeat(workers: string, id: string, milliseconds: number): Promise<number>;
  rfClaim(numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<string[]>;
  rfFinish(
    claims: string,
    results: string,
    milliseconds: number,
    count: number,
    ...callsAndFields: (string | Buffer)[]
  ): Promise<null>;
  rfUnsent(claims: string, milliseconds: number, why: string, ...calls: string[]): Promise<null>;
  rfAbort(
    claims: string,
    aborts: string,
    call: string,
    reason: Buffer,
    channel: string,
    milliseconds: number,
  ): Promise<string>;
  rfStates(numberOfKeys: number, ...keysAndCalls: string[]): Promise<[alive: number, ...string[]]>;
  rfUnlisted(claims: string, ...placesAndCalls: string[]): Promise<string[]>;
  rfForget(numberOfKeys: number, ...keysAndCalls: string[]): Promise<string[]>;
}

/** The scripts as commands; see {@link limitScripts}. */
interface LimitCommands {
  rfTake(
    numberOfKeys: number,
    ...keysAndArguments: (string | number)[]
  ): Promise<[room: number, wait: string, isProbe: number]>;
  rfSettle(numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<null>;
  rfPause(state: string, microseconds: number): Promise<null>;
  rfProbed(state: string, ticket: string, isWell: 0 | 1): Promise<null>;
}

/** An ioredis client with the scripts as commands. */
export type Client = Redis & ScriptCommands & LimitCommands;

/** The optional peers. */
export interface Peers {
  readonly bullmq: typeof BullMQ;
  readonly ioredis: typeof ioredis;
}

/** Loads the optional peers. Rejects with an Error that names the package to install. */
export async function loadPeers(): Promise<Peers> {
  const [bullmq, redis] = await Promise.all([
    import('bullmq').catch(explainMissing),
    import('ioredis').catch(explainMissing),
  ]);
  return { bullmq, ioredis: redis };
}

/** Loads only ioredis, like {@link loadPeers}. */
export function loadRedis(): Promise<typeof ioredis> {
  return import('ioredis').catch(explainMissing);
}

function explainMissing(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
  throw new Error('requests-futures/bullmq needs two more packages: npm install bullmq ioredis', {
    cause: error,
  });
}

/**
 * A new connection. It reconnects whenever it is lost, and commands wait for it: the caller decides when to give up.
 * @param name its name in Redis's list of clients
 * @param isWanted whether to reconnect now; if not, {@link reconnect} does so later
 */
export function openConnection(
  { Redis }: typeof ioredis,
  to: RedisConnection | null,
  name: string,
  isWanted: () => boolean = () => true,
): Client {
  const own = {
    maxRetriesPerRequest: null,
    connectionName: name,
    retryStrategy: (times: number) => (isWanted() ? delayBefore(times) : null),
    keyPrefix: '',
  };
  let client: Redis;
  if (to === null) client = new Redis(own);
  else if (typeof to === 'string' || to instanceof URL) client = new Redis(String(to), own);
  else if ('duplicate' in to && typeof to.duplicate === 'function') client = to.duplicate(own);
  else client = new Redis({ ...(to as RedisOptions), ...own });
  for (const [command, definition] of Object.entries({ ...scripts, ...limitScripts })) {
    client.defineCommand(command, definition);
  }
  return client as Client;
}

/** Milliseconds before the next attempt to connect: at most half a second, as calls are waiting. */
function delayBefore(times: number): number {
  return Math.min(50 * times, 500);
}

/** Writes the commands of this turn of the loop together, as each write costs more than its command. */
export function writeTogether({ stream }: Client): void {
  // Undefined until there is a socket.
  const socket = stream as Partial<Client['stream']> | undefined;
  if (socket?.cork === undefined || socket.uncork === undefined || socket.writableCorked !== 0) return;
  socket.cork();
  // After all settled promises, whose reactions may send more.
  queueMicrotask(() => {
    nextTick(() => socket.uncork?.());
  });
}

/** Reconnects a connection that was given up. */
export function reconnect(client: Client): void {
  // After a failure, ioredis tries again.
  if (client.status === 'end') client.connect().catch(() => undefined);
}

/**
 * Checks a `connection` option.
 * @throws TypeError that does not show it, as it may hold a password
 */
export function checkConnection(callee: string, to: unknown): void {
  if (to === undefined || to === null || to instanceof URL) return;
  if (typeof to === 'object') checkClient(callee, to);
  if (isPlainObject(to)) return;
  if (typeof to === 'string') {
    if (/^(rediss?|unix):/.test(to) && URL.canParse(to)) return;
    throw new TypeError(`${callee}: connection must be a URL of the form redis://host:port or rediss://…`);
  }
  if (typeof to === 'object' && 'duplicate' in to) return;
  throw new TypeError(
    `${callee}: connection must be a URL, options or a client of ioredis, got ${typeName(to)}`,
  );
}

/** Refuses what an ioredis client or its options may have, and BullMQ or this package cannot use. */
function checkClient(callee: string, to: object): void {
  const {
    isCluster,
    options,
    keyPrefix = options?.keyPrefix,
  } = to as RedisOptions & {
    isCluster?: boolean;
    options?: RedisOptions;
  };
  if (isCluster === true) {
    throw new TypeError(
      `${callee}: connection must be to one Redis, not a Cluster: give the node that has the queue's slot`,
    );
  }
  if (keyPrefix) {
    throw new ValueError(
      `${callee}: connection has a keyPrefix, which BullMQ cannot use: give the option prefix`,
    );
  }
}

/** An error of Redis or of its connection, safe to show: ioredis's own holds the arguments of its command, even a password. */
export function shownError(error: unknown): Error {
  const { name, message, code } = error as NodeJS.ErrnoException;
  const shown = new Error(message === '' ? (code ?? name) : message);
  shown.name = name;
  return shown;
}

/** Whether to retry a little later, as the connection is lost or Redis is not ready. */
export function isPassing({ name, message }: Error): boolean {
  return name !== 'ReplyError' || /^(LOADING|MASTERDOWN|READONLY|TRYAGAIN|CLUSTERDOWN)/.test(message);
}

/** Closes a connection, after waiting up to half a second for pending answers. */
export async function closeConnection(client: Client): Promise<void> {
  if (client.status === 'ready') {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, 500)));
    await Promise.race([client.quit().catch(() => undefined), patience]);
    clearTimeout(timer);
  }
  client.disconnect();
}

/** Sets whether a connection keeps the process alive. */
export class KeepAlive {
  #on = false;

  constructor(readonly clients: readonly Client[]) {
    for (const client of clients) {
      client.on('connect', () => {
        this.#apply(client);
      });
    }
  }

  set(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    for (const client of this.clients) this.#apply(client);
  }

  #apply({ stream }: Client): void {
    // Undefined until there is a socket.
    const socket = stream as Partial<Client['stream']> | undefined;
    if (this.#on) socket?.ref?.();
    else socket?.unref?.();
  }
}

/** The sessions behind those of a caller: one for each, with its connections, cookies, and limits. */
import { RuntimeError } from '../../builtins/index.js';
import type { RequestsCookieJar } from '../../requests/cookies/index.js';
import type { HeadersInput } from '../../requests/index.js';
import { type JarChange, JarChanges } from '../wire/jar-changes.js';
import type { FuturesParts, SessionParts } from '../wire/session-parts.js';
import type { CallersThread } from './callers-thread.js';
import type { ExecutorLike } from '../../futures-session/index.js';
import { Pool } from './pools.js';
import { originalOf, setOriginal } from './originals.js';
import { TwinFuturesSession, TwinSession } from './twin-session.js';

interface Twin {
  readonly session: TwinSession | TwinFuturesSession;
  readonly jar: JarChanges;
}

export class Twins {
  readonly #caller: CallersThread;
  readonly #twins = new Map<string, Twin>();

  constructor(caller: CallersThread) {
    this.#caller = caller;
  }

  /** The twin of the session `id`, updated: `parts`, `jar` and `change` are null if nothing is new. */
  arrive(
    id: string,
    futures: FuturesParts,
    parts: SessionParts | null,
    jar: RequestsCookieJar | null,
    change: JarChange | null,
  ): TwinSession | TwinFuturesSession {
    let twin = this.#twins.get(id);
    if (twin === undefined) {
      const session = futures === null ? new TwinSession() : futuresSession(futures);
      setOriginal(session, { caller: this.#caller, id, own: new Set() });
      twin = { session, jar: new JarChanges() };
      this.#twins.set(id, twin);
    }
    const { session, jar: jarChanges } = twin;
    if (parts !== null) update(session, parts);
    if (jar !== null) {
      session.cookies = jar;
      jarChanges.settle(jar);
    }
    if (change !== null) jarChanges.apply(session.cookies, change);
    return session;
  }

  /** The twin of a session that has crossed before. */
  known(id: string): TwinSession | TwinFuturesSession {
    const twin = this.#twins.get(id);
    if (twin === undefined) {
      throw new RuntimeError('the session is missing in the gateway: an earlier request failed to bring it');
    }
    return twin.session;
  }

  /** Sends the caller's sessions the new cookies of their requests. */
  bringCookies(): void {
    for (const [id, { session, jar }] of this.#twins) {
      const change = jar.take(session.cookies);
      if (change !== null) this.#caller.changeCookies(id, change);
    }
  }

  /** Closes the connections of a session that is closed, or unused for long. It is recreated if used again. */
  async forget(id: string): Promise<void> {
    const twin = this.#twins.get(id);
    this.#twins.delete(id);
    await twin?.session.closeConnections();
  }

  /** Call when the caller is gone. */
  end(): void {
    for (const id of this.#twins.keys()) void this.forget(id);
  }
}

function update(session: TwinSession | TwinFuturesSession, parts: SessionParts): void {
  const { own, fields, headers, hooks, adapters } = parts;
  Object.assign(session, fields);
  session.headers = headers as HeadersInput;
  session.hooks = { response: hooks };
  session.adapters.clear();
  for (const [prefix, adapter] of adapters) session.adapters.set(prefix, adapter);
  const original = originalOf(session);
  if (original !== undefined) original.own = new Set(own);
}

function futuresSession({ executor, own, ...options }: NonNullable<FuturesParts>): TwinFuturesSession {
  const runs = executor instanceof Pool ? executor.slots : (executor as ExecutorLike);
  const session = new TwinFuturesSession({ ...options, executor: runs });
  for (const [method, name, limits] of own) session.limits[method](name, limits);
  return session;
}

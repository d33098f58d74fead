/** Limits kept by the machine that sends a request, and counted in a shared store. */
import type { AbortToken } from '../../builtins/index.js';
import {
  type KeyLimits,
  type LimitedRequest,
  Limiter,
  type Limits,
  type LimitsOptions,
  type LimitStore,
  parseKeyLimits,
  parseLimits,
} from '../../limits/index.js';
import {
  LimitedAttempts,
  type PauseReason,
  type RequestContext,
  type RequestTrace,
  type RetryableResponse,
} from '../../requests/internal.js';
import type { PreparedRequest } from '../../requests/index.js';
import { keysFor } from './keys-for.js';

/** The part of a session's limits that crosses. Concurrency is limited at home. */
export interface FarLimits {
  readonly options: LimitsOptions;
  /** Keys with limits of their own. */
  readonly own: readonly (readonly [key: string, limits: KeyLimits])[];
  readonly key: ((request: LimitedRequest) => string | readonly string[]) | null;
  readonly store: LimitStore;
}

/** A limiter shared by all requests with the same limits. */
interface Engine {
  readonly limits: Limits;
  readonly limiter: Limiter;
}

/** How many limiters are kept for one store. */
const MOST = 100;

const engines = new WeakMap<LimitStore, Map<string, Engine>>();

function engineFor({ options, own, store }: FarLimits): Engine {
  const known = engines.get(store) ?? new Map<string, Engine>();
  engines.set(store, known);
  const text = JSON.stringify([options, own]);
  const engine = known.get(text) ?? newEngine(options, own, store);
  // Evict the least recently used.
  known.delete(text);
  known.set(text, engine);
  if (known.size > MOST) known.delete(known.keys().next().value as string);
  return engine;
}

function newEngine(options: LimitsOptions, own: FarLimits['own'], store: LimitStore): Engine {
  const limits = parseLimits('limits', { ...options, store });
  const limiter = new Limiter(limits.settings);
  for (const [key, one] of own) limiter.setKey(key, parseKeyLimits('limits', one));
  return { limits, limiter };
}

/** One request on another machine: each of its attempts waits for its turn. */
export class FarTurns implements RequestContext {
  readonly token: AbortToken | null;
  readonly trace: RequestTrace | null | undefined;
  readonly #key: FarLimits['key'];
  readonly #attempts: LimitedAttempts;

  constructor(limits: FarLimits, token: AbortToken | null, trace: RequestTrace | undefined) {
    this.token = token;
    this.trace = trace;
    this.#key = limits.key;
    this.#attempts = new LimitedAttempts(engineFor(limits), token, null);
  }

  hop(request: PreparedRequest): Promise<void> {
    this.#attempts.leave();
    return this.#attempts.take(keysFor(this.#key, request.method ?? '', request.url ?? ''), request);
  }

  connecting(): void {
    this.#attempts.connecting();
  }

  written(): void {
    this.#attempts.written();
  }

  answered({ status, headers }: RetryableResponse): void {
    this.#attempts.answered(status, () => headers.get('Retry-After'));
  }

  async pause(reason: PauseReason, wait: (() => Promise<unknown>) | null): Promise<void> {
    this.trace?.paused(reason);
    this.#attempts.leave();
    await wait?.();
    await this.#attempts.again();
    this.trace?.resumed();
  }

  /** The request is over. */
  leave(): void {
    this.#attempts.leave();
  }
}

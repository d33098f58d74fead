/** The parts of a session from which the gateway creates its twin. */
import type { FuturesSessionOptions } from '../../futures-session/index.js';
import type { KeyLimits } from '../../limits/index.js';
import type { BaseAdapter } from '../../requests/adapters/index.js';
import type { HookLists } from '../../requests/index.js';

/** The steps that a session may override. Those of the caller's class run in its thread. */
export const STEPS = [
  'get_adapter',
  'get_redirect_target',
  'prepare_request',
  'rebuild_auth',
  'rebuild_method',
  'rebuild_proxies',
  'send',
] as const;

/** One of {@link STEPS}. */
export type Step = (typeof STEPS)[number];

/** The parts that cross when a session has changed. */
export interface SessionParts {
  /** The steps that the caller overrides. */
  readonly own: readonly Step[];
  /** Fields by name. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: unknown;
  readonly hooks: HookLists['response'];
  readonly adapters: readonly (readonly [prefix: string, adapter: BaseAdapter])[];
}

/** A call that gives one host or key limits of its own. */
export type OwnLimits = readonly [method: 'set_host' | 'set_key', name: string, limits: KeyLimits | null];

/** The parts of a FuturesSession; null for a plain session. */
export type FuturesParts =
  | (Omit<FuturesSessionOptions, 'executor'> & {
      /** A pool, which crosses as its stand-in. */
      readonly executor: object;
      readonly own: readonly OwnLimits[];
    })
  | null;

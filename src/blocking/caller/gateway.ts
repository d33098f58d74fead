import type { Message } from '../../pickle/index.js';
import type { Touched } from '../wire/protocol.js';
import type { Handles, Scope } from './handles.js';
import type { KnownResponses } from './known-responses.js';
import type { SentSessions } from './sent-sessions.js';

/** How a call ended. */
export interface Outcome {
  readonly failed: boolean;
  readonly value: unknown;
}

/** One gateway, from its start to its end. */
export interface Link {
  readonly handles: Handles;
  readonly responses: KnownResponses;
  readonly sessions: SentSessions;
  /** What replies have sent. It may be named for as long as a call is under way. */
  readonly replies: Scope;
  /** Whether calls can still be made. */
  readonly isAlive: boolean;

  /** Calls `op` and waits for its result. What it throws is thrown. */
  call(op: string, args: readonly unknown[]): unknown;

  /** Calls `op`; `settle` hears how it ended, while this thread waits or in a turn of its loop. Returns the number of the call. */
  start(op: string, args: readonly unknown[], settle: (outcome: Outcome) => void): number;

  /** Calls `op`, of which nothing is expected. */
  tell(op: string, args: readonly unknown[]): void;

  /** Waits until `ready`, and meanwhile does what the gateway asks for. False when `deadline` (of `monotonic()`) has come first. */
  waitUntil(ready: () => boolean, deadline: number | null): boolean;

  /** Handles what has come, without waiting. */
  poll(): void;

  /** Keeps something of the caller's for as long as there is this gateway. */
  keep(object: object): void;

  /** From now on the process waits for what is under way, until {@link release}. */
  hold(): void;

  release(): void;

  /** Answers what the gateway has asked. */
  reply(id: number, failed: boolean, value: unknown, touched: readonly Touched[]): void;

  /** Makes a value of what has come. */
  open(message: Message): unknown;
}

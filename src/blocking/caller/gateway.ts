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
  /** Objects sent by replies. They may be referred to while a call is under way. */
  readonly replies: Scope;
  /** Whether it takes calls. */
  readonly isAlive: boolean;

  /** Calls `op` and waits for its result. What it throws is thrown. */
  call(op: string, args: readonly unknown[]): unknown;

  /** Calls `op`; `settle` gets its outcome, while this thread waits or in a turn of its loop. Returns the number of the call. */
  start(op: string, args: readonly unknown[], settle: (outcome: Outcome) => void): number;

  /** Calls `op` without expecting a reply. */
  tell(op: string, args: readonly unknown[]): void;

  /** Waits until `ready`, serving the gateway's requests meanwhile. False if `deadline` (of `monotonic()`) comes first. */
  waitUntil(ready: () => boolean, deadline: number | null): boolean;

  /** Handles received messages, without waiting. */
  poll(): void;

  /** Keeps an object of the caller's for the life of this gateway. */
  keep(object: object): void;

  /** Keeps the process alive for what is under way, until {@link release}. */
  hold(): void;

  release(): void;

  /** Replies to a request of the gateway. */
  reply(id: number, failed: boolean, value: unknown, touched: readonly Touched[]): void;

  /** Decodes a received value. */
  open(message: Message): unknown;
}

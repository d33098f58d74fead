/** What an attempt and its connection are to each other. */
import type { Socket } from 'node:net';

/** The connection, as its attempts `A` use it. */
export interface Connection<A> {
  readonly socket: Socket | null;
  /** What the socket failed with, first; undici reports the last. */
  readonly socketError: Error | null;
  /** Of the latest response: 10, 11 or 20. */
  readonly version: number;
  readonly isHTTP2: boolean;
  /** The attempt's request is written next. */
  writes(attempt: A): void;
  /** The attempt is over, one way or another. */
  finished(attempt: A): void;
  /** The connection that is being made is unwanted, as `error` says. */
  giveUp(error: Error | null): void;
  /** Whether ending the attempt now would end others whose turn is before its own. */
  isBehindOthers(attempt: A): boolean;
  /** Whether `error` means that the connection was lost before the request's turn, or with the request unanswered. */
  isLost(error: Error): boolean;
  /** The attempt's limit has changed. */
  arm(attempt: A): void;
}

/** Where attempts wait for a connection. */
export interface ConnectionSource<A> {
  /** Finds a connection for the attempt, now or later. */
  start(attempt: A): void;
  /** The attempt needs none any more. */
  drop(attempt: A): void;
}

/** What controls a request that is under way: undici's, or a stream of HTTP/2. */
export interface Controller {
  /** Bytes of the request's body that wait to be written, where the socket does not count them. */
  readonly unsentBytes?: number;
  abort(reason: Error): void;
  resume(): void;
}

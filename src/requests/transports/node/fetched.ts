/** node-fetch, as far as it is used. Its own answers and errors count when something before the agent has taken the request. */
import { types } from 'node:util';
import type { NodeError } from '../../exceptions/urllib3-text.js';
import type { PoolAgent, RequestOwner } from '../connections/pool-agent.js';
import type { Job, WireBody } from '../outgoing-request.js';

/** node-fetch's function. */
export type NodeFetch = (url: string, options: object) => Promise<Fetched>;

/** What has node-fetch send a request. */
export interface Fetcher {
  /** Throws InvalidHeader and UnicodeEncodeError. */
  fetch(owner: FetchOwner, body: WireBody | null, agent: PoolAgent): Promise<Fetched>;
}

/** Whose request it is. */
export interface FetchOwner extends RequestOwner {
  readonly job: Job;
  /** A body that the attempt writes itself; null where node-fetch writes it, or there is none. */
  ownBody: string | Uint8Array | null;
  /** Stops node-fetch where its request may be out of reach; else null. */
  controller: AbortController | null;
}

/** Its response. */
export interface Fetched {
  readonly status: number;
  readonly statusText: string;
  readonly headers: { raw(): Readonly<Record<string, readonly string[]>> };
  readonly body: FetchedBody | null;
}

export type FetchedBody = AsyncIterable<unknown> & { destroy?(error?: Error): unknown };

/** Name, value, name, value … */
export function rawHeadersOf(headers: Fetched['headers']): readonly string[] {
  return Object.entries(headers.raw()).flatMap(([name, values]) => values.flatMap((value) => [name, value]));
}

/** Passes the pieces of a body on, each after a call of `arrived`. */
export async function* piecesOf(body: FetchedBody, arrived: () => void): AsyncGenerator {
  for await (const piece of body) {
    arrived();
    yield piece;
  }
}

type FetchError = NodeError & { readonly type?: unknown; readonly erroredSysCall?: string };

/** What Node failed with under node-fetch; null for what node-fetch itself refuses. */
export function systemError(error: unknown): NodeError | null {
  if (!types.isNativeError(error) || (error as FetchError).type !== 'system') return null;
  const { message, code, erroredSysCall: syscall } = error as FetchError;
  const reason = /^request to .*? failed, reason: (.*)$/s.exec(message)?.[1] ?? message;
  return Object.assign(new Error(reason, { cause: error }), {
    ...(code === undefined ? {} : { code }),
    ...(syscall === undefined ? {} : { syscall }),
  });
}

/** A request that failed in one of these had no connection. */
export const CONNECTING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

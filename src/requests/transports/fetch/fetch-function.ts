/** A fetch function that the user chose: what it is given, and what is used of its response. */

/** The part of a fetch function's response that is used. */
export interface FetchResponse {
  /** The status. */
  readonly status: number;
  /** The reason. */
  readonly statusText: string;
  /** Names and values. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /** The body, decoded as fetch functions do; null when there is none. */
  readonly body: ReadableStream<Uint8Array> | NodeJS.ReadableStream | null;
  /** Whether the body was read before, which is an error. */
  readonly bodyUsed?: boolean | undefined;
}

/** A function like the global `fetch`. */
export type FetchFunction = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** What a fetch function is given. */
export interface FetchInit {
  /** The HTTP method. */
  method: string;
  /** Names and values, without those that belong to the connection. */
  headers: [name: string, value: string][];
  /** Bytes, a Blob or a stream; null for none. */
  body: unknown;
  /** Redirects are followed by the session. */
  redirect: 'manual';
  /** Aborts when the request is aborted or its time is up. */
  signal: AbortSignal;
  /** Fetch functions require it with a body that is a stream. */
  duplex: 'half';
}

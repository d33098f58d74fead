/** What is published on the channel of requests. Every event is plain data: it can be cloned, sent on and written as JSON. */

/** The name of the `node:diagnostics_channel` on which every {@link RequestEvent} is published. */
export const REQUEST_CHANNEL = 'requests-futures:request';

/** Header lines in wire order, in their spelling; the values of credentials are masked. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

/** What all events have. */
export interface RequestEventBase {
  /** Ties the events of one request together, over redirects and retries; counts up from 1 in each thread. */
  readonly id: number;
  /** When it happened: seconds on the monotonic clock of `performance.now() / 1000`. */
  readonly time: number;
  /** In upper case. */
  readonly method: string;
  /** Without user and password. Before the first `attempt` as the caller gave it, then as requested. */
  readonly url: string;
  /** How many requests went before in the same call: 0, and one more after each redirect or answered challenge. */
  readonly hop: number;
  /** Which attempt of this hop it is: 1, and one more for each retry; 0 when nothing has been tried yet. */
  readonly attempt: number;
  /** The name of the executor's worker that runs the request; null for a plain Session, and before it has started. */
  readonly worker: string | null;
}

/** A FuturesSession has taken the request. A plain Session does not publish this. */
export interface SubmittedEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'submitted';
}

/** The limits of the FuturesSession make the request wait for its turn. */
export interface QueuedEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'queued';
}

/** The request has given up its worker slot and its place for a pause. */
export interface PausedEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'paused';
  /** Why: a retry is due later, no connection of a full pool is free, or it needs another turn by the session's limits. */
  readonly reason: 'retry' | 'connection' | 'limits';
}

/** The request continues after a pause. */
export interface ResumedEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'resumed';
}

/** The request has its worker slot; with a plain Session: it was called. */
export interface StartedEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'started';
}

/** One attempt to send one hop begins: it takes or opens a connection. */
export interface AttemptEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'attempt';
  /** The headers of the prepared request. */
  readonly request_headers: HeaderLines;
}

/** The attempt has its connection, ready for the request. Adapters that cannot determine when do not publish this. */
export interface ConnectedEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'connected';
  /** Which connection it is; the same number for all attempts that it serves. */
  readonly connection: number;
  /** Whether it had served a request before. */
  readonly reused: boolean;
  /** The IP address at the other end, a proxy's where one is used; null when it is not known. */
  readonly remote_address: string | null;
  /** When connecting began, in seconds as `time`; null for a connection that was there. */
  readonly connect_started: number | null;
  /** When TCP was connected; null for a connection that was there. */
  readonly tcp_connected: number | null;
  /** When TLS was agreed on; null for a connection that was there, and without TLS. */
  readonly tls_connected: number | null;
  /** The headers as they are sent, with those that the adapter added. */
  readonly request_headers: HeaderLines;
}

/** The head of a response is there. */
export interface HeadersEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'headers';
  /** The status of the response. */
  readonly status: number;
  /** The text after the status; may be empty. */
  readonly reason: string;
  /** 10 for HTTP/1.0, 11 for HTTP/1.1, 20 for HTTP/2; null if the adapter does not report it. */
  readonly version: number | null;
  /** The headers as they came. */
  readonly response_headers: HeaderLines;
  /** When the whole request had been sent, in seconds as `time`; null if the adapter does not report it. */
  readonly sent: number | null;
}

/**
 * The body is done with: it has come to its end, or its reader closed it before. With `stream` this may be long after
 * `settled`, or never.
 */
export interface BodyEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'body';
  /** Bytes of the body that came off the wire, before decompression. */
  readonly bytes: number;
}

/** The attempt has failed, before or after the head of a response. Another may follow. */
export interface FailedEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'failed';
  /** The name of the error's class: what went wrong in this attempt, so often one of urllib3's. */
  readonly error: string;
  /** The error's message. */
  readonly message: string;
}

/** The request is over: its future is done, or a plain Session's promise settled. */
export interface SettledEvent extends RequestEventBase {
  /** Identifies the event. */
  readonly type: 'settled';
  /** `result`: there is a response, whatever its status; `cancelled`: it was never sent. */
  readonly outcome: 'result' | 'error' | 'cancelled';
  /** The status of the response; null when there is none. */
  readonly status: number | null;
  /** The name of the error's class; null unless the outcome is an error. */
  readonly error: string | null;
  /** The error's message; null unless the outcome is an error. */
  readonly message: string | null;
}

/** One event in the life of a request, identified by `type`. */
export type RequestEvent =
  | SubmittedEvent
  | QueuedEvent
  | PausedEvent
  | ResumedEvent
  | StartedEvent
  | AttemptEvent
  | ConnectedEvent
  | HeadersEvent
  | BodyEvent
  | FailedEvent
  | SettledEvent;

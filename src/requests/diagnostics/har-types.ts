/** HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as far as it is written here. */

/** An HTTP Archive. */
export interface HAR {
  /** The root. */
  log: HARLog;
}

/** The root of an archive. */
export interface HARLog {
  /** The version of the format. */
  version: '1.2';
  /** What wrote the archive. */
  creator: HARCreator;
  /** Sorted by `startedDateTime`. */
  entries: HAREntry[];
}

/** The program that wrote an archive. */
export interface HARCreator {
  /** The name of this package. */
  name: string;
  /** The version of this package. */
  version: string;
}

/** One attempt to send one request. Fields that begin with an underscore are custom, as the standard prescribes. */
export interface HAREntry {
  /** ISO 8601, in UTC. The first entry of a request starts when it was submitted. */
  startedDateTime: string;
  /** Milliseconds: the sum of the timings that are known. */
  time: number;
  /** What was sent. */
  request: HARRequest;
  /** What was answered; with status 0 when nothing was. */
  response: HARResponse;
  /** Always empty: there is no cache. */
  cache: Record<string, never>;
  /** Where the time went. */
  timings: HARTimings;
  /** The address at the other end of the connection, where it is known. */
  serverIPAddress?: string;
  /** Names the connection: the same for all entries that it served. */
  connection?: string;
  /** The `id` of the request's events: the same for its redirects and retries. */
  _id: number;
  /** As in the events: how many requests went before in the same call. */
  _hop: number;
  /** As in the events: which attempt of this hop it is, from 1; 0 for a request that was never tried. */
  _attempt: number;
  /** The name of the worker that ran it; null without an executor. */
  _worker: string | null;
  /** Whether the connection had served another request; absent if the adapter did not report it. */
  _reused?: boolean;
  /** Why there is no whole response: the class and the message of the error. */
  _error?: string;
}

/** A header, a parameter of the query. */
export interface HARNameValue {
  /** The name. */
  name: string;
  /** The value; credentials are masked. */
  value: string;
}

/** The request of an entry. */
export interface HARRequest {
  /** In upper case. */
  method: string;
  /** Without credentials and fragment. */
  url: string;
  /** Of the response; `unknown` without one. */
  httpVersion: string;
  /** The cookies by name; the values are masked. */
  cookies: HARNameValue[];
  /** In wire order. */
  headers: HARNameValue[];
  /** Parsed from the URL. */
  queryString: HARNameValue[];
  /** Bytes; -1: unknown. */
  headersSize: number;
  /** Bytes; -1: unknown. */
  bodySize: number;
}

/** The response of an entry. */
export interface HARResponse {
  /** 0 when there was no response. */
  status: number;
  /** The text after the status. */
  statusText: string;
  /** `HTTP/1.1` and the like, `unknown` without a response. */
  httpVersion: string;
  /** The cookies that it set, by name; the values are masked. */
  cookies: HARNameValue[];
  /** In wire order. */
  headers: HARNameValue[];
  /** About the body; its bytes are not recorded. */
  content: HARContent;
  /** The Location of a redirect; else empty. */
  redirectURL: string;
  /** Bytes; -1: unknown. */
  headersSize: number;
  /** Bytes of the body that came off the wire; -1: unknown. */
  bodySize: number;
}

/** About the body of a response. */
export interface HARContent {
  /** Bytes after decompression; -1 for a body that was compressed. */
  size: number;
  /** The Content-Type; `x-unknown` without one. */
  mimeType: string;
}

/** Where the time of an entry went, in milliseconds; -1: it does not apply, or is unknown. */
export interface HARTimings {
  /** Waiting for a worker, then for a connection. */
  blocked: number;
  /** Always -1: part of `connect`. */
  dns: number;
  /** Looking the name up, TCP and TLS. */
  connect: number;
  /** TLS; also part of `connect`. */
  ssl: number;
  /** Sending the request. */
  send: number;
  /** Waiting for the head of the response. */
  wait: number;
  /** Reading the body. */
  receive: number;
  /** The part of `blocked` that was spent waiting for a worker. */
  _blocked_queueing: number;
}

/** Makes one entry of an archive out of the events of one attempt. */
import type {
  AttemptEvent,
  BodyEvent,
  ConnectedEvent,
  FailedEvent,
  HeaderLines,
  HeadersEvent,
  RequestEventBase,
  SettledEvent,
} from './events.js';
import type { HAREntry, HARNameValue, HARResponse, HARTimings } from './har-types.js';

/** What is known of one attempt; of a request that never came to one, only when it began and how it ended. */
export interface RecordedAttempt {
  /** When the request was submitted, for its first attempt; else when the attempt began. Seconds. */
  readonly since: number;
  /** When it had a worker; Infinity when it never had one. Seconds. */
  readonly started: number;
  readonly begun: AttemptEvent | null;
  connected: ConnectedEvent | null;
  headers: HeadersEvent | null;
  end: BodyEvent | FailedEvent | SettledEvent | null;
  /** The latest of its events. */
  last: RequestEventBase;
}

/** The entry of an attempt, as far as it has come. */
export function harEntry(attempt: RecordedAttempt): HAREntry {
  const { begun, connected, headers, end, last } = attempt;
  const timings = timingsOf(attempt);
  // TLS is part of connecting, and queueing of being blocked.
  const counted = [timings.blocked, timings.connect, timings.send, timings.wait, timings.receive];
  const httpVersion = versionText(headers);
  const requestHeaders = connected?.request_headers ?? begun?.request_headers ?? [];
  const url = last.url.replace(/#.*/s, '');
  const entry: HAREntry = {
    startedDateTime: new Date(performance.timeOrigin + attempt.since * 1000).toISOString(),
    time: counted.reduce((sum, part) => sum + Math.max(0, part), 0),
    request: {
      method: last.method,
      url,
      httpVersion,
      cookies: valuesOf(requestHeaders, 'cookie').flatMap((value) => value.split('; ').map(cookieOf)),
      headers: requestHeaders.map(nameValue),
      queryString: queryOf(url),
      headersSize: -1,
      bodySize: bodySize(requestHeaders),
    },
    response: responseOf(headers, httpVersion, end),
    cache: {},
    timings,
    _id: last.id,
    _hop: last.hop,
    _attempt: last.attempt,
    _worker: last.worker,
  };
  if (connected !== null) {
    entry.connection = String(connected.connection);
    entry._reused = connected.reused;
    if (connected.remote_address !== null) entry.serverIPAddress = connected.remote_address;
  }
  const error = errorOf(end);
  if (error !== null) entry._error = error;
  return entry;
}

function timingsOf({ since, started, begun, connected, headers, last }: RecordedAttempt): HARTimings {
  const begin = begun?.time ?? last.time;
  const connectStart = connected?.connect_started ?? null;
  const ready = connected?.time ?? begin;
  const sent = headers?.sent ?? ready;
  // Without a connection event, a failure is most likely one to connect.
  const failedToConnect = begun !== null && connected === null && headers === null;
  const connect = connectStart === null ? -1 : span(connectStart, ready);
  return {
    blocked: span(since, connectStart ?? ready),
    dns: -1,
    connect: failedToConnect ? span(begin, last.time) : connect,
    ssl: connected === null ? -1 : sslOf(connected),
    send: span(ready, sent),
    wait: failedToConnect ? 0 : span(sent, headers?.time ?? last.time),
    receive: headers === null ? 0 : span(headers.time, last.time),
    _blocked_queueing: span(since, Math.min(started, last.time)),
  };
}

function sslOf({ tcp_connected: tcp, tls_connected: tls }: ConnectedEvent): number {
  return tcp === null || tls === null ? -1 : span(tcp, tls);
}

/** From seconds to milliseconds. */
function span(from: number, to: number): number {
  return Math.max(0, (to - from) * 1000);
}

function responseOf(
  event: HeadersEvent | null,
  httpVersion: string,
  end: RecordedAttempt['end'],
): HARResponse {
  const headers = event?.response_headers ?? [];
  const bytes = end?.type === 'body' ? end.bytes : -1;
  const isCompressed = valuesOf(headers, 'content-encoding').some((value) => value !== 'identity');
  const isRedirect = event !== null && event.status >= 300 && event.status < 400;
  return {
    status: event?.status ?? 0,
    statusText: event?.reason ?? '',
    httpVersion,
    cookies: valuesOf(headers, 'set-cookie').map((value) => cookieOf(value.split(';', 1)[0] ?? '')),
    headers: headers.map(nameValue),
    content: {
      size: isCompressed && bytes > 0 ? -1 : bytes,
      mimeType: valuesOf(headers, 'content-type')[0] ?? 'x-unknown',
    },
    redirectURL: (isRedirect ? valuesOf(headers, 'location')[0] : undefined) ?? '',
    headersSize: -1,
    bodySize: bytes,
  };
}

function versionText(event: HeadersEvent | null): string {
  const version = event?.version ?? null;
  if (version === null) return 'unknown';
  return version === 20 ? 'HTTP/2' : `HTTP/1.${version % 10}`;
}

function errorOf(end: RecordedAttempt['end']): string | null {
  if (end === null || end.type === 'body') return null;
  if (end.type === 'settled' && end.outcome === 'cancelled') return 'cancelled';
  return end.error === null ? null : `${end.error}: ${end.message ?? ''}`;
}

function nameValue([name, value]: readonly [string, string]): HARNameValue {
  return { name, value };
}

function valuesOf(lines: HeaderLines, wanted: string): string[] {
  return lines.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}

function cookieOf(pair: string): HARNameValue {
  const end = pair.indexOf('=');
  return end === -1 ? { name: '', value: pair } : { name: pair.slice(0, end), value: pair.slice(end + 1) };
}

function queryOf(url: string): HARNameValue[] {
  const start = url.indexOf('?');
  return start === -1 ? [] : Array.from(new URLSearchParams(url.slice(start + 1)), nameValue);
}

function bodySize(lines: HeaderLines): number {
  const [length] = valuesOf(lines, 'content-length');
  if (length !== undefined) return Number(length);
  return valuesOf(lines, 'transfer-encoding').length > 0 ? -1 : 0;
}

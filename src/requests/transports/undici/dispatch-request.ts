/** A request as undici sends it: the head in its exact spelling and order, how the body is framed, and the options for undici. */
import type { AsyncResource } from 'node:async_hooks';
import { types } from 'node:util';
import { channel } from 'node:diagnostics_channel';
import type { Client, Dispatcher } from 'undici';
import { ownOptions } from '../../../builtins/index.js';
import { Upload } from '../../bodies/outgoing/upload.js';
import { withoutNames } from '../../headers/raw-headers.js';
import { announcedLength, checkedHeaders, isAdded, type Job, wireBody } from '../outgoing-request.js';

/** The header lines as text. Throws InvalidHeader and UnicodeEncodeError. */
export function checkedHead(job: Job): string {
  const { shared, pool } = job;
  if (shared === null || !isPlain(job)) return textOf(checkedHeaders(job, job.request.body !== null));
  if (shared.text === null || shared.host !== pool.hostHeader) {
    shared.text = textOf(checkedHeaders(job, false));
    shared.host = pool.hostHeader;
  }
  return shared.text;
}

/** Whether headers and host alone decide on the lines. A subclass of the adapter may have changed what the session made. */
function isPlain({ method, target, pool, request }: Job): boolean {
  const isUsual = (method === 'GET' || method === 'HEAD') && request.body === null;
  return isUsual && target.startsWith('/') && !pool.forwards;
}

function textOf(headers: readonly string[]): string {
  let text = '';
  for (let i = 0; i < headers.length; i += 2) {
    text += `${headers[i] as string}: ${headers[i + 1] as string}\r\n`;
  }
  return text;
}

/** Headers of HTTP/1.1 alone. */
const NOT_FOR_HTTP2: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** The headers for HTTP/2, `[name, value, name, value …]`, the host among them. */
export function http2Headers(job: Job): string[] {
  return withoutNames(checkedHeaders(job, job.request.body !== null), NOT_FOR_HTTP2);
}

/** Whether the body goes in chunks. */
export function isChunked({ headers, request }: Job): boolean {
  const coding = headers.get('transfer-encoding');
  if (coding !== undefined) return /\bchunked\b/i.test(coding[1]);
  return request.body !== null && !headers.has('content-length');
}

/** The channel on which tracers get requests and add headers of their own. */
const watched = [channel('undici:request:create'), channel('undici:client:sendHeaders')] as const;

/** Whether anything looks at what undici publishes. */
export function isWatched(): boolean {
  return watched[0].hasSubscribers || watched[1].hasSubscribers;
}

/** The headers that tracers get, as far as undici takes them; the attempt itself writes what is sent. */
export function shownHeaders(job: Job): string[] {
  const headers = checkedHeaders(job, job.request.body !== null);
  return headers.filter((_, i) => {
    const name = (headers[i - (i % 2)] as string).toLowerCase();
    return !NOT_FOR_HTTP2.has(name) && name !== 'content-length';
  });
}

/** The header lines that tracers have added to the head that undici is about to write. */
export function addedLines(written: string, job: Job): string {
  if (!isWatched()) return '';
  const lines = written.split('\r\n').slice(1);
  return lines
    .filter((line) => line.includes(':') && isAdded(line.slice(0, line.indexOf(':')), job))
    .map((line) => `${line}\r\n`)
    .join('');
}

/** The bytes of a request line and its header lines. `isWhole`: undici writes nothing more of the head. */
export function wireHead(job: Job, headerText: string, isWhole: boolean): string {
  const head = `${job.method} ${job.target} HTTP/1.1\r\n${headerText}`;
  if (!isWhole) return head;
  return isChunked(job) ? `${head}\r\n0\r\n\r\n` : `${head}\r\n`;
}

/** A body as undici takes it. */
export type DispatchBody = Uint8Array | Upload | Iterable<Uint8Array>;

/** Receives the events of the body that is sent. */
export interface BodyOwner {
  /** undici has taken the last piece. Of bytes that do not go in chunks it takes all at once, and this is not called. */
  bodyTaken(): void;
  /** The caller's stream has failed. */
  bodyFailed(error: Error): void;
}

/** The body in a form that undici sends as it should be: what can be iterated over and has no length goes in chunks. */
export function dispatchBody(job: Job, chunked: boolean, owner: BodyOwner): DispatchBody | null {
  const wire = wireBody(job);
  if (wire === null) return null;
  if (wire instanceof Upload) {
    const onEnd = (): void => {
      owner.bodyTaken();
    };
    const onError = (error: Error): void => {
      owner.bodyFailed(error);
    };
    return wire.once('end', onEnd).once('error', onError);
  }
  const bytes = typeof wire === 'string' ? Buffer.from(wire) : wire;
  return chunked ? onePiece(bytes, owner) : bytes;
}

/** Can be iterated over more than once, as a request that was lost unanswered is sent again. */
function onePiece(bytes: Uint8Array, owner: BodyOwner): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator](): Generator<Uint8Array> {
      yield bytes;
      owner.bodyTaken();
    },
  };
}

/** The attempt whose request is sent. */
export interface Dispatched {
  readonly job: Job;
  readonly isExclusive: boolean;
  /** Null for the context that it is sent in. */
  readonly scope: AsyncResource | null;
  dispatchBody(isChunked: boolean): DispatchBody | null;
}

type Options = Parameters<Client['dispatch']>[0];

/** Sends the request of an attempt. */
export function sendBy(client: Client, attempt: Dispatched, handler: Dispatcher.DispatchHandler): void {
  const { job } = attempt;
  const chunked = isChunked(job);
  const connection = job.headers.get('connection')?.[1];
  const body = attempt.dispatchBody(chunked);
  const options = {
    path: job.target,
    method: job.method,
    body,
    headers: null as string[] | null,
    idempotent: !attempt.isExclusive,
    blocking: false,
    reset: connection !== undefined && /\bclose\b/i.test(connection),
    upgrade: job.headers.get('upgrade')?.[1] ?? null,
  };
  if (isWatched()) options.headers = shownHeaders(job);
  if (!chunked && body !== null && !types.isUint8Array(body)) {
    (options.headers ??= []).push('content-length', announcedLength(job) ?? '');
  }
  // undici takes more forms of bodies and more methods than its types list.
  const own = ownOptions(options) as Options;
  if (attempt.scope === null) client.dispatch(own, handler);
  else attempt.scope.runInAsyncScope(() => client.dispatch(own, handler));
}

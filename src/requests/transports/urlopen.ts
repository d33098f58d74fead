import { types } from 'node:util';
import { debugLogger, getLogger } from '../../builtins/index.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import { rewind_body } from '../bodies/outgoing/rewind-body.js';
import { HTTPError, InvalidHeader, MaxRetryError } from '../exceptions/urllib3.js';
import { reprArgument } from '../exceptions/urllib3-text.js';
import type { HTTPResponse } from '../urllib3/response.js';
import { Retry } from '../urllib3/retry.js';
import type { Place, PoolPlaces } from './connections/pool-places.js';
import { logAnswer } from './debug-log.js';
import { abortError, requestError } from './error-mapping.js';
import { isBuffered, type Job } from './outgoing-request.js';
import { closeBody } from '../bodies/outgoing/close-body.js';

/** A {@link Job}; without a pool where the transport's connections are its own. */
export type OutgoingJob = Omit<Job, 'pool'> & { readonly pool: Job['pool'] | null };

/** One attempt to send a job. */
export interface Attempt {
  /** Whether the connection was used before and broke before a byte of the answer: most likely the server had closed it. */
  readonly isStale: boolean;
  /** Resolves when the head of the response is there. Rejects with what went wrong. */
  send(): Promise<HTTPResponse>;
  /** The exception of urllib3 for what {@link send} rejected with, which is noted in the request's trace. */
  failed(error: unknown): unknown;
}

/** What puts requests on the wire. `C` is where it keeps the connections of a pool. */
export interface Transport<J extends OutgoingJob, C> {
  /** Where the connections for a job come from. */
  open(job: J): C | Promise<C>;
  /** A new attempt. */
  attempt(job: J, connections: C): Attempt;
  /** Closes those that are not in use. */
  closeIdle(connections: C): void;
  /** Whether a connection may have several requests at once, which are not counted as its places then. */
  readonly sharesConnections?: boolean;
}

/** Makes responses of the answers of transports: an adapter. */
export interface ResponseBuilder<R> {
  build_response(request: PreparedRequest, raw: HTTPResponse): R;
}

/**
 * Sends a job, and sends it again as often as `retries` allows: urllib3's `urlopen`, with the exceptions of requests. All in
 * one function, as every request pays for each promise between the wire and its caller.
 */
export async function urlopen<J extends OutgoingJob, C, R>(
  job: J,
  retries: Retry,
  transport: Transport<J, C>,
  builder: ResponseBuilder<R>,
): Promise<R> {
  const places = transport.sharesConnections === true ? null : (job.pool?.places ?? null);
  let place: Place | null = null;
  try {
    for (;;) {
      let raw: HTTPResponse;
      if (places !== null) place = places.take() ?? (await placeOf(job, places));
      // An await without need would let later requests overtake this one.
      const opened = transport.open(job);
      const connections = types.isPromise(opened) ? await opened : opened;
      const first = transport.attempt(job, connections);
      try {
        raw = await first.send();
      } catch (error) {
        const answer = await afterFirst(job, retries, transport, connections, first, error, place);
        if (answer instanceof Retry) {
          retries = answer;
          continue;
        }
        raw = answer;
      }
      if (place !== null) raw.whenDone(place.release);
      job.context?.answered?.(raw);
      if (debugLogger !== null) logAnswer(job, raw);
      const next = isWorthARetry(job.method, raw, retries) ? await afterAnswer(job, retries, raw) : null;
      if (next === null) {
        raw.retries = retries;
        // Not at the end of each attempt: the signal holds for the pauses between them, too.
        if (job.onDone !== null) raw.whenDone(job.onDone);
        return builder.build_response(job.request, raw);
      }
      retries = next;
    }
  } catch (error) {
    place?.release();
    throw sendingError(error, job);
  }
}

/** The error for the caller; the request is over, and with it its body. */
export function sendingError(
  error: unknown,
  { request, token, onDone }: Pick<Job, 'request' | 'token' | 'onDone'>,
): Error {
  onDone?.();
  closeBody(request.body);
  return token?.aborted ? abortError(token, request) : (requestError(error, request) as Error);
}

/** The retries that are left after an answer that is worth another attempt, once the pause before it is over; null to keep it. */
async function afterAnswer(job: OutgoingJob, retries: Retry, response: HTTPResponse): Promise<Retry | null> {
  let next: Retry;
  try {
    next = retries.increment(job.method, job.target, { response, pool: job.pool });
  } catch (error) {
    if (!(error instanceof MaxRetryError)) throw error;
    if (!retries.raise_on_status) return null;
    await response.drain_conn();
    throw error;
  }
  await response.drain_conn();
  await pause(job, next, response);
  rewind(job);
  return next;
}

/** What comes of an attempt that failed: the answer to another one right away, or the retries that are left. */
async function afterFirst<J extends OutgoingJob, C>(
  job: J,
  retries: Retry,
  transport: Transport<J, C>,
  connections: C,
  first: Attempt,
  error: unknown,
  place: Place | null,
): Promise<HTTPResponse | Retry> {
  try {
    return await sendAgain(job, transport, connections, first, error);
  } catch (reason) {
    place?.release();
    // Another attempt helps only against exceptions of urllib3.
    return await afterFailure(job, retries, reason);
  }
}

/**
 * A second attempt where the first only found out that the server had closed an idle connection: urllib3 looks at a
 * connection before it uses it, Node cannot. That is done for requests which are safe to send twice.
 */
async function sendAgain<J extends OutgoingJob, C>(
  job: J,
  transport: Transport<J, C>,
  connections: C,
  first: Attempt,
  error: unknown,
): Promise<HTTPResponse> {
  const reason = failed(job, first, error);
  const isSafe = Retry.DEFAULT_ALLOWED_METHODS.has(job.method);
  if (!first.isStale || !isSafe || !isBuffered(job.request.body)) throw reason;
  // Where one idle connection was dead, the others are most likely dead, too.
  transport.closeIdle(connections);
  await job.context?.pause?.('limits', null);
  const second = transport.attempt(job, connections);
  try {
    return await second.send();
  } catch (again) {
    throw failed(job, second, again);
  }
}

/** The exception of urllib3 for what an attempt failed with. */
function failed(job: OutgoingJob, attempt: Attempt, error: unknown): unknown {
  const reason = attempt.failed(error);
  job.context?.failed?.(reason);
  return reason;
}

/** Waits for a connection of a pool that has none left. */
async function placeOf({ context, token }: OutgoingJob, places: PoolPlaces): Promise<Place> {
  const waiting = places.wait(token);
  try {
    await (context?.pause?.('connection', () => waiting) ?? waiting);
    return await waiting;
  } catch (error) {
    // It may come, or have come, when the call is over.
    waiting.then(
      ({ release }) => {
        release();
      },
      () => undefined,
    );
    throw error;
  }
}

/** Waits before the next attempt. */
function pause(
  { context, token }: OutgoingJob,
  retries: Retry,
  response: HTTPResponse | null,
): Promise<void> {
  const wait = (): Promise<void> => retries.sleep(response, token);
  return context?.pause?.('retry', wait) ?? wait();
}

/** What is left of the retries after a failure, once the pause before the next attempt is over; throws when it is the last. */
async function afterFailure(job: OutgoingJob, retries: Retry, error: unknown): Promise<Retry> {
  if (!(error instanceof HTTPError) || error instanceof InvalidHeader) throw error;
  const next = retries.increment(job.method, job.target, { error, pool: job.pool });
  await pause(job, next, null);
  getLogger().log(
    'warning',
    'urllib3.connectionpool',
    `Retrying (${next.toString()}) after connection broken by '${reprArgument(error)}': ${job.target}`,
  );
  rewind(job);
  return next;
}

/** Python rewinds a body before it is sent again; a generator continues where it was. */
function rewind({ request }: OutgoingJob): void {
  if (!isBuffered(request.body) && request._body_position !== null) rewind_body(request);
}

/** Reads the headers only of the few responses that may be retried. */
function isWorthARetry(method: string, response: HTTPResponse, retries: Retry): boolean {
  const isOwnRule = retries.is_retry !== Retry.prototype.is_retry;
  if (!isOwnRule && response.status < 400 && retries.status_forcelist.size === 0) return false;
  return retries.is_retry(method, response.status, Boolean(response.headers.get('Retry-After')));
}

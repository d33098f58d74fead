import { getLogger } from '../../builtins/index.js';
import { rewind_body } from '../utils/index.js';
import { HTTPError, InvalidHeader, MaxRetryError } from '../urllib3/exceptions.js';
import { reprArgument } from '../urllib3/exception-text.js';
import type { HTTPResponse } from '../urllib3/response.js';
import { Retry } from '../urllib3/retry.js';
import { abortError, connectionError } from './errors.js';
import { Exchange, type Job, type NodeFetch } from './exchange.js';
import { closeIdle } from './pool-agent.js';
import { isBuffered, wireBody } from './request-body.js';
import { TracedExchange } from './traced-exchange.js';

/** Sends a job, and sends it again as often as `retries` allows: urllib3's `urlopen`. */
export async function urlopen(job: Job, retries: Retry, fetch: NodeFetch): Promise<HTTPResponse> {
  for (;;) {
    let response: HTTPResponse;
    try {
      response = await attempt(job, fetch);
    } catch (error) {
      // What is no exception of urllib3 is nothing that trying again would mend.
      retries = await afterFailure(job, retries, error);
      continue;
    }
    if (!isWorthARetry(job.method, response, retries)) return response;
    try {
      retries = retries.increment(job.method, job.target, { response, pool: job.pool });
    } catch (error) {
      if (!(error instanceof MaxRetryError)) throw error;
      if (!retries.raise_on_status) return response;
      await response.drain_conn();
      throw error;
    }
    await response.drain_conn();
    await retries.sleep(response, job.token);
    rewind(job);
  }
}

/**
 * One attempt, and a second one where the first only found out that the server had closed an idle connection: urllib3 looks
 * at a connection before it uses it, Node cannot. That is done for requests which are safe to send twice.
 */
async function attempt(job: Job, fetch: NodeFetch): Promise<HTTPResponse> {
  const { pool, request } = job;
  const isSafe = Retry.DEFAULT_ALLOWED_METHODS.has(job.method);
  // Waiting where there is nothing to wait for would let later requests overtake this one.
  const opened = pool.agent ?? pool.openAgent();
  const agent = opened instanceof Promise ? await opened : opened;
  if (!isSafe && hasIdle(agent)) await newsOfClosedSockets();
  const exchange = newExchange(job);
  try {
    return await exchange.send(fetch, agent, wireBody(request.body));
  } catch (error) {
    const reason = failureOf(exchange, error);
    if (!exchange.isStale || !isSafe || !isBuffered(request.body)) throw reason;
    // Where one idle connection was dead, the others are most likely dead, too.
    closeIdle(agent);
  }
  const second = newExchange(job);
  try {
    return await second.send(fetch, agent, wireBody(request.body));
  } catch (error) {
    throw failureOf(second, error);
  }
}

function newExchange(job: Job): Exchange {
  return job.trace === null ? new Exchange(job) : new TracedExchange(job, job.trace);
}

/** The exception of urllib3 for what an exchange failed with; whoever traces the request is told. */
function failureOf(exchange: Exchange, error: unknown): unknown {
  const reason = connectionError(error, exchange);
  if (exchange instanceof TracedExchange) {
    const { token, request } = exchange.job;
    exchange.attempt.failed(token?.aborted ? abortError(token, request) : reason);
  }
  return reason;
}

function hasIdle(agent: { readonly freeSockets: object }): boolean {
  for (const _ in agent.freeSockets) return true;
  return false;
}

/**
 * Resolves when the event loop has looked at the sockets once: then those that the server has closed are out of the pool.
 * A program that was busy with something else would otherwise send a POST on one of them, which cannot be sent again.
 */
function newsOfClosedSockets(): Promise<void> {
  return new Promise((resolve) => {
    // The first turn may begin after the sockets were looked at.
    setImmediate(() => {
      setImmediate(resolve);
    });
  });
}

/** What is left of the retries after a failure, once the pause before the next attempt is over; throws when it is the last. */
async function afterFailure(job: Job, retries: Retry, error: unknown): Promise<Retry> {
  if (job.token?.aborted || !(error instanceof HTTPError) || error instanceof InvalidHeader) throw error;
  const next = retries.increment(job.method, job.target, { error, pool: job.pool });
  await next.sleep(null, job.token);
  getLogger().log(
    'warning',
    'urllib3.connectionpool',
    `Retrying (${next.toString()}) after connection broken by '${reprArgument(error)}': ${job.target}`,
  );
  rewind(job);
  return next;
}

/** Python rewinds a body before it is sent again; a generator goes on where it stood. */
function rewind({ request }: Job): void {
  if (!isBuffered(request.body) && request._body_position !== null) rewind_body(request);
}

/** Looks at the headers only of those few responses that may be asked for again. */
function isWorthARetry(method: string, response: HTTPResponse, retries: Retry): boolean {
  const isOwnRule = retries.is_retry !== Retry.prototype.is_retry;
  if (!isOwnRule && response.status < 400 && retries.status_forcelist.size === 0) return false;
  return retries.is_retry(method, response.status, Boolean(response.headers.get('Retry-After')));
}

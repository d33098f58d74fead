/**
 * One attempt to send one request by a dispatcher of undici that the caller chose: an Agent, a ProxyAgent, a MockAgent. Its
 * connections are its own, and so are the order and the spelling of headers.
 */
import { isUtf8 } from 'node:buffer';
import { types } from 'node:util';
import { isError, queueMicrotask } from '../../../builtins/index.js';
import type { NodeError } from '../../exceptions/urllib3-text.js';
import type { HTTPResponse } from '../../urllib3/response.js';
import { BaseAttempt, milliseconds } from '../base-attempt.js';
import { connectionError, type ConnectionState } from '../error-mapping.js';
import { bodyTimeout, connectTimeout, readTimeout } from '../limits.js';
import type { Job } from '../outgoing-request.js';
import type { Attempt, Transport } from '../urlopen.js';
import type { AnyDispatcher } from './any-dispatcher.js';
import type { Controller } from './connection.js';
import { DispatchHandler, type DispatchUser } from './dispatch-handler.js';
import { type BodyOwner, dispatchBody, isChunked, shownHeaders } from './dispatch-request.js';
import { IncomingResponse, type ResponseOwner } from './incoming-response.js';
import { nodeError } from './undici-errors.js';

/** Why a dispatcher cannot send a request as it should be sent; null when it can. */
export function refusalOfDispatcher({ pool: { proxy, settings } }: Job): string | null {
  if (proxy !== null) return 'an adapter with a dispatcher uses no proxy: give it a ProxyAgent of undici';
  if (settings.socket_path) {
    return "an adapter with a dispatcher uses no UNIX socket: give it undici's Agent({ connect: { socketPath } })";
  }
  const isChanged =
    settings.cert_reqs === 'CERT_NONE' ||
    [settings.ca_certs, settings.ca_cert_dir, settings.cert_file].some(Boolean);
  return isChanged
    ? 'an adapter with a dispatcher cannot change certificates: give them to the dispatcher'
    : null;
}

/** Sends by one dispatcher, or by the one that `find` gives for each request. */
export class DispatcherTransport implements Transport<Job, AnyDispatcher> {
  readonly #find: () => AnyDispatcher | Promise<AnyDispatcher>;

  constructor(find: () => AnyDispatcher | Promise<AnyDispatcher>) {
    this.#find = find;
  }

  open(): AnyDispatcher | Promise<AnyDispatcher> {
    return this.#find();
  }

  attempt(job: Job, dispatcher: AnyDispatcher): Attempt {
    return new DispatcherAttempt(job, dispatcher);
  }

  closeIdle(): void {
    // The connections belong to the dispatcher.
  }
}

class DispatcherAttempt
  extends BaseAttempt<Job>
  implements BodyOwner, ConnectionState, DispatchUser, ResponseOwner
{
  /** Unknown: the connections are those of the dispatcher. */
  override readonly isStale = false;
  readonly isTunnelling = false;
  readonly isSecuring = false;
  readonly #dispatcher: AnyDispatcher;
  /** Seconds; null for no limit. With a total, the rest depends on when connecting began, which the dispatcher does not reveal. */
  readonly #limit: number | null;
  #controller: Controller | null = null;
  #response: IncomingResponse | null = null;
  /** What the caller's own body failed with. */
  #refusal: Error | null = null;
  #isOver = false;
  #resolve: ((answer: HTTPResponse) => void) | null = null;
  #reject: ((reason: unknown) => void) | null = null;

  constructor(job: Job, dispatcher: AnyDispatcher) {
    super(job);
    this.#dispatcher = dispatcher;
    const { connect_timeout: connect, total } = job.timeout;
    this.#limit = total ?? job.timeout.read_timeout ?? connect;
  }

  override send(): Promise<HTTPResponse> {
    this.job.token?.add(this);
    this.job.pool.num_requests += 1;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      try {
        if (this.failure !== null) throw this.failure;
        this.startTimer(milliseconds(this.#limit));
        this.#dispatch();
      } catch (error) {
        // A MockAgent throws when nothing is there to answer.
        if (isError(error) && this.#controller === null) this.error ??= error;
        this.#refuse(error);
      }
    });
  }

  #dispatch(): void {
    const { job } = this;
    const headers = shownHeaders(job);
    const chunked = isChunked(job);
    const body = dispatchBody(job, chunked, this);
    const isBytes = types.isUint8Array(body);
    const length = job.headers.get('content-length')?.[1];
    if (body !== null && !isBytes && !chunked) headers.push('content-length', length ?? '');
    const options = {
      origin: new URL(job.pool.fetchOrigin).origin,
      path: job.target,
      method: job.method,
      // Interceptors of mocks compare text.
      body: isBytes && isUtf8(body) ? Buffer.from(body).toString() : body,
      headers,
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    // What both are called with differs between the versions of undici.
    this.#dispatcher.dispatch(options as never, new DispatchHandler(this) as never);
  }

  #settle(): void {
    const response = this.#response;
    const resolve = this.#resolve;
    if (resolve === null || response === null) return;
    this.#resolve = this.#reject = null;
    resolve(response.answer());
  }

  #refuse(error: unknown): void {
    const reject = this.#reject;
    this.#resolve = this.#reject = null;
    this.release();
    reject?.(this.failure ?? this.#refusal ?? this.error ?? error);
  }

  // The request.

  get isConnecting(): boolean {
    return this.#controller === null && this.#response === null;
  }

  get isSettled(): boolean {
    return this.#response !== null || this.failure !== null;
  }

  started(controller: Controller): void {
    this.#controller = controller;
    this.recorder?.sent();
    this.refreshTimer();
    if (this.failure !== null) controller.abort(this.failure);
  }

  bodyTaken(): void {
    this.refreshTimer();
  }

  bodyFailed(error: Error): void {
    if (this.error === null && this.failure === null) this.#refusal = error;
  }

  // The response.

  headed(status: number, reason: string, rawHeaders: readonly string[]): void {
    this.refreshTimer();
    this.#response = new IncomingResponse(this, status, reason, 11, rawHeaders);
    this.recorder?.headers(status, reason, null, rawHeaders);
    this.#settle();
  }

  received(piece: Buffer): boolean {
    this.refreshTimer();
    return this.#response?.take(piece) ?? true;
  }

  completed(): void {
    this.#isOver = true;
    this.stopTimer();
    this.#response?.end();
  }

  broken(error: Error): void {
    this.#isOver = true;
    this.stopTimer();
    const reason = this.#refusal ?? nodeError(error, null, null, this.#response === null);
    if (this.#refusal === null) this.error ??= reason;
    if (this.#response === null) this.#refuse(reason);
    else this.#response.fail(reason);
  }

  resume(): void {
    const controller = this.#controller;
    queueMicrotask(() => {
      controller?.resume();
    });
  }

  /** The dispatcher has taken it for a status. */
  refusesStatus(): boolean {
    return false;
  }

  /** The dispatcher has counted already, or is a mock with its own rules. */
  override expectedLength(): null {
    return null;
  }

  override get missingBytes(): null {
    return null;
  }

  answeredEarly(answer: HTTPResponse): void {
    this.answered(answer);
  }

  responseDone(error: Error | null, bytes: number): void {
    this.bodyDone(error, bytes);
  }

  // The end.

  override onIdle(): void {
    const { pool, target } = this.job;
    if (this.#response === null) this.fail(readTimeout(pool, target, this.#limit));
    else if (this.answer?.awaited === true) this.fail(bodyTimeout(pool));
    else this.startTimer(milliseconds(this.#limit));
  }

  protected override abandon(error: Error | null): void {
    if (!this.#isOver) this.#controller?.abort(error ?? new Error('the response was closed'));
    if (this.#response === null) this.#refuse(error);
    else if (error !== null) this.#response.fail(error);
  }

  protected override explain(error: unknown): unknown {
    if ((error as NodeError).code === 'UND_ERR_CONNECT_TIMEOUT') return connectTimeout(this.job.pool, null);
    return connectionError(error, this);
  }
}

/** What every attempt to send a request is, whatever puts it on the wire. */
import { type AbortListener, clearTimeout, LONGEST_DELAY, setTimeout } from '../../builtins/index.js';
import type { BodyReader } from '../bodies/incoming/body-reader.js';
import type { Upload } from '../bodies/outgoing/upload.js';
import { rawValue } from '../headers/raw-headers.js';
import type { HTTPResponse } from '../urllib3/response.js';
import { AttemptRecorder } from './attempt-recorder.js';
import { abortError, type AttemptState } from './error-mapping.js';
import type { Attempt, OutgoingJob } from './urlopen.js';

const NO_HEADERS: readonly string[] = [];

/**
 * One attempt: its clock, its end and its part in the trace. Its public members are for the modules of this folder.
 *
 * Subclasses handle the connection. They start the clock, map its expiry to an error in `onIdle`, and stop in `abandon`.
 */
export abstract class BaseAttempt<J extends OutgoingJob> implements AbortListener, Attempt, AttemptState {
  readonly job: J;
  /** Why this attempt ended the request itself. */
  failure: Error | null = null;
  /** What went wrong on the connection, first. */
  error: Error | null = null;
  abstract readonly isStale: boolean;
  /** Null unless the request is traced. */
  protected readonly recorder: AttemptRecorder | null;
  /** The body of the response, from its head until it is over. The response itself is the caller's, who may drop it. */
  protected answer: BodyReader | null = null;
  /** The body of the request, where it is read while it is sent. */
  protected upload: Upload | null = null;
  /** Of the response: name, value, name, value … */
  protected rawHeaders: readonly string[] = NO_HEADERS;
  #timer: NodeJS.Timeout | null = null;

  constructor(job: J) {
    this.job = job;
    const { context, request } = job;
    const trace = context?.trace ?? null;
    this.recorder = trace === null ? null : new AttemptRecorder(trace.attempt(request));
  }

  abstract send(): Promise<HTTPResponse>;

  /** The time of the current stage is over. */
  abstract onIdle(): void;

  /** The exception of urllib3 for what {@link send} rejected with. */
  protected abstract explain(error: unknown): unknown;

  /** Takes the request off the wire; `error` is null when only the rest of the response is unwanted. */
  protected abstract abandon(error: Error | null): void;

  failed(error: unknown): unknown {
    const { token, request } = this.job;
    const reason = this.explain(error);
    this.recorder?.failed(token?.aborted ? abortError(token, request) : reason);
    return reason;
  }

  // The clock.

  /** Replaces the timer; 0 for none. */
  protected startTimer(delay: number): void {
    this.stopTimer();
    if (delay > 0) {
      this.#timer = setTimeout(() => {
        this.onIdle();
      }, delay);
    }
  }

  protected get isTimed(): boolean {
    return this.#timer !== null;
  }

  /** Starts the timer again, if it runs. */
  protected refreshTimer(): void {
    if (this.#timer !== null) this.#timer.refresh();
  }

  protected stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The caller gets `response` before its body is complete. */
  protected answered(response: HTTPResponse): void {
    const { reader } = response;
    // One without a body is over by now.
    if (reader.done) return;
    this.answer = reader;
    if (!this.job.stream) return;
    response.closeWhenCollected();
    reader.watchWaiting((isWaiting) => {
      this.setWaiting(isWaiting);
    });
  }

  /** Whether the caller waits for the stream now, which is when its connection is to keep the process alive. */
  protected setWaiting(_isWaiting: boolean): void {
    // Not all have access to their connection.
  }

  /** The length of the body according to its Content-Length; null if its end is marked otherwise. */
  expectedLength(status: number): number | null {
    const { rawHeaders } = this;
    if (this.job.method === 'HEAD' || status < 200 || status === 204 || status === 304) return null;
    const length = rawValue(rawHeaders, 'content-length');
    if (length === null || !/^\d+$/.test(length) || rawValue(rawHeaders, 'transfer-encoding') !== null)
      return null;
    return Number(length);
  }

  /** How many bytes of the body came and how many more its Content-Length promised; null when it promised none. */
  get missingBytes(): { readonly read: number; readonly expected: number } | null {
    const length = rawValue(this.rawHeaders, 'content-length');
    if (length === null || !/^\d+$/.test(length) || this.answer === null) return null;
    const read = this.answer.received;
    return { read, expected: Number(length) - read };
  }

  // The end.

  /** Ends the request because its token was aborted. */
  onAbort(reason: unknown): void {
    this.fail(new Error('aborted', { cause: reason }));
  }

  /** Ends the request with an error of its own. */
  protected fail(error: Error): void {
    this.failure ??= error;
    this.end(error);
  }

  /** Ends the request at any stage. */
  end(error: Error | null): void {
    this.stopTimer();
    this.abandon(error);
  }

  /** Drops what would outlive the request. */
  protected release(): void {
    this.job.token?.remove(this);
    this.stopTimer();
  }

  /** The body is over, failed or was closed, and with it an upload that continues; responses may be kept for long. */
  protected bodyDone(error: Error | null, bytes: number): void {
    this.release();
    this.recorder?.done(error, bytes);
    this.upload?.stop();
    this.answer = this.upload = null;
  }
}

/** Seconds as timers take them; 0 for no limit, and for one that is longer than a timer can wait. */
export function milliseconds(seconds: number | null): number {
  if (seconds === null) return 0;
  const delay = Math.max(1, Math.ceil(seconds * 1000));
  return delay > LONGEST_DELAY ? 0 : delay;
}

/** The response as undici hands it over, the head first and then piece by piece, and the answer that is made of it. */
import { type PieceSource, PushedPieces } from '../../bodies/incoming/pushed-pieces.js';
import { HTTPResponse } from '../../urllib3/response.js';
import { WholeAnswer } from '../../bodies/incoming/response-init.js';
import { bodyError } from '../error-mapping.js';
import { TimedAttempt } from '../base-attempt.js';

const EMPTY = Buffer.alloc(0);

/** The caller reads the body in its own time; of others as much is taken as comes, and so they never block a connection. */
const READ_AHEAD_OF_STREAMS = 64 * 1024;

/** An attempt as far as its response goes. How the request is sent, and what ends it, is for the subclass. */
export abstract class PushedAttempt extends TimedAttempt implements PieceSource {
  /** Zero until the head is there. */
  protected status = 0;
  /** How many bytes of the body came. */
  protected received = 0;
  /** Whether the body has come to its end. */
  protected isComplete = false;
  /** The body, for as long as pieces come to an answer that was made before the last of them. */
  protected body: PushedPieces | null = null;
  #reason = '';
  /** The pieces that came before there was an answer: most often one, and then no list is needed. */
  #first: Buffer | null = null;
  #more: Buffer[] | null = null;

  /** The reader has room again. */
  abstract resume(): void;

  /** The body has ended, failed or been closed. */
  protected abstract done(error: Error | null): void;

  protected useHead(status: number, reason: string, rawHeaders: readonly string[]): void {
    this.headArrived(rawHeaders);
    this.status = status;
    this.#reason = reason;
    this.refreshTimer();
  }

  /** Called by undici for each piece of the body; false makes it wait for {@link resume}. */
  onData(piece: Buffer): boolean {
    this.received += piece.length;
    this.refreshTimer();
    if (this.body !== null) return this.body.push(piece);
    if (this.#first === null) this.#first = piece;
    else (this.#more ??= []).push(piece);
    return true;
  }

  /** The answer to the caller. A body that has come with its head, as small ones do, is handed on as bytes. */
  protected respond(version: number): HTTPResponse {
    return this.isComplete ? this.wholeAnswer(version) : this.openAnswer(version);
  }

  private wholeAnswer(version: number): HTTPResponse {
    const { method, target, maxResponseSize } = this.job;
    const answer = new WholeAnswer(
      this.status,
      this.#reason,
      version,
      this.rawHeaders,
      this.wholeBody(),
      method,
      target,
      maxResponseSize,
    );
    this.done(null);
    return new HTTPResponse(answer);
  }

  private wholeBody(): Buffer {
    const first = this.#first ?? EMPTY;
    return this.#more === null ? first : Buffer.concat([first, ...this.#more], this.received);
  }

  /** The rest of the body is still to come. */
  private openAnswer(version: number): HTTPResponse {
    const { method, target, maxResponseSize, stream } = this.job;
    const body = new PushedPieces(this, stream ? READ_AHEAD_OF_STREAMS : Infinity);
    this.body = body;
    if (this.#first !== null) body.push(this.#first);
    for (const piece of this.#more ?? []) body.push(piece);
    const response = new HTTPResponse({
      pushed: body,
      headers: this.rawHeaders,
      status: this.status,
      reason: this.#reason,
      version,
      request_method: method,
      request_url: target,
      max_response_size: maxResponseSize,
      onDone: (error) => {
        this.done(error);
      },
      mapError: (error) => bodyError(error, this),
      destroy: () => {
        this.end(null);
      },
    });
    this.answer = response;
    if (this.error !== null) body.failed(this.error);
    return response;
  }

  /** Responses may be kept for long, and they hold on to the attempt. */
  protected forget(): void {
    this.#first = this.#more = this.body = this.answer = null;
  }
}

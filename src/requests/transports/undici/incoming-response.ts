import { type PieceSource, PushedPieces } from '../../bodies/incoming/pushed-pieces.js';
import { HTTPResponse } from '../../urllib3/response.js';
import { type AttemptState, bodyError } from '../error-mapping.js';
import type { Job } from '../outgoing-request.js';

const EMPTY = Buffer.alloc(0);

/** The caller reads a streamed body in its own time; of others as much is taken as comes, so that they never block a connection. */
const READ_AHEAD_OF_STREAMS = 64 * 1024;

/** The attempt that receives the response. */
export interface ResponseOwner extends PieceSource, AttemptState {
  readonly job: Job;
  /** The caller gets the response before its body is complete. */
  answeredEarly(answer: HTTPResponse): void;
  /** How many bytes the body must have; null where that is not known. */
  expectedLength(status: number): number | null;
  /** The body is over, failed or was closed, after so many bytes. */
  responseDone(error: Error | null, bytes: number): void;
  /** The rest of the body is unwanted. */
  end(error: null): void;
}

/**
 * The response as undici hands it over, the head first and then piece by piece, and what is made of it for the caller. What
 * came before an error stays: the reader gets it first, and the error afterwards.
 */
export class IncomingResponse {
  readonly status: number;
  readonly #owner: ResponseOwner;
  readonly #reason: string;
  readonly #version: number;
  readonly #rawHeaders: readonly string[];
  #received = 0;
  #isComplete = false;
  #error: Error | null = null;
  /** The body, while pieces come to an answer that was made before the last of them. */
  #body: PushedPieces | null = null;
  /** The pieces that came before there was an answer: most often one, which needs no list. */
  #first: Buffer | null = null;
  #more: Buffer[] | null = null;

  constructor(
    owner: ResponseOwner,
    status: number,
    reason: string,
    version: number,
    rawHeaders: readonly string[],
  ) {
    this.#owner = owner;
    this.status = status;
    this.#reason = reason;
    this.#version = version;
    this.#rawHeaders = rawHeaders;
  }

  /** Takes a piece of the body; false when the next is to wait until the owner resumes. */
  take(piece: Buffer): boolean {
    this.#received += piece.length;
    if (this.#body !== null) return this.#body.push(piece);
    if (this.#first === null) this.#first = piece;
    else (this.#more ??= []).push(piece);
    return true;
  }

  /** The last piece has arrived. */
  end(): void {
    this.#isComplete = true;
    this.#body?.ended();
  }

  /** Nothing more will come. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#body?.failed(error);
  }

  /** The answer to the caller. A body that has come with its head, as small ones do, is handed on as bytes. */
  answer(): HTTPResponse {
    const length = this.#owner.expectedLength(this.status);
    const isWhole = this.#isComplete && (length === null || this.#received >= length);
    return isWhole ? this.#wholeAnswer() : this.#openAnswer(length);
  }

  #wholeAnswer(): HTTPResponse {
    const { method, target, maxResponseSize } = this.#owner.job;
    const first = this.#first ?? EMPTY;
    const answer = {
      status: this.status,
      reason: this.#reason,
      version: this.#version,
      headers: this.#rawHeaders,
      body: this.#more === null ? first : Buffer.concat([first, ...this.#more], this.#received),
      request_method: method,
      request_url: target,
      max_response_size: maxResponseSize,
    };
    this.#owner.responseDone(null, this.#received);
    return new HTTPResponse(answer, true);
  }

  /** The rest of the body is still to come. */
  #openAnswer(length: number | null): HTTPResponse {
    const owner = this.#owner;
    const { method, target, maxResponseSize, stream } = owner.job;
    const body = new PushedPieces(owner, stream ? READ_AHEAD_OF_STREAMS : Infinity);
    this.#body = body;
    if (this.#first !== null) body.push(this.#first);
    for (const piece of this.#more ?? []) body.push(piece);
    this.#first = this.#more = null;
    const response = new HTTPResponse({
      pushed: body,
      headers: this.#rawHeaders,
      status: this.status,
      reason: this.#reason,
      version: this.#version,
      request_method: method,
      request_url: target,
      max_response_size: maxResponseSize,
      expected_length: length,
      onDone: (error) => {
        owner.responseDone(error, this.#received);
      },
      mapError: (error) => bodyError(error, owner),
      destroy: () => {
        owner.end(null);
      },
    });
    owner.answeredEarly(response);
    if (this.#error !== null) body.failed(this.#error);
    else if (this.#isComplete) body.ended();
    return response;
  }
}

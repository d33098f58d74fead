/**
 * HTTP/2 on one connection, by Node's own client. undici's throws where no caller can catch it when a server resets, leaves
 * or is left with streams open, and takes a body that was cut for a whole one.
 */
import * as http2 from 'node:http2';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate } from '../../../builtins/index.js';
import type { HTTPConnectionPool } from '../connections/connection-pool.js';
import { MAX_HEADER_SIZE } from '../limits.js';
import type { NodeError } from '../../exceptions/urllib3-text.js';
import type { Controller } from './connection.js';
import { type DispatchBody, http2Headers } from './dispatch-request.js';
import type { UndiciAttempt } from './undici-attempt.js';
import { hangUp } from './undici-errors.js';

/** The most streams at once on a connection. */
const MOST_STREAMS = 100;
/** How many more pairs of headers than Node takes by itself: the size limits them anyway. */
const MOST_HEADERS = 2000;
/** How much of a response's body may arrive before it is read, in bytes. Node's default of 64 KiB makes downloads slow. */
const WINDOW = 256 * 1024;
/** Bytes are written in pieces of this size: each that is taken shows that the server still reads. */
const PIECE = 64 * 1024;

/** The type of the frame that opens a stream. */
const HEADERS_FRAME = 1;

/** Receives the session's events. */
export interface SessionOwner {
  /** The server takes no more requests on it; those that are running are answered. */
  retired(): void;
  /** The server has said how many requests it takes at once. */
  limited(): void;
  /** The session has failed, and the socket with it. */
  sessionFailed(error: Error): void;
}

export class Http2Session {
  /** How many streams there may be at once: one until the server has said, as it refuses more, and a body in pieces cannot be sent again. */
  limit = 1;
  readonly #session: http2.ClientHttp2Session;
  readonly #owner: SessionOwner;
  #isClosed = false;

  constructor(socket: Socket, pool: HTTPConnectionPool, owner: SessionOwner) {
    const session = http2.connect(pool.fetchOrigin, {
      createConnection: () => socket,
      peerMaxConcurrentStreams: MOST_STREAMS,
      maxHeaderListPairs: MOST_HEADERS,
      maxSendHeaderBlockLength: MAX_HEADER_SIZE,
      settings: { enablePush: false, initialWindowSize: WINDOW, maxHeaderListSize: MAX_HEADER_SIZE },
    });
    this.#session = session;
    this.#owner = owner;
    session.on('error', (error: Error) => {
      owner.sessionFailed(error);
    });
    // Node closes the session behind it, at once when the code is that of an error.
    session.on('goaway', () => {
      owner.retired();
    });
    session.on('remoteSettings', ({ maxConcurrentStreams = MOST_STREAMS }: http2.Settings) => {
      this.limit = Math.min(maxConcurrentStreams, MOST_STREAMS);
      owner.limited();
    });
  }

  get isUsable(): boolean {
    return !this.#isClosed && !this.#session.closed && !this.#session.destroyed;
  }

  /** Sends the request of an attempt. */
  send(attempt: UndiciAttempt): void {
    const request = new StreamRequest(attempt, this.#owner);
    attempt.started(request);
    request.open(this.#session);
  }

  /** Whether the connection keeps the process alive. */
  holdProcess(holds: boolean): void {
    if (holds) this.#session.ref();
    else this.#session.unref();
  }

  /**
   * Closes the connection when its packet has been read: where the event of a frame destroys the session, a malformed one behind it
   * ends the process with an assertion of nghttp2.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    setImmediate(() => {
      this.#session.destroy();
    });
  }
}

/** One request and its stream: what undici's controller and handler are together. */
class StreamRequest implements Controller {
  readonly #attempt: UndiciAttempt;
  readonly #owner: SessionOwner;
  #session: http2.ClientHttp2Session | null = null;
  #stream: http2.ClientHttp2Stream | null = null;
  #status = 0;
  /** As promised by the head; null when it promised none. */
  #length: number | null = null;
  #received = 0;
  /** Whether the stream ended with the head. */
  #hasNoBody = false;
  /** Whether the server ended the stream, rather than reset it. */
  #isEnded = false;
  #isOver = false;

  constructor(attempt: UndiciAttempt, owner: SessionOwner) {
    this.#attempt = attempt;
    this.#owner = owner;
  }

  get unsentBytes(): number {
    return this.#stream?.writableLength ?? 0;
  }

  open(session: http2.ClientHttp2Session): void {
    if (this.#isOver) return;
    this.#session = session;
    const attempt = this.#attempt;
    const body = attempt.dispatchBody(false);
    let stream: http2.ClientHttp2Stream;
    try {
      stream = session.request(headersOf(attempt), { endStream: body === null });
    } catch (error) {
      // The session was closed a moment ago.
      this.#refuse(error as Error, false);
      return;
    }
    this.#stream = stream;
    // Node ends a stream that was reset as it ends one that is whole, but has closed it by then.
    const push = stream.push.bind(stream);
    stream.push = (piece: unknown, encoding?: BufferEncoding) => {
      if (piece === null && !stream.closed) this.#isEnded = true;
      return push(piece, encoding);
    };
    stream.on('response', this.#onResponse);
    stream.on('end', () => {
      if (this.#isComplete()) this.#complete();
      else this.#closed(stream, null);
    });
    stream.on('error', (error: Error) => {
      this.#closed(stream, error);
    });
    stream.on('frameError', (type: number, code: number) => {
      const error = new Error(`HTTP/2 could not send a frame: ${nameOf(code)}`);
      if (type !== HEADERS_FRAME) {
        this.#fail(error);
        return;
      }
      // A GOAWAY has come that is yet to be reported, and nothing was sent.
      this.#owner.retired();
      this.#refuse(error, true);
    });
    stream.on('close', () => {
      this.#closed(stream, null);
    });
    if (body !== null) this.#write(stream, body);
  }

  #write(stream: http2.ClientHttp2Stream, body: DispatchBody): void {
    stream.on('finish', () => {
      // A stream that is reset finishes, too.
      if (!this.#isOver) this.#attempt.bodyTaken();
    });
    stream.on('drain', () => {
      this.#attempt.bodyMoves();
    });
    if (body instanceof Uint8Array && body.length <= PIECE) stream.end(body);
    else if (body instanceof Readable) {
      body.once('error', (error: Error) => {
        this.abort(error);
      });
      body.pipe(stream);
    } else Readable.from(body instanceof Uint8Array ? piecesOf(body) : body).pipe(stream);
  }

  /** The declarations of Node leave the last argument out. */
  readonly #onResponse = (
    headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader,
    flags: number,
    raw: readonly string[] = [],
  ): void => {
    if (this.#isOver) return;
    const status = headers[':status'] ?? 0;
    const length = headers['content-length'];
    this.#status = status;
    this.#hasNoBody = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    this.#length = length !== undefined && /^\d+$/.test(length) ? Number(length) : null;
    if (this.#attempt.refusesStatus(20, status, '')) return;
    this.#attempt.headed(status, '', withoutPseudoHeaders(raw));
    // Not before: Node may emit pieces ahead of the head, of frames that it read while it wrote.
    this.#stream?.on('data', this.#onData);
  };

  readonly #onData = (piece: Buffer): void => {
    this.#received += piece.length;
    if (!this.#isOver && !this.#attempt.received(piece)) this.#stream?.pause();
  };

  #isComplete(): boolean {
    if (this.#status === 0) return false;
    if (this.#hasNoBody) return true;
    const { job } = this.#attempt;
    const mayHaveLength = job.method !== 'HEAD' && this.#status !== 304 && this.#status !== 204;
    if (this.#length === null || !mayHaveLength) return this.#isEnded;
    return this.#received === this.#length;
  }

  #complete(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#attempt.completed();
    // What is left of the request's body is unwanted.
    if (this.#stream?.writableFinished === false) this.#reset();
  }

  /** The stream is gone, perhaps before its end. */
  #closed(stream: http2.ClientHttp2Stream, error: NodeError | null): void {
    if (this.#isOver) return;
    const { NGHTTP2_REFUSED_STREAM, NGHTTP2_NO_ERROR } = http2.constants;
    const code = stream.rstCode as number | undefined; // Until it is closed.
    const reason =
      code === undefined || code === NGHTTP2_NO_ERROR || error?.code === 'ERR_HTTP2_SESSION_ERROR'
        ? hangUp(error)
        : new Error(
            `the HTTP/2 stream was reset: ${nameOf(code)}`,
            error === null ? undefined : { cause: error },
          );
    if (code !== NGHTTP2_REFUSED_STREAM || this.#status !== 0) {
      this.#fail(reason);
      return;
    }
    this.#refuse(reason, this.#session?.closed === true);
  }

  /** The server has not looked at the request; `isLeaving`: nor at others, as it gives the connection up. */
  #refuse(error: Error, isLeaving: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#attempt.refused(error, isLeaving);
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#attempt.broken(error, null);
  }

  abort(reason: Error): void {
    this.#fail(reason);
    this.#reset();
  }

  #reset(): void {
    this.#stream?.close(http2.constants.NGHTTP2_CANCEL);
  }

  resume(): void {
    this.#stream?.resume();
  }
}

/** Names in lower case to values, those that come more than once to lists. */
function headersOf({ job }: UndiciAttempt): http2.OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {
    ':method': job.method,
    ':path': job.target,
    ':scheme': job.pool.scheme,
  };
  const lines = http2Headers(job);
  for (let i = 0; i < lines.length; i += 2) {
    const given = (lines[i] as string).toLowerCase();
    const name = given === 'host' ? ':authority' : given;
    const value = lines[i + 1] as string;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else headers[name] = [before, value];
  }
  return headers;
}

/** Name, value, name, value … */
function withoutPseudoHeaders(raw: readonly string[]): readonly string[] {
  return raw.filter((_, i) => !(raw[i - (i % 2)] as string).startsWith(':'));
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** `CANCEL`, of the code 8. */
function nameOf(code: number): string {
  const { constants } = http2;
  for (const [name, value] of Object.entries(constants)) {
    if (value === code && ERROR_NAMES.test(name)) return name.slice('NGHTTP2_'.length);
  }
  return String(code);
}

/** The names of the error codes of RFC 9113 among Node's constants, which has others of the same numbers. */
const ERROR_NAMES =
  /^NGHTTP2_(?:NO_ERROR|(?:PROTOCOL|INTERNAL|FLOW_CONTROL|FRAME_SIZE|COMPRESSION|CONNECT)_ERROR|SETTINGS_TIMEOUT|STREAM_CLOSED|REFUSED_STREAM|CANCEL|ENHANCE_YOUR_CALM|INADEQUATE_SECURITY|HTTP_1_1_REQUIRED)$/;

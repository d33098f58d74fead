import { checkOptions, setReducer } from '../../builtins/index.js';
import { type HTTPResponseInit, rawValues } from '../../requests/internal.js';
import { HTTPResponse as AwaitedHTTPResponse, type ReadOptions } from '../../requests/packages/urllib3.js';
import type { Link } from '../caller/gateway.js';
import { withCallersLines } from '../caller/caller-stack.js';
import { onArriving } from '../caller/sides.js';
import { reduceAs } from './reduce-as.js';

const EMPTY = Buffer.alloc(0);

/** The body in the gateway, and the pieces read ahead. */
interface FarBody {
  readonly link: Link;
  readonly id: number;
  /** Pieces read ahead, and whether they are decoded. */
  ahead: Buffer[];
  decoded: boolean;
  ended: boolean;
  /** The error that ended the body after these pieces. */
  error: unknown;
}

const bodies = new WeakMap<AwaitedHTTPResponse, FarBody>();

type Overridden =
  | 'read'
  | 'stream'
  | 'drain_conn'
  | 'close'
  | 'closed'
  | 'tell'
  | 'isclosed'
  | 'release_conn'
  // Of the package's own.
  | 'reader'
  | 'received'
  | 'spent'
  | 'closeWhenCollected'
  | 'nextPart'
  | 'readAll'
  | 'readAllSync'
  | typeof Symbol.asyncIterator;

/** The members that both flavors share. A mapped type makes methods properties, which a class cannot override by methods. */
interface Base extends Omit<AwaitedHTTPResponse, Overridden> {
  /** The same as {@link closed}. */
  isclosed(): boolean;
  /** Gives the connection back. One with an unread body cannot be used again, and is closed. */
  release_conn(): void;
}

/** TypeScript rejects overrides with other result types. */
const Base = AwaitedHTTPResponse as unknown as new (init?: HTTPResponseInit) => Base;

/** The same object, typed as its base class. */
function awaited(raw: HTTPResponse): AwaitedHTTPResponse {
  return raw as unknown as AwaitedHTTPResponse;
}

const awaitedPrototype = AwaitedHTTPResponse.prototype;

function isClosed(raw: HTTPResponse): boolean {
  return Reflect.get(awaitedPrototype, 'closed', raw);
}

/**
 * urllib3's response, which `response.raw` is: status line, headers line by line, and the body as it comes from the wire.
 * It can be read in parts by several readers in turn; each goes on where the one before stopped.
 */
export class HTTPResponse extends Base {
  /**
   * Reads `amt` bytes, fewer only at the end; without `amt` (or with a negative one) all that is left. Empty at the end.
   * @throws an exception of requests when the body breaks off or cannot be decoded
   */
  read(amt: number | null = null, { decode_content = false, ...unknown }: ReadOptions = {}): Buffer {
    checkOptions('read()', unknown, []);
    if (amt === 0) return EMPTY;
    return this.fill(amt === null || amt < 0 || amt === Infinity ? null : amt, decode_content);
  }

  /**
   * Iterates over the body in parts of at most `amt` bytes: exactly so many, except that the chunks of a chunked body
   * are not joined; null: as they arrive. A further iteration goes on where this one stopped.
   */
  *stream(
    amt: number | null = 65_536,
    { decode_content = false, ...unknown }: ReadOptions = {},
  ): Generator<Buffer, void, undefined> {
    checkOptions('stream()', unknown, []);
    if (amt === 0) return;
    for (;;) {
      const part = this.part(amt, decode_content);
      if (part === null) return;
      yield part;
    }
  }

  /** Iterates over the undecoded body. */
  [Symbol.iterator](): Generator<Buffer, void, undefined> {
    return this.stream();
  }

  /** Reads the rest and throws it away; errors are ignored. */
  drain_conn(): void {
    const body = bodies.get(awaited(this));
    try {
      while (this.takePart(null, body?.decoded ?? false) !== null);
    } catch {
      // Ignore errors of an unwanted body.
    }
  }

  /** Closes; the connection under a body that was not read to its end is closed with it. Reading then gives nothing. */
  close(): void {
    const body = bodies.get(awaited(this));
    if (body === undefined) awaitedPrototype.close.call(awaited(this));
    else {
      body.ahead = [];
      if (!body.ended) body.link.tell('close', [body.id]);
      body.ended = true;
    }
  }

  /** Whether nothing more will come: the body was read to its end, failed, or was closed. */
  get closed(): boolean {
    const body = bodies.get(awaited(this));
    return body === undefined ? isClosed(this) : body.ended && body.ahead.length === 0;
  }

  /** How many bytes of the body have come off the wire. */
  tell(): number {
    const body = bodies.get(awaited(this));
    if (body === undefined || body.ended) return awaitedPrototype.tell.call(awaited(this));
    return body.link.call('tell', [body.id]) as number;
  }

  /** The decoded body, or what is left of it. @internal */
  whole(): Buffer {
    const body = bodies.get(awaited(this));
    if (body === undefined) return awaited(this).readAllSync() ?? EMPTY;
    const { ahead } = body;
    body.ahead = [];
    if (body.ended) {
      if (body.error !== null) throw withCallersLines(body.error) as Error;
      return Buffer.concat(ahead);
    }
    body.ended = true;
    try {
      const rest = body.link.call('all', [body.id]) as Buffer;
      return ahead.length === 0 ? rest : Buffer.concat([...ahead, rest]);
    } catch (error) {
      body.error = error;
      throw withCallersLines(error) as Error;
    }
  }

  /** The gateway has read the rest of the body, decoded. @internal */
  endWith(rest: Buffer): void {
    const body = bodies.get(awaited(this));
    if (body === undefined || body.ended) return;
    body.ahead.push(rest);
    body.ended = true;
  }

  /** One step of {@link stream}; null at the end. @internal */
  part(amt: number | null, decode: boolean): Buffer | null {
    if (amt === null || amt <= 0) return this.takePart(null, decode);
    const lines = rawValues(this.rawHeaders, 'transfer-encoding');
    if (lines.some((line) => /(?:^|,)\s*chunked\s*(?:,|$)/i.test(line))) return this.takePart(amt, decode);
    const filled = this.fill(amt, decode);
    return filled.length === 0 ? null : filled;
  }

  /** `amt` bytes, or (null) all; fewer only at the end. */
  private fill(amt: number | null, decode: boolean): Buffer {
    const parts: Buffer[] = [];
    let size = 0;
    while (amt === null || size < amt) {
      const part = this.takePart(amt === null ? null : amt - size, decode);
      if (part === null) break;
      parts.push(part);
      size += part.length;
    }
    // The usual case, as the gateway cuts the body to this size.
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
  }

  /** Up to `amt` of the bytes read ahead; waits only if there are none. */
  private takePart(amt: number | null, decode: boolean): Buffer | null {
    const body = bodies.get(awaited(this));
    if (body === undefined) return takeBuffered(awaited(this));
    if (body.ahead.length === 0 && !body.ended) fetch(body, amt, decode);
    const piece = body.ahead.shift();
    if (piece === undefined) {
      if (body.error !== null) throw withCallersLines(body.error) as Error;
      return null;
    }
    if (amt === null || piece.length <= amt) return piece;
    body.ahead.unshift(piece.subarray(amt));
    return piece.subarray(0, amt);
  }
}

/** Yields a body that arrived whole, once. */
function takeBuffered(raw: AwaitedHTTPResponse): Buffer | null {
  const whole = raw.readAllSync();
  return whole === null || whole.length === 0 ? null : whole;
}

function fetch(body: FarBody, amt: number | null, decode: boolean): void {
  const { pieces, ended, error } = body.link.call('pieces', [body.id, amt, decode]) as {
    readonly pieces: readonly Buffer[];
    readonly ended: boolean;
    readonly error: unknown;
  };
  body.decoded = decode;
  body.ahead = [...pieces];
  body.ended = ended;
  body.error = error;
}

onArriving('raw', (link, init: HTTPResponseInit, id: number | null) => {
  const raw = new HTTPResponse(init);
  if (id !== null) {
    const body: FarBody = { link, id, ahead: [], decoded: false, ended: false, error: null };
    bodies.set(awaited(raw), body);
  }
  return raw;
});

setReducer(HTTPResponse, (raw) => reduceAs(AwaitedHTTPResponse, raw));

import { inspect } from 'node:util';
import { checkOptions, isPlainObject, monotonic, repr, typeName, ValueError } from '../../builtins/index.js';
import { TimeoutStateError } from '../exceptions/urllib3.js';

/** The parts of a {@link Timeout}, in seconds; null (the default) is no limit. */
export interface TimeoutOptions {
  /** For connecting and then waiting for the answer, together. Default null. */
  total?: number | null | undefined;
  /** For making the connection. Default null. */
  connect?: number | null | undefined;
  /** For each wait for the server to send something. Default null. */
  read?: number | null | undefined;
}

/** The parts of a timeout, for a copy of it. @internal */
export let partsOfTimeout: (timeout: Timeout) => TimeoutOptions;

/**
 * urllib3's Timeout: limits in seconds for connecting and for each read, and optionally on both together. It can be given
 * wherever `timeout` is.
 *
 * Throws ValueError for what is not a number above 0 or null.
 */
export class Timeout {
  static {
    partsOfTimeout = (timeout) => ({ total: timeout.total, connect: timeout.#connect, read: timeout.#read });
  }
  /** For connecting and then waiting for the answer, together; null for no limit. */
  readonly total: number | null;
  readonly #connect: number | null;
  readonly #read: number | null;
  #started: number | null = null;

  /** Takes the parts, or the total alone. */
  constructor(options: TimeoutOptions | number | null = {}) {
    const given: TimeoutOptions = isPlainObject(options) ? options : { total: options };
    const { total, connect, read } = checkOptions('Timeout()', given, ['total', 'connect', 'read']);
    this.#connect = validated(connect, 'connect');
    this.#read = validated(read, 'read');
    // Anything but a number is refused here.
    this.total = validated(total, 'total');
  }

  /** The same limit for connecting and for each read: what a plain number means. */
  static from_float(timeout: number | null | undefined): Timeout {
    return new Timeout({ connect: timeout, read: timeout });
  }

  /** A copy whose clock has not started. */
  clone(): Timeout {
    return new Timeout({ total: this.total, connect: this.#connect, read: this.#read });
  }

  /** Starts the clock that `total` is measured with. Throws TimeoutStateError when it runs already. */
  start_connect(): number {
    if (this.#started !== null) throw new TimeoutStateError('Timeout timer has already been started.');
    this.#started = monotonic();
    return this.#started;
  }

  /** Seconds since {@link start_connect}. Throws TimeoutStateError when it was not called. */
  get_connect_duration(): number {
    if (this.#started === null) {
      throw new TimeoutStateError("Can't get connect duration for timer that has not started.");
    }
    return monotonic() - this.#started;
  }

  /** The limit for making the connection. */
  get connect_timeout(): number | null {
    return least(this.#connect, this.total);
  }

  /** The limit for each read: never more than what is left of `total`. */
  get read_timeout(): number | null {
    if (this.total === null) return this.#read;
    if (this.#started === null && this.#read !== null) return this.#read;
    return Math.max(0, least(this.total - this.get_connect_duration(), this.#read) ?? 0);
  }

  /** `Timeout(connect=…, read=…, total=…)`, as Python prints it. */
  toString(): string {
    const { total } = this;
    return `Timeout(connect=${repr(this.#connect)}, read=${repr(this.#read)}, total=${repr(total)})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** As {@link toString}. */
  toJSON(): string {
    return this.toString();
  }
}

function least(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

function validated(value: unknown, name: string): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') {
    throw new ValueError('Timeout cannot be a boolean value. It must be an int, float or None.');
  }
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new ValueError(
      `Timeout value ${name} was ${text(value)}, but it must be an int, float or None.` +
        ` Got ${typeName(value)}; write seconds, { timeout: 5 }, or [connect, read].`,
    );
  }
  if (value <= 0) {
    throw new ValueError(
      `Attempted to set ${name} timeout to ${value}, but the timeout cannot be set to a value less than or equal to 0.`,
    );
  }
  return value;
}

/** Python's `str()`: the bare text of a string, the `repr()` of everything else. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return isPlainObject(value) ? inspect(value) : repr(value);
}

const NO_LIMIT: Timeout = new Timeout();
let latest: { readonly value: number; readonly timeout: Timeout } | null = null;

/**
 * What the `timeout` of a request means. Numbers in a row that are the same share one object, as its limits never change;
 * one with a `total` is a copy with a clock of its own.
 *
 * Throws ValueError with the texts of Python.
 * @internal
 */
export function resolveTimeout(timeout: unknown): Timeout {
  if (timeout === null || timeout === undefined) return NO_LIMIT;
  if (typeof timeout === 'number') {
    if (latest?.value !== timeout) latest = { value: timeout, timeout: Timeout.from_float(timeout) };
    return latest.timeout;
  }
  if (timeout instanceof Timeout) return timeout;
  if (Array.isArray(timeout)) return fromPair(timeout);
  // Anything else is refused, in words that name it.
  return Timeout.from_float(timeout as number);
}

function fromPair(pair: readonly unknown[]): Timeout {
  try {
    if (pair.length === 2) return new Timeout({ connect: pair[0] as number, read: pair[1] as number });
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
  }
  const tuple = pair.length === 1 ? `(${repr(pair[0])},)` : `(${pair.map(repr).join(', ')})`;
  throw new ValueError(
    `Invalid timeout ${tuple}. Pass a (connect, read) timeout tuple, or a single float to set both timeouts to the same value.`,
  );
}

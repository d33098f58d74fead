import { inspect } from 'node:util';
import { checkOptions } from './options.js';
import { setReducer } from './reducers.js';
import { setReferences } from './references.js';

const SECONDS_PER_DAY = 86_400;

/** The parts a {@link timedelta} is built from; all may be fractions and negative, all default to 0. */
export interface TimedeltaOptions {
  /** 24 hours each. */
  days?: number | undefined;
  /** Seconds. */
  seconds?: number | undefined;
  /** Rounded to whole ones. */
  microseconds?: number | undefined;
  /** Thousandths of a second. */
  milliseconds?: number | undefined;
  /** 60 seconds each. */
  minutes?: number | undefined;
  /** 3600 seconds each. */
  hours?: number | undefined;
  /** 7 days each. */
  weeks?: number | undefined;
}

/**
 * Python's `datetime.timedelta`, as `response.elapsed` is one: a duration with microsecond resolution.
 * `valueOf()` is in seconds, so durations compare and subtract as numbers.
 */
// Lower case, as in Python.
export class timedelta {
  readonly #microseconds: number;

  constructor(options: TimedeltaOptions = {}) {
    const named = checkOptions('timedelta()', options, [
      'days',
      'seconds',
      'microseconds',
      'milliseconds',
      'minutes',
      'hours',
      'weeks',
    ]);
    const {
      days = 0,
      seconds = 0,
      microseconds = 0,
      milliseconds = 0,
      minutes = 0,
      hours = 0,
      weeks = 0,
    } = named;
    const total =
      (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60e6 +
      seconds * 1e6 +
      milliseconds * 1e3 +
      microseconds;
    if (!Number.isFinite(total)) throw new TypeError('timedelta() takes finite numbers');
    this.#microseconds = Math.round(total);
  }

  /** Whole days; negative durations have negative days and non-negative seconds, as in Python. */
  get days(): number {
    return Math.floor(this.#microseconds / (SECONDS_PER_DAY * 1e6));
  }

  /** Seconds left after the days, 0 to 86399. */
  get seconds(): number {
    return Math.floor((this.#microseconds - this.days * SECONDS_PER_DAY * 1e6) / 1e6);
  }

  /** Microseconds left after the seconds, 0 to 999999. */
  get microseconds(): number {
    return this.#microseconds - (this.days * SECONDS_PER_DAY + this.seconds) * 1e6;
  }

  /** The whole duration in seconds, with fractions. */
  total_seconds(): number {
    return this.#microseconds / 1e6;
  }

  /** Whether `other` is a timedelta of the same length. */
  equals(other: unknown): boolean {
    return other instanceof timedelta && other.#microseconds === this.#microseconds;
  }

  /** The duration in seconds: what `<`, `-` and `+` work with. */
  valueOf(): number {
    return this.total_seconds();
  }

  /** Python's `str()`: `[D day[s], ]H:MM:SS[.UUUUUU]`. */
  toString(): string {
    const { days, seconds, microseconds } = this;
    const two = (value: number): string => String(value).padStart(2, '0');
    const day = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `;
    const fraction = microseconds === 0 ? '' : `.${String(microseconds).padStart(6, '0')}`;
    return `${day}${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction}`;
  }

  /** The text form. */
  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    const parts = (['days', 'seconds', 'microseconds'] as const)
      .filter((name) => this[name] !== 0)
      .map((name) => `${name}=${this[name]}`);
    return `timedelta(${parts.length === 0 ? '0' : parts.join(', ')})`;
  }
}

/** @internal */
export function restoreTimedelta(microseconds: number): timedelta {
  return new timedelta({ microseconds });
}

setReferences(import.meta.url, { restoreTimedelta });
setReducer(timedelta, (duration) => [restoreTimedelta, [Math.round(duration.total_seconds() * 1e6)]]);

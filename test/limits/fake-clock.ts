import { type LimitsClock, Turn } from '../../src/limits/index.js';

interface FakeTimer {
  readonly due: number;
  readonly callback: () => void;
  isRef: boolean;
  ref(): void;
  unref(): void;
}

/** A clock that stands still until a test lets it go on. Milliseconds are whole, as those of a timer are. */
export class FakeClock implements LimitsClock {
  /** Milliseconds. */
  #time = 1_000_000;
  readonly timers = new Set<FakeTimer>();

  now(): number {
    return this.#time;
  }

  /** Seconds. */
  get time(): number {
    return this.#time / 1000;
  }

  setTimeout(callback: () => void, milliseconds: number): FakeTimer {
    const timer: FakeTimer = {
      due: this.#time + Math.ceil(milliseconds),
      callback,
      isRef: true,
      ref() {
        this.isRef = true;
      },
      unref() {
        this.isRef = false;
      },
    };
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as FakeTimer);
  }

  /** Goes on to the next timer. */
  tick(): void {
    const due = Math.min(...Array.from(this.timers, (timer) => timer.due));
    if (due === Infinity) throw new Error('nothing is due');
    this.advance((due - this.#time) / 1000);
  }

  /** Lets `seconds` pass, and what is due happen at its time. */
  advance(seconds: number): void {
    const end = this.#time + Math.round(seconds * 1000);
    for (;;) {
      const [first] = [...this.timers].sort((a, b) => a.due - b.due);
      if (first === undefined || first.due > end) break;
      this.#time = Math.max(this.#time, first.due);
      this.timers.delete(first);
      first.callback();
    }
    this.#time = end;
  }
}

/** A turn that notes what becomes of it. */
export class TestTurn extends Turn {
  began = false;
  /** Seconds of the wait for which it was refused. */
  refusedFor: number | null = null;
  /** What the store has failed with. */
  error: Error | null = null;
  readonly #onBegin: ((turn: TestTurn) => void) | null;

  constructor(onBegin: ((turn: TestTurn) => void) | null = null) {
    super();
    this.#onBegin = onBegin;
  }

  begin(): void {
    this.began = true;
    this.#onBegin?.(this);
  }

  refuse(seconds: number): void {
    this.refusedFor = seconds;
  }

  fail(error: Error): void {
    this.error = error;
  }
}

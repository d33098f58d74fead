import { setTimeout } from '../builtins/index.js';
import type { Client } from './connection.js';

/** A start that is told of later than this, in milliseconds, is not used: it was allowed at another time. */
const LATE = 100;

/** Lets calls start at a rate that all workers of a queue keep together, by Redis's clock. */
export class StartLimit {
  readonly #commands: Client;
  readonly #key: string;
  readonly #rate: number;
  readonly #window: number;
  readonly #name: string;
  #count = 0;
  /** The last that waits: one asks at a time. */
  #last: Promise<void> = Promise.resolve();

  /** @param perSecond a rate of 2.5 is 3 starts in 1.2 seconds */
  constructor(commands: Client, key: string, perSecond: number, name: string) {
    this.#commands = commands;
    this.#key = key;
    this.#name = name;
    this.#rate = Math.ceil(perSecond);
    // What is allowed at one time begins up to LATE after it.
    this.#window = Math.ceil((this.#rate / perSecond) * 1000) + LATE;
  }

  /** Resolves when a call may start. A worker that stood still meanwhile asks again. */
  wait(): Promise<void> {
    const asked = this.#last.then(() => this.#ask());
    // One that fails does not fail those after it.
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async #ask(): Promise<void> {
    for (;;) {
      const asked = performance.now();
      this.#count += 1;
      const milliseconds = await this.#commands.rfStart(
        this.#key,
        this.#rate,
        this.#window,
        `${this.#name}:${this.#count}`,
      );
      if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
      else if (performance.now() - asked <= LATE) return;
    }
  }
}

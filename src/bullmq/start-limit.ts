import { Limiter, type LimitStore, parseLimits, Turn } from '../limits/index.js';

/** Starts calls at a rate that all workers of a queue share. */
export class StartLimit {
  readonly #limiter: Limiter;

  constructor(store: LimitStore, perSecond: number) {
    const { settings } = parseLimits('per_second', { per_second: perSecond, store });
    this.#limiter = new Limiter(settings);
  }

  /**
   * Calls `start` in its turn. A worker suspended before that has not used its turn.
   * @throws Error when Redis does not answer when it may start
   */
  run<T>(start: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        resolve(start());
        this.#limiter.written(turn);
        this.#limiter.leave(turn);
      };
      const turn = new CallTurn(begin, reject);
      this.#limiter.enter(turn, '');
    });
  }
}

class CallTurn extends Turn {
  constructor(
    readonly begin: () => void,
    readonly fail: (error: Error) => void,
  ) {
    super();
  }

  refuse(): void {
    // Unreachable, as there is no `max_delay`.
  }
}

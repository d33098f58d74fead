import type { AbortToken } from '../../../builtins/index.js';

/** One place for a connection in a pool. */
export interface Place {
  /** Gives it back. Calling it again does nothing. */
  readonly release: () => void;
}

/** The connections that a pool with `block` may have at once: here a request waits for one without holding anything. */
export class PoolPlaces {
  #free: number;
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>();

  constructor(size: number) {
    this.#free = size;
  }

  /** Null when there is none to be had now. */
  take(): Place | null {
    if (this.#free === 0) return null;
    this.#free -= 1;
    return this.#place();
  }

  /** Rejects with the reason when `token` aborts. */
  wait(token: AbortToken | null): Promise<Place> {
    return new Promise((resolve, reject) => {
      const taken = (): void => {
        stop?.();
        resolve(this.#place());
      };
      this.#waiting.add(taken);
      const stop = token?.onAbort((reason) => {
        this.#waiting.delete(taken);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a caller's reason may be anything
        reject(reason);
      });
    });
  }

  #place(): Place {
    let isTaken = true;
    return {
      release: () => {
        if (isTaken) this.#released();
        isTaken = false;
      },
    };
  }

  /** What has waited longest is next. */
  #released(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}

/** More are seldom in use at once. */
const MOST = 256;
const LONGEST_KEY = 2048;

/** Results by URL: programs pass the same few URLs over and over. Limited in number and in the length of a URL. */
export class Remembered<T> {
  readonly #results = new Map<string, T>();

  get(url: string): T | undefined {
    return this.#results.get(url);
  }

  /** Returns `result`. */
  set(url: string, result: T): T {
    if (url.length > LONGEST_KEY) return result;
    if (this.#results.size >= MOST) this.#results.clear();
    this.#results.set(url, result);
    return result;
  }
}

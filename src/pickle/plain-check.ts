import type { Transferable } from 'node:worker_threads';
import { isGivenUp, isWhole, isWorthTransferring } from './bytes.js';
import { kindOf } from './classify.js';

/** Finds out what structured clone copies faithfully, and collects the memory to transfer with it. */
export class PlainCheck {
  readonly #owned: boolean;
  readonly #asBytes: boolean;
  readonly #transfers: Set<Transferable>;
  /** Objects already scanned. */
  readonly #seen = new Map<object, boolean>();
  /** Roughly how many values were found: the cost of recreating them. */
  size = 0;

  /**
   * @param owned whether the memory in it may be transferred
   * @param asBytes whether to treat what only `postMessage()` can copy or move as impure
   */
  constructor(owned: boolean, asBytes: boolean, transfers: Set<Transferable>) {
    this.#owned = owned;
    this.#asBytes = asBytes;
    this.#transfers = transfers;
  }

  /** Whether structured clone alone copies `value` faithfully, contents included. A cycle counts as impure. */
  isPlain(value: unknown): boolean {
    if (typeof value === 'string') {
      this.size += value.length >>> 8;
      return true;
    }
    if (typeof value !== 'object') return typeof value !== 'function' && typeof value !== 'symbol';
    if (value === null) return true;
    const known = this.#seen.get(value);
    if (known !== undefined) return known;
    this.#seen.set(value, false);
    const isPlain = this.#look(value);
    if (isPlain) this.#seen.set(value, true);
    return isPlain;
  }

  #look(value: object): boolean {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Array.prototype) {
      this.size += (value as unknown[]).length;
      for (const item of value as unknown[]) if (!this.isPlain(item)) return false;
      return true;
    }
    switch (kindOf(value, prototype).type) {
      case 'plain':
        return this.#lookAtFields(value);
      case 'native':
        return true;
      case 'cloned':
        return !this.#asBytes;
      case 'map':
        this.size += (value as Map<unknown, unknown>).size;
        for (const [key, item] of value as Map<unknown, unknown>) {
          if (!this.isPlain(key) || !this.isPlain(item)) return false;
        }
        return true;
      case 'set':
        this.size += (value as Set<unknown>).size;
        for (const item of value as Set<unknown>) if (!this.isPlain(item)) return false;
        return true;
      case 'view':
      case 'bytes':
        return this.#lookAtBytes(value as ArrayBuffer | NodeJS.ArrayBufferView);
      case 'transferable':
        if (this.#asBytes) return false;
        this.#transfers.add(value as Transferable);
        return true;
      default:
        return false;
    }
  }

  #lookAtFields(value: object): boolean {
    const keys = Object.keys(value);
    this.size += keys.length;
    for (const key of keys) {
      if (!this.isPlain((value as Record<string, unknown>)[key])) return false;
    }
    return true;
  }

  #lookAtBytes(value: ArrayBuffer | NodeJS.ArrayBufferView): boolean {
    if (!isWhole(value) || isGivenUp(value)) return false;
    if (!isWorthTransferring(value)) return true;
    if (!this.#owned) return false;
    this.#transfers.add((ArrayBuffer.isView(value) ? value.buffer : value) as ArrayBuffer);
    return true;
  }
}

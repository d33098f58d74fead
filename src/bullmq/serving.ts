/** Runs one call, from received bytes to the bytes of its outcome, in the worker's own event loop or in one of its threads. */
import { homeCallsOf, LookupError, RuntimeError, typeName } from '../builtins/index.js';

import { ThreadCall } from '../concurrent-futures/internal.js';
import { type ArrivedCall, decodeCall, decodeOutcome, encodeOutcome } from './envelope.js';
import type { WorkerNames } from './names.js';
import { type Stores, withStores } from './stores-here.js';

/** The end of a call. */
export interface Served {
  /** `lost`: it may have run, but has no outcome. */
  readonly kind: 'returned' | 'json' | 'threw' | 'refused' | 'lost';
  /** The outcome (`json`: as text), or why the call was refused. */
  readonly outcome: Uint8Array | string;
  /** The name of the function, if it could be read. */
  readonly name: string | null;
  /** Name and message of an error, for the log. */
  readonly error: string | null;
}

/** Calls functions by their names. */
export class Server {
  constructor(
    readonly names: WorkerNames,
    readonly maxSize: number,
    readonly workerName: string,
    readonly stores: Stores,
  ) {}

  /** A call that can be aborted before it begins. */
  newCall(): ThreadCall {
    return new ThreadCall(this, this.workerName);
  }

  /** Runs `call`, which `data` describes. Never rejects. */
  async serve(data: object, call: ThreadCall): Promise<Served> {
    let arrived: ArrivedCall;
    let args: unknown[];
    try {
      arrived = decodeCall(data, this.names, this.maxSize);
      args = withStores(this.stores, () => arrived.args());
    } catch (error) {
      return refused(error);
    }
    const { fn, name } = arrived;
    let result: unknown;
    try {
      result = await call.invoke(fn, args);
    } catch (error) {
      return this.#threw(error, call, name);
    }
    try {
      const outcome = encodeOutcome(result, homeCallsOf(call), 'result', this.names, this.maxSize);
      const kind = typeof outcome === 'string' ? 'json' : 'returned';
      return { kind, outcome, name, error: null };
    } catch (error) {
      return this.#threw(error, call, name);
    }
  }

  #threw(error: unknown, call: ThreadCall, name: string | null): Served {
    const text = textOf(error);
    try {
      const outcome = encodeOutcome(error, homeCallsOf(call), 'error', this.names, this.maxSize);
      return { kind: 'threw', outcome, name, error: text };
    } catch (cause) {
      // Report another error rather than none.
      const plain = new RuntimeError(`the error of the call cannot be sent (${textOf(cause)}): ${text}`);
      return {
        kind: 'threw',
        outcome: encodeOutcome(plain, [], 'error', this.names, Infinity),
        name,
        error: text,
      };
    }
  }

  /** The end of a call that failed outside its function. */
  failed(error: unknown): Served {
    return this.#threw(error, this.newCall(), null);
  }

  /** The reason of an abort. */
  reason(bytes: Buffer | null): unknown {
    if (bytes === null || bytes.length === 0) return undefined;
    try {
      return decodeOutcome(bytes, this.names).value;
    } catch {
      return undefined;
    }
  }
}

/** The end of a refused call. */
export function refused(error: unknown): Served {
  const { name, message } = error as Error;
  // In a form that any version can read.
  const outcome = JSON.stringify({ name: error instanceof LookupError ? 'LookupError' : name, message });
  return { kind: 'refused', outcome, name: null, error: textOf(error) };
}

function textOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : typeName(error);
  } catch {
    // A getter of it throws.
    return 'Error';
  }
}

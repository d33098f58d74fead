/** What a pool thread runs. Piscina calls the default export once, with how the thread is to be set up. */
import type { MessagePort, Transferable } from 'node:worker_threads';
import { type Reference, setHome } from '../src/builtins/index.js';
import { effectsOf } from '../src/concurrent-futures/worker-pool/effects.js';
import {
  type FlatCall,
  LINGERING,
  type Opened,
  type Opening,
  type FromThread,
  type Outcome,
  SMALL,
  type ToThread,
} from '../src/concurrent-futures/worker-pool/protocol.js';
import {
  decode,
  decodeLoading,
  encode,
  encodeFlat,
  explainCloneError,
  type Flat,
  forgetCopies,
  type Pickled,
  ReceivedReferences,
  SentReferences,
  streamsEnd,
} from '../src/pickle/index.js';
import { ThreadCall } from './call.js';
import { importFunction, receiveHere, setMainModule } from './import-function.js';

// Piscina tries `require` first, and loaders such as tsx make a second copy of each module for that, which knows nothing of what
// the copies that are imported have registered. What awaits at its top level can only be imported.
await Promise.resolve();

/** Runs the initializer, then takes calls until it is told to close. */
export default async function open(opening: Opening): Promise<Opened> {
  setMainModule(opening.mainModule);
  const thread = new Thread(opening);
  setHome((fn, args) => {
    thread.callHome(fn, args);
  });
  try {
    await thread.initialize(opening.initializer, opening.initargs);
  } catch (error) {
    return { failure: encode(error).message };
  }
  thread.listen();
  return { failure: null };
}

function isFlat(message: ToThread): message is FlatCall {
  return Array.isArray(message);
}

class Thread {
  readonly #calls: MessagePort;
  readonly #outcomes: MessagePort;
  readonly #workerName: string;
  readonly #functions: Reference[] = [];
  readonly #running = new Map<number, ThreadCall>();
  readonly #received = new ReceivedReferences();
  readonly #sent = new SentReferences();

  constructor({ calls, outcomes, workerName }: Opening) {
    this.#calls = calls;
    this.#outcomes = outcomes;
    this.#workerName = workerName;
  }

  async initialize(initializer: Reference | null, initargs: Pickled): Promise<void> {
    if (initializer === null) return;
    const fn = await importFunction(initializer);
    const received = receiveHere(initargs);
    await received.imports.loading;
    await new ThreadCall(this, this.#workerName).invoke(fn, decode(received) as unknown[]);
  }

  listen(): void {
    this.#calls.on('message', (message: ToThread) => {
      if (isFlat(message)) {
        void this.#run(...message);
        return;
      }
      switch (message.type) {
        case 'call':
          if (message.reference !== undefined) this.#functions[message.fn] = message.reference;
          void this.#run(message.id, message.fn, message.args);
          break;
        case 'abort':
          void this.#abort(message.id, message.reason);
          break;
        case 'forget':
          forgetCopies(message.ids);
          break;
        case 'close':
          void this.#close();
      }
    });
  }

  async #run(id: number, fn: number, args: Pickled | Flat): Promise<void> {
    const call = new ThreadCall(this, this.#workerName);
    this.#running.set(id, call);
    // At once: the next message builds on what is new in this one.
    const received = receiveHere(args, this.#received);
    const { loading } = received.imports;
    try {
      const imported = importFunction(this.#functions[fn] as Reference);
      if (loading !== undefined || imported instanceof Promise) await Promise.all([imported, loading]);
      const target = imported instanceof Promise ? await imported : imported;
      const result = await call.invoke(target, decode(received) as unknown[]);
      this.#answer(id, call, false, result);
    } catch (error) {
      this.#answer(id, call, true, error);
    }
    this.#running.delete(id);
  }

  async #abort(id: number, reason: Pickled): Promise<void> {
    this.#running.get(id)?.abort(await decodeLoading(reason));
  }

  #answer(id: number, call: ThreadCall, failed: boolean, value: unknown): void {
    try {
      this.#send(id, call, failed, value);
    } catch (error) {
      this.#send(id, call, true, explainCloneError(error, value, 'result'));
    }
  }

  #send(id: number, call: ThreadCall, failed: boolean, value: unknown): void {
    const effects = effectsOf(call);
    const hasEffects = effects.length > 0;
    if (!failed && !hasEffects && this.#sendFlat(id, value)) return;
    const { message, transferList, size } = encode(hasEffects ? [value, effects] : value, {
      owned: true,
      name: failed ? 'error' : 'result',
      table: this.#sent,
    });
    try {
      this.#post({ id, failed, value: message, hasEffects }, transferList, size > SMALL);
    } catch (error) {
      this.#sent.takeBack();
      throw error;
    }
  }

  /** The short way, if there is one for this result. */
  #sendFlat(id: number, value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    const flat = encodeFlat(Object.getPrototypeOf(value) as object, value, this.#sent);
    if (flat === null) return false;
    const { message, transferList } = flat;
    const result: FromThread =
      'box' in message ? { id, failed: false, value: message, hasEffects: false } : [id, message];
    try {
      this.#calls.postMessage(result, transferList);
    } catch (error) {
      this.#sent.takeBack();
      throw error;
    }
    return true;
  }

  #post(outcome: Outcome, transferList: readonly Transferable[], isLarge: boolean): void {
    if (!isLarge) {
      this.#calls.postMessage(outcome satisfies FromThread, transferList);
      return;
    }
    const { box, steps, ...news } = outcome.value;
    this.#outcomes.postMessage(
      { ...outcome, value: { box, ...(steps && { steps }) } } satisfies Outcome,
      transferList,
    );
    this.#calls.postMessage({ announced: { box: [null], ...news } } satisfies FromThread);
  }

  /** Has the main thread call a function of this package. */
  callHome(fn: (...args: never[]) => unknown, args: readonly unknown[]): void {
    const { message, transferList } = encode([fn, args], { name: 'args' });
    this.#calls.postMessage({ home: message } satisfies FromThread, transferList);
  }

  /** Ends the thread; not before the streams that it returned have been read or given up. */
  async #close(): Promise<void> {
    const end = streamsEnd();
    if (end !== undefined) {
      this.#calls.postMessage(LINGERING satisfies FromThread);
      await end;
    }
    // The thread and not the process.
    process.exit(0);
  }
}

/** What a pool thread runs. Piscina calls the default export once, with how the thread is to be set up. */
import type { MessagePort, Transferable } from 'node:worker_threads';
import type { Reference } from '../src/builtins/index.js';
import { effectsOf } from '../src/concurrent-futures/worker-pool/effects.js';
import {
  type CallMessage,
  LINGERING,
  type Opened,
  type Opening,
  OUTCOME_READY,
  type Outcome,
  type ToThread,
} from '../src/concurrent-futures/worker-pool/protocol.js';
import {
  decode,
  decodeLoading,
  encode,
  explainCloneError,
  forgetCopies,
  type Pickled,
  streamsEnd,
} from '../src/pickle/index.js';
import { ThreadCall } from './call.js';
import { importFunction, loadFor, setMainModule } from './import-function.js';

/** Runs the initializer, then takes calls until it is told to close. */
export default async function open(opening: Opening): Promise<Opened> {
  setMainModule(opening.mainModule);
  const thread = new Thread(opening);
  try {
    await thread.initialize(opening.initializer, opening.initargs);
  } catch (error) {
    return { failure: encode(error).message };
  }
  thread.listen();
  return { failure: null };
}

class Thread {
  readonly #calls: MessagePort;
  readonly #outcomes: MessagePort;
  readonly #workerName: string;
  readonly #functions: Reference[] = [];
  readonly #running = new Map<number, ThreadCall>();

  constructor({ calls, outcomes, workerName }: Opening) {
    this.#calls = calls;
    this.#outcomes = outcomes;
    this.#workerName = workerName;
  }

  async initialize(initializer: Reference | null, initargs: Pickled): Promise<void> {
    if (initializer === null) return;
    const fn = await importFunction(initializer);
    await loadFor(initargs);
    await new ThreadCall(this, this.#workerName).invoke(fn, decode(initargs) as unknown[]);
  }

  listen(): void {
    this.#calls.on('message', (message: ToThread) => {
      switch (message.type) {
        case 'call':
          void this.#run(message);
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

  async #run({ id, fn, reference, args }: CallMessage): Promise<void> {
    if (reference !== undefined) this.#functions[fn] = reference;
    const call = new ThreadCall(this, this.#workerName);
    this.#running.set(id, call);
    try {
      const imported = importFunction(this.#functions[fn] as Reference);
      const target = imported instanceof Promise ? await imported : imported;
      const loading = loadFor(args);
      if (loading !== undefined) await loading;
      this.#answer(id, call, false, await call.invoke(target, decode(args) as unknown[]));
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
      const { message, transferList } = encode(value, { owned: true, name: failed ? 'error' : 'result' });
      const effects = effectsOf(call);
      if (effects.length === 0) {
        this.#post({ id, failed, value: message }, transferList);
      } else {
        const encoded = encode(effects, { name: 'effects' });
        this.#post({ id, failed, value: message, effects: encoded.message }, [
          ...transferList,
          ...encoded.transferList,
        ]);
      }
    } catch (error) {
      this.#post({ id, failed: true, value: encode(explainCloneError(error, value, 'result')).message });
    }
  }

  #post(outcome: Outcome, transferList: readonly Transferable[] = []): void {
    this.#outcomes.postMessage(outcome, transferList);
    this.#calls.postMessage(OUTCOME_READY);
  }

  /** Ends the thread; not before the streams that it returned have been read or given up. */
  async #close(): Promise<void> {
    const end = streamsEnd();
    if (end !== undefined) {
      this.#calls.postMessage(LINGERING);
      await end;
    }
    // The thread and not the process.
    process.exit(0);
  }
}

/** A pool thread. Piscina calls the default export once, with the thread's setup. */
import { types } from 'node:util';
import type { MessagePort, Transferable } from 'node:worker_threads';
import { type HomeCall, homeCallsOf, type Reference, setHome } from '../src/builtins/index.js';
import { setPoolThread } from '../src/concurrent-futures/worker-pool/bootstrapping.js';
import {
  type CallMessage,
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
  encodeForChannel,
  explainCloneError,
  forgetCopies,
  isShort,
  type Message,
  type Pickled,
  ReceivedReferences,
  SentReferences,
  streamsEnd,
} from '../src/pickle/index.js';
import { ThreadCall } from '../src/concurrent-futures/worker-pool/thread-call.js';
import { importFunction, receiveHere } from './import-function.js';

/** Runs the initializer, then takes calls until the pool closes it. */
export default async function open(opening: Opening): Promise<Opened> {
  setPoolThread(opening.mainModule);
  const thread = new Thread(opening);
  setHome((call) => {
    thread.callHome(call);
  });
  try {
    await thread.initialize(opening.initializer, opening.initargs);
  } catch (error) {
    return { failure: encode(error).message };
  }
  thread.listen();
  return { failure: null };
}

function isCall(message: ToThread): message is CallMessage {
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
      if (isCall(message)) {
        const [id, fn, args, reference] = message;
        if (reference !== undefined) this.#functions[fn] = reference;
        void this.#run(id, fn, args);
        return;
      }
      switch (message.type) {
        case 'abort':
          void this.#abort(message.id, message.reason);
          break;
        case 'forget':
          forgetCopies(message.ids);
          break;
        case 'slot':
          this.#running.get(message.id)?.slotReturned();
          break;
        case 'close':
          void this.#close();
      }
    });
  }

  async #run(id: number, fn: number, args: Message): Promise<void> {
    const call = new ThreadCall(this, this.#workerName, (slot) => {
      this.#calls.postMessage({ slot, id } satisfies FromThread);
    });
    this.#running.set(id, call);
    // Synchronously, as the next message builds on what is new in this one.
    const received = receiveHere(args, this.#received);
    const { loading } = received.imports;
    try {
      const imported = importFunction(this.#functions[fn] as Reference);
      if (loading !== undefined || types.isPromise(imported)) await Promise.all([imported, loading]);
      const target = types.isPromise(imported) ? await imported : imported;
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
    const homeCalls = homeCallsOf(call);
    const hasHomeCalls = homeCalls.length > 0;
    const isAlone = !failed && !hasHomeCalls && typeof value === 'object' && value !== null;
    const { message, transferList, size } = encodeForChannel(hasHomeCalls ? [value, homeCalls] : value, {
      form: isAlone ? (Object.getPrototypeOf(value) as object | null) : null,
      owned: true,
      name: failed ? 'error' : 'result',
      table: this.#sent,
    });
    try {
      const isPlain = !failed && !hasHomeCalls;
      this.#post(isPlain ? [id, message] : [id, message, failed, hasHomeCalls], transferList, size > SMALL);
    } catch (error) {
      this.#sent.takeBack();
      throw error;
    }
  }

  #post(outcome: Outcome, transferList: readonly Transferable[], isLarge: boolean): void {
    const [id, value, ...flags] = outcome;
    if (!isLarge || isShort(value)) {
      this.#calls.postMessage(outcome satisfies FromThread, transferList);
      return;
    }
    const { box, steps, ...news } = value;
    this.#outcomes.postMessage(
      [id, { box, ...(steps && { steps }) }, ...flags] satisfies Outcome,
      transferList,
    );
    this.#calls.postMessage({ announced: { box: [null], ...news } } satisfies FromThread);
  }

  callHome(call: HomeCall): void {
    const { message, transferList } = encode(call, { name: 'args' });
    this.#calls.postMessage({ home: message } satisfies FromThread, transferList);
  }

  /** Ends the thread once the streams that it returned have been read or given up. */
  async #close(): Promise<void> {
    const end = streamsEnd();
    if (end !== undefined) {
      this.#calls.postMessage(LINGERING satisfies FromThread);
      await end;
    }
    // Ends the thread, not the process.
    process.exit(0);
  }
}

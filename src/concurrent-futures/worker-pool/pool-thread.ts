import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type Transferable,
} from 'node:worker_threads';
import { getLogger, type HomeCall } from '../../builtins/index.js';
import {
  crossingCall,
  decode,
  encode,
  encodeForChannel,
  explainCloneError,
  receive,
  type Received,
  ReceivedReferences,
  SentReferences,
} from '../../pickle/index.js';
import type { AnyFunction, WorkItem } from '../work-item.js';
import { checkBootstrapped, mainModule } from './bootstrapping.js';
import { importOf } from './import-of.js';
import { LentSlots } from './lent-slots.js';
import { makeHomeCall } from './make-home-call.js';
import { outcomeTurns } from './outcome-turns.js';
import {
  type CallMessage,
  type FromThread,
  LINGERING,
  type Opening,
  type Outcome,
  type ToThread,
} from './protocol.js';
import { terminatedAbruptly } from './terminated.js';
import { notCallable } from '../not-callable.js';
import { type HostSettings, ThreadHost } from './thread-host.js';

/** The events of a thread, for its pool. */
export interface ThreadOwner {
  /** The thread takes calls from now on. */
  opened(): void;
  /** The thread could not be started, or its initializer failed. It is gone. */
  failedToOpen(message: string, cause: unknown): void;
  /** A call has its outcome: its slot is free. */
  finished(thread: PoolThread, item: WorkItem): void;
  /** The thread is no more; its calls are about to be failed. */
  died(thread: PoolThread): void;
}

/** How a thread is started. */
export interface ThreadSettings extends HostSettings {
  readonly workerName: string;
  readonly initializer: AnyFunction | null;
  readonly initargs: readonly unknown[];
}

/** The main thread's side of one thread of the pool: the calls that it runs, and the messages to it. */
export class PoolThread {
  /** How many calls it has been given so far. */
  started = 0;
  #open = false;
  #closing = false;
  #dead = false;
  readonly #owner: ThreadOwner;
  readonly #host: ThreadHost;
  readonly #calls: MessagePort;
  readonly #outcomes: MessagePort;
  readonly #items = new Map<number, WorkItem>();
  readonly #lent = new LentSlots((id) => {
    this.#tell({ type: 'slot', id });
  });
  readonly #functions = new Map<AnyFunction, number>();
  readonly #sent = new SentReferences();
  readonly #received = new ReceivedReferences();
  #lastId = 0;
  #released: (() => void) | undefined;
  /** Settles when the thread has ended, or only stays until its streams have been read. */
  readonly #gone: Promise<void>;

  constructor(owner: ThreadOwner, settings: ThreadSettings) {
    this.#owner = owner;
    this.#host = new ThreadHost(settings, (cause) => {
      // After everything that still waits to be handled.
      outcomeTurns.deliver(() => {
        this.#die(cause);
      });
    });
    const calls = new MessageChannel();
    const outcomes = new MessageChannel();
    this.#calls = calls.port1;
    this.#outcomes = outcomes.port1;
    this.#calls.on('message', (message: FromThread) => {
      this.#hear(message, (handle) => {
        outcomeTurns.deliver(handle);
      });
    });
    this.#calls.unref();
    this.#gone = Promise.race([this.#host.ended, new Promise<void>((resolve) => (this.#released = resolve))]);
    void this.#start(settings, calls.port2, outcomes.port2);
  }

  /** Whether it takes calls. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** How many calls it runs, but for those that have lent their slots out. */
  get load(): number {
    return this.#items.size - this.#lent.size;
  }

  get hasCalls(): boolean {
    return this.#items.size > 0;
  }

  async #start(settings: ThreadSettings, calls: MessagePort, outcomes: MessagePort): Promise<void> {
    const { initializer: given, initargs: givenArgs, workerName } = settings;
    try {
      const [initializer, initargs] = given === null ? [null, givenArgs] : crossingCall(given, givenArgs);
      const { message, transferList } = encode(initargs, { name: 'initargs' });
      const opening: Opening = {
        calls,
        outcomes,
        workerName,
        mainModule: mainModule(),
        initializer: initializer && importOf(initializer),
        initargs: message,
      };
      const failure = await this.#host.open(opening, [calls, outcomes, ...transferList]);
      if (failure === null) this.#opened();
      else this.#failedToOpen('A thread initializer failed', failure.reason);
    } catch (error) {
      this.#failedToOpen('A thread could not be started', error);
    }
  }

  #opened(): void {
    if (this.#dead) return;
    this.#open = true;
    if (this.#closing) void this.close();
    else this.#owner.opened();
  }

  #failedToOpen(what: string, cause: unknown): void {
    if (this.#dead) return;
    this.#abandon(cause);
    if (!this.#closing) this.#owner.failedToOpen(`${what}, the thread pool is not usable anymore`, cause);
  }

  /** Sends the call, or fails it at once when it cannot cross. Returns whether it was sent. */
  send(item: WorkItem): boolean {
    const { fn, args = [] } = item;
    item.drop();
    try {
      this.#post(fn, args, item);
      return true;
    } catch (error) {
      item.fail(error);
      return false;
    }
  }

  #post(fn: AnyFunction | undefined, args: readonly unknown[], item: WorkItem): void {
    // Not checked by `submit`: as in Python, the call fails, not the submission.
    if (typeof fn !== 'function') throw notCallable(fn);
    const id = (this.#lastId += 1);
    this.#postCall(id, fn, args);
    this.started += 1;
    this.#items.set(id, item);
    if (this.#items.size === 1) this.#calls.ref();
    item.future.set_abort_handler((reason) => {
      this.#abort(id, reason);
    });
  }

  #postCall(id: number, given: AnyFunction, givenArgs: readonly unknown[]): void {
    const [fn, args] = crossingCall(given, givenArgs);
    const known = this.#functions.get(fn);
    const reference = known === undefined ? importOf(fn) : undefined;
    const { message, transferList } = encodeForChannel(args, { name: 'args', table: this.#sent, form: fn });
    const number = known ?? this.#functions.size;
    try {
      if ('references' in message) checkBootstrapped(...(message.references ?? []).map(({ url }) => url));
      const call: CallMessage =
        reference === undefined ? [id, number, message] : [id, number, message, reference];
      this.#tell(call, transferList, args);
    } catch (error) {
      this.#sent.takeBack();
      throw error;
    }
    this.#functions.set(fn, number);
  }

  #tell(message: ToThread, transferList: readonly Transferable[] = [], value?: unknown): void {
    try {
      this.#calls.postMessage(message, transferList);
    } catch (error) {
      throw explainCloneError(error, value, 'args');
    }
  }

  #abort(id: number, reason: unknown): void {
    if (!this.#items.has(id)) return;
    const { message, transferList } = encode(reason, { name: 'reason' });
    this.#tell({ type: 'abort', id, reason: message }, transferList, reason);
  }

  /** `deliver` calls back once the main loop has time. */
  #hear(message: FromThread, deliver: (handle: () => void) => void): void {
    if (message === LINGERING) {
      this.#host.unref();
      this.#released?.();
      return;
    }
    // Synchronously, as the next message builds on what is new in this one.
    if (isOutcome(message)) {
      const [id, value, failed, hasHomeCalls] = message;
      const received = receive(value, this.#received);
      deliver(() => {
        this.#handle(id, received, failed, hasHomeCalls);
      });
    } else if ('slot' in message) {
      this.#lent.heard(message, this.#items.get(message.id));
    } else if ('home' in message) {
      const { home } = message;
      deliver(() => void makeHomeCall(home));
    } else {
      const received = receive(message.announced, this.#received);
      deliver(() => {
        const next = receiveMessageOnPort(this.#outcomes) as { readonly message: Outcome } | undefined;
        if (next === undefined) return;
        const [id, value, failed, hasHomeCalls] = next.message;
        this.#handle(id, { ...received, message: value }, failed, hasHomeCalls);
      });
    }
  }

  #handle(id: number, received: Received, failed = false, hasHomeCalls = false): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.delete(id);
    this.#lent.ended(id);
    // Only calls under way keep the process alive.
    if (this.#items.size === 0) this.#calls.unref();
    const { loading } = received.imports;
    if (loading === undefined) this.#settle(item, received, failed, hasHomeCalls);
    else {
      void loading.then(() => {
        this.#settle(item, received, failed, hasHomeCalls);
      });
    }
  }

  #settle(item: WorkItem, received: Received, failed: boolean, hasHomeCalls: boolean): void {
    try {
      let result = decode(received);
      if (hasHomeCalls) {
        const [actual, homeCalls] = result as [unknown, readonly HomeCall[]];
        for (const [fn, args] of homeCalls) fn(...(args as never[]));
        result = actual;
      }
      if (failed) item.fail(result);
      else item.succeed(result);
    } catch (error) {
      // A restoring function threw.
      item.fail(error);
    }
    this.#owner.finished(this, item);
  }

  #die(cause: Error): void {
    if (this.#dead) return;
    // Nothing else would report it.
    if (this.#open && this.#items.size === 0) {
      getLogger().log(
        'error',
        'concurrent.futures',
        'An idle thread of the pool was terminated abruptly:',
        cause,
      );
    }
    this.#part();
    // Messages that it sent before it died still count.
    let last: { readonly message: FromThread } | undefined;
    while ((last = receiveMessageOnPort(this.#calls)) !== undefined) {
      this.#hear(last.message, (handle) => {
        handle();
      });
    }
    this.#failAll(cause);
  }

  #abandon(cause: unknown): void {
    this.#part();
    this.#failAll(cause);
  }

  /** Takes no more calls: the pool gives the slots that become free to other threads. */
  #part(): void {
    this.#dead = true;
    this.#open = false;
    this.#lent.close();
    this.#owner.died(this);
  }

  /** Fails the running calls, each with its own error. */
  #failAll(cause: unknown): void {
    this.#calls.close();
    this.#outcomes.close();
    const items = [...this.#items.values()];
    this.#items.clear();
    for (const item of items) {
      item.fail(terminatedAbruptly(cause));
      this.#owner.finished(this, item);
    }
  }

  /** Drops the thread's copies of objects that are no longer used. */
  forget(ids: readonly string[]): void {
    if (this.#open) this.#tell({ type: 'forget', ids });
  }

  /** Ends the thread at once. Its calls fail. */
  kill(cause: unknown): void {
    void this.#host.destroy();
    if (!this.#dead) this.#abandon(cause);
  }

  /** Resolves when the thread has ended. */
  get ended(): Promise<void> {
    return this.#host.ended;
  }

  /** Ends the thread, which must have no calls. Resolves when it has ended, or only streams keep it. */
  close(): Promise<void> {
    this.#closing = true;
    // One that is starting closes once it is open: Node 20 leaves files open where a thread is terminated during its imports.
    if (this.#open) {
      this.#host.ref();
      this.#tell({ type: 'close' });
      this.#open = false;
    }
    return this.#gone;
  }
}

function isOutcome(message: FromThread): message is Outcome {
  return Array.isArray(message);
}

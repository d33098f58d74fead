/** The gateway's end of the channel to one of its callers, a thread that may be blocked. */
import type { MessagePort, Transferable } from 'node:worker_threads';
import { RuntimeError } from '../../builtins/index.js';
import type { Future } from '../../concurrent-futures/index.js';
import {
  decode,
  encode,
  encodeForChannel,
  explainCloneError,
  type Pickled,
  ReceivedReferences,
  type Received,
  receive,
  SentReferences,
} from '../../pickle/index.js';
import { Response } from '../../requests/index.js';
import { SendSettings } from '../../requests/internal.js';
import { type Changes, NEWS, type ToCaller, type ToGateway, WATCHES } from '../wire/protocol.js';
import type { JarChange } from '../wire/jar-changes.js';
import { resolving } from '../wire/stand-in.js';
import { takeCaller } from '../wire/taking.js';
import { shortToCaller } from '../wire/short-response.js';
import { Bodies } from './bodies.js';
import type { CallersThread } from './callers-thread.js';
import { leaveGateway } from './leaving.js';
import { LiveResponses } from './live-responses.js';
import type { Pools } from './pools.js';
import { resolveInGateway } from './resolving.js';
import type { Twins } from './twins.js';
import { Watching } from './watching.js';

/** Runs an operation for a caller. */
export type Operations = (op: string, caller: Caller, id: number, args: readonly unknown[]) => unknown;

interface Ask {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

export class Caller implements CallersThread {
  readonly handles = new WeakMap<object, number>();
  readonly responses = new LiveResponses();
  readonly bodies = new Bodies();
  /** The futures of calls that are queued or running, by the number of the call. */
  readonly futures = new Map<number, Future>();
  readonly twins: Twins;
  readonly pools: Pools;
  readonly #port: MessagePort;
  readonly #flags: Int32Array;
  readonly #operate: Operations;
  readonly #sent = new SentReferences();
  readonly #received = new ReceivedReferences();
  readonly #asks = new Map<number, Ask>();
  readonly #watching = new Watching((fn, args) => {
    this.callHome(fn, args);
  });
  #lastAsk = 0;

  constructor(
    port: MessagePort,
    flags: SharedArrayBuffer,
    operate: Operations,
    make: (caller: Caller) => { twins: Twins; pools: Pools },
  ) {
    this.#port = port;
    this.#flags = new Int32Array(flags);
    this.#operate = operate;
    ({ twins: this.twins, pools: this.pools } = make(this));
    port.on('message', (message: ToGateway) => {
      this.#watching.set(Atomics.load(this.#flags, WATCHES) === 1);
      if (message.type === 'request') void this.#request(message);
      else if (message.type === 'call') void this.#call(message);
      else if (message.type === 'reply') void this.#replied(message);
      else takeCaller(message.port, message.flags);
    });
    port.on('close', () => {
      this.#end();
    });
  }

  /** Whether the caller's code runs for this thread, or is about to: it refers to responses by number. */
  get isAsked(): boolean {
    return this.#asks.size > 0;
  }

  ask(handle: number | string, method: string, args: readonly unknown[]): Promise<unknown> {
    const id = (this.#lastAsk += 1);
    return new Promise((resolve, reject) => {
      this.#asks.set(id, { resolve, reject });
      try {
        this.twins.bringCookies();
        const { message, transferList } = this.#encode(args.map(plainArgument), false, 'arguments');
        this.#post({ type: 'ask', id, handle, method, args: message }, transferList);
      } catch (error) {
        this.#asks.delete(id);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is what was thrown
        reject(error);
      }
    });
  }

  changeCookies(session: string, change: JarChange): void {
    const { message, transferList } = this.#encode(change, false, 'cookies');
    this.#post({ type: 'cookies', session, change: message }, transferList);
  }

  /** Calls a function of this package in the caller's thread. */
  callHome(fn: (...args: never[]) => unknown, args: readonly unknown[]): void {
    const { message, transferList } = this.#encode([fn, args], false, 'arguments');
    this.#post({ type: 'home', call: message }, transferList);
  }

  #request({ id, request, environ }: Extract<ToGateway, { type: 'request' }>): Promise<void> {
    if (environ !== null) applyEnvironment(environ);
    return this.#perform(id, async () => {
      // An earlier message, which brings the session, may still be loading modules.
      const { loading } = this.#received;
      if (loading !== undefined) await loading;
      const { session, method, url, options } = request;
      return this.#operate('request', this, id, [this.twins.known(session), method, url, options]);
    });
  }

  #call({ id, op, args, environ }: Extract<ToGateway, { type: 'call' }>): Promise<void> {
    if (environ !== null) applyEnvironment(environ);
    // Synchronously, as the next message builds on what is new in this one.
    const received = receive(args, this.#received);
    return this.#perform(id, async () => {
      if (received.imports.loading !== undefined) await received.imports.loading;
      return this.#operate(op, this, id, this.#open(received) as unknown[]);
    });
  }

  async #perform(id: number, run: () => unknown): Promise<void> {
    let value: unknown;
    let failed = false;
    try {
      value = await run();
    } catch (error) {
      failed = true;
      value = error;
    }
    this.twins.bringCookies();
    this.#answer(id, failed, value);
  }

  async #replied(reply: Extract<ToGateway, { type: 'reply' }>): Promise<void> {
    const received = receive(reply.value, this.#received);
    const ask = this.#asks.get(reply.id);
    this.#asks.delete(reply.id);
    try {
      if (received.imports.loading !== undefined) await received.imports.loading;
      const value = this.#open(received);
      this.responses.touch(reply.touched);
      if (reply.failed) {
        if (reply.thrown !== null && typeof value === 'object' && value !== null) {
          this.handles.set(value, reply.thrown);
        }
        ask?.reject(value);
      } else ask?.resolve(value);
    } catch (error) {
      ask?.reject(error);
    }
  }

  #answer(id: number, failed: boolean, value: unknown): void {
    try {
      this.#sendAnswer(id, failed, value);
    } catch (error) {
      this.#sendAnswer(id, true, explainCloneError(error, value, 'result'));
    }
  }

  #sendAnswer(id: number, failed: boolean, value: unknown): void {
    const isShort = value instanceof Response && !this.isAsked && this.responses.idOf(value) === undefined;
    const { message, transferList } = encodeForChannel(value, {
      table: this.#sent,
      form: isShort ? shortToCaller : null,
      owned: !this.isAsked,
      name: failed ? 'error' : 'result',
      persistent: (object) => leaveGateway(this, object),
    });
    const dropped = this.isAsked ? NONE : this.responses.settle(value);
    this.#send({ type: 'answer', id, failed, value: message, dropped }, transferList);
  }

  #open(received: Received): unknown {
    return resolving(
      (kind, args) => resolveInGateway(this, kind, args),
      () => decode(received),
    );
  }

  #encode(
    value: unknown,
    owned: boolean,
    name: string,
  ): { readonly message: Pickled; readonly transferList: readonly Transferable[] } {
    return encode(value, {
      table: this.#sent,
      owned,
      name,
      persistent: (object) => leaveGateway(this, object),
    });
  }

  #send(message: ToCaller, transferList: readonly Transferable[]): void {
    try {
      this.#post(message, transferList);
    } catch (error) {
      this.#sent.takeBack();
      throw error;
    }
  }

  /** Call when its thread is gone. */
  #end(): void {
    this.#watching.set(false);
    const reason = new RuntimeError('the thread that called has ended');
    for (const ask of this.#asks.values()) ask.reject(reason);
    this.#asks.clear();
    for (const future of [...this.futures.values()]) future.abort(reason);
    this.twins.end();
    this.pools.end();
  }

  /** First the message, then the flag, then the wake-up: the caller checks in the opposite order. */
  #post(message: ToCaller, transferList: readonly Transferable[]): void {
    this.#port.postMessage(message, transferList);
    Atomics.add(this.#flags, NEWS, 1);
    Atomics.notify(this.#flags, NEWS);
  }
}

const NONE: readonly never[] = [];

/** Wraps the settings of a request in their own class, for the hooks to get them. */
function plainArgument(value: unknown): unknown {
  if (!(value instanceof SendSettings)) return value;
  const { stream, timeout, verify, cert, proxies, max_response_size } = value;
  return { stream, timeout, verify, cert, proxies, max_response_size };
}

function applyEnvironment(changes: Changes): void {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

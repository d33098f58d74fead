/** The caller's end of the channel to the gateway, and the one place where its thread waits. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { monotonic } from '../../builtins/index.js';
import { BrokenExecutor } from '../../concurrent-futures/index.js';
import {
  decode,
  encode,
  type Message,
  type Pickled,
  ReceivedReferences,
  receive,
  SentReferences,
} from '../../pickle/index.js';
import { requestChannel } from '../../requests/internal.js';
import { tellEnd } from '../wire/end.js';
import {
  type Death,
  GONE,
  NEWS,
  type ToCaller,
  type ToGateway,
  type Touched,
  WATCHES,
} from '../wire/protocol.js';
import type { JarChange } from '../wire/jar-changes.js';
import { resolving } from '../wire/stand-in.js';
import { onCaller } from '../wire/taking.js';
import { answerAsk } from './asks.js';
import { connect, type Gateway } from './connection.js';
import type { EnvironmentChanges } from './environ.js';
import type { Link, Outcome } from './gateway.js';
import { Handles, Scope } from './handles.js';
import { KnownResponses } from './known-responses.js';
import { HINT_AFTER, mayWaitForItself, sayHint } from './loopback-hint.js';
import { arrive, flatten, leave } from './sides.js';
import { warningAtOnce } from './warn-at-once.js';
import { SentSessions } from './sent-sessions.js';
import { Watch } from './watch.js';

/** Seconds of one wait, as a debugger cannot interrupt an endless one. */
const SLICE = 1;

/** Seconds of a wait for a gateway without a watchdog, which is started after that, or for the second call. */
const UNWATCHED = 0.25;

const ENDED: Death = { message: 'the gateway thread ended', stack: '', code: null };

/** As it is when the package loads: fake timers would stop it for as long as this thread waits. */
const clock = performance.now.bind(performance);

/** The seconds of the next slice of a wait until `deadline` (of `monotonic()`), at most `most`; none are left at 0. */
function slices(deadline: number | null): (most: number) => number {
  if (deadline === null) return (most) => most;
  const end = clock() + (deadline - monotonic()) * 1000;
  return (most) => Math.min(most, (end - clock()) / 1000);
}

interface Pending {
  readonly scope: Scope;
  /** Whether the caller may be waiting for a server in its own thread. */
  readonly isSuspect: boolean;
  settle(outcome: Outcome): void;
}

class GatewayLink implements Link {
  readonly handles = new Handles();
  readonly responses = new KnownResponses();
  readonly sessions = new SentSessions();
  readonly replies = new Scope(this.handles);
  readonly #port: MessagePort;
  readonly #flags: Int32Array;
  readonly #watch: Watch;
  /** What stays until the gateway has ended, and that is known: its port closes before. */
  readonly #far: Pick<Gateway, 'ref' | 'unref'>;
  readonly #sent = new SentReferences();
  readonly #received = new ReceivedReferences();
  readonly #environ: EnvironmentChanges;
  readonly #pending = new Map<number, Pending>();
  readonly #kept = new Map<object, number>();
  /** The flags of the callers that share this gateway. */
  readonly #others: SharedArrayBuffer[] = [];
  #lastId = 0;
  #holds = 0;
  #death: BrokenExecutor | null = null;

  constructor() {
    const { port, flags, environ, gateway } = connect();
    this.#port = port;
    this.#flags = flags;
    this.#environ = environ;
    this.#far = gateway ?? port;
    this.#watch = new Watch(gateway, (death) => {
      this.#end(death);
    });
    port.on('message', (message: ToCaller) => {
      this.#handle(message);
    });
    // That of another thread has no watchdog here.
    if (gateway === null) port.on('close', this.#end.bind(this, ENDED));
    // Last, as adding a listener would keep the process alive again.
    port.unref();
  }

  get isAlive(): boolean {
    return this.#death === null;
  }

  call(op: string, args: readonly unknown[]): unknown {
    let outcome = null as Outcome | null;
    this.start(op, args, (settled) => {
      outcome = settled;
    });
    this.waitUntil(() => outcome !== null, null);
    const { failed, value } = outcome as Outcome;
    if (failed) throw value as Error;
    return value;
  }

  start(op: string, args: readonly unknown[], settle: (outcome: Outcome) => void): number {
    if (this.#lastId > 0) this.#watch.start();
    if (this.#death !== null) throw this.#death;
    const scope = new Scope(this.handles);
    const id = (this.#lastId += 1);
    Atomics.store(this.#flags, WATCHES, requestChannel.hasSubscribers ? 1 : 0);
    try {
      const request = op === 'request' ? flatten(this, args) : null;
      if (request === null) {
        this.#post(args, scope, (message) => ({
          type: 'call',
          id,
          op,
          args: message,
          environ: this.#environ.take(),
        }));
      } else this.#port.postMessage({ type: 'request', id, request, environ: this.#environ.take() });
    } catch (error) {
      scope.end();
      throw error;
    }
    this.#pending.set(id, { scope, settle, isSuspect: mayWaitForItself(op, args) });
    return id;
  }

  tell(op: string, args: readonly unknown[]): void {
    if (this.#death !== null) return;
    this.start(op, args, () => undefined);
  }

  waitUntil(ready: () => boolean, deadline: number | null): boolean {
    const hintAt = clock() + HINT_AFTER * 1000;
    const next = slices(deadline);
    for (;;) {
      const news = Atomics.load(this.#flags, NEWS);
      this.poll();
      if (ready()) return true;
      // A callback may have started another gateway.
      if (this.#death !== null) return waitUntil(ready, deadline);
      const seconds = next(this.#watch.isMissing ? UNWATCHED : SLICE);
      if (seconds <= 0) return false;
      if (Atomics.wait(this.#flags, NEWS, news, seconds * 1000) !== 'timed-out') continue;
      this.#watch.start();
      if (clock() >= hintAt) this.#hint();
    }
  }

  #hint(): void {
    for (const { isSuspect } of this.#pending.values()) if (isSuspect) sayHint();
  }

  poll(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: ToCaller } | undefined;
      if (received === undefined) break;
      this.#handle(received.message);
    }
    if (Atomics.load(this.#flags, GONE) !== 0) this.#end(this.#watch.lastWords(ENDED));
  }

  keep(object: object): void {
    if (!this.#kept.has(object)) this.#kept.set(object, this.handles.take(object));
  }

  hold(): void {
    this.#holds += 1;
    if (this.#holds === 1) this.#far.ref();
  }

  release(): void {
    this.#holds -= 1;
    if (this.#holds === 0) this.#far.unref();
  }

  /** Makes the gateway serve a thread of this thread's pool too. */
  share(port: MessagePort, flags: SharedArrayBuffer): void {
    this.#others.push(flags);
    this.#port.postMessage({ type: 'caller', port, flags } satisfies ToGateway, [port]);
  }

  reply(id: number, failed: boolean, value: unknown, touched: readonly Touched[]): void {
    if (this.#death !== null) return;
    const thrown = failed && typeof value === 'object' && value !== null ? this.replies.handle(value) : null;
    this.#post(value, this.replies, (message) => ({
      type: 'reply',
      id,
      failed,
      value: message,
      thrown,
      touched,
    }));
  }

  open(message: Message): unknown {
    const received = receive(message, this.#received);
    return resolving(
      (kind, args) => arrive(this, kind, args),
      () => decode(received),
    );
  }

  #post(value: unknown, scope: Scope, wrap: (message: Pickled) => ToGateway): void {
    const { message, transferList } = encode(value, {
      table: this.#sent,
      name: 'arguments',
      persistent: (object) => leave(object, this, scope),
    });
    try {
      this.#port.postMessage(wrap(message), transferList);
    } catch (error) {
      this.#sent.takeBack();
      throw error;
    }
  }

  #handle(message: ToCaller): void {
    switch (message.type) {
      case 'answer':
        this.#settle(message.id, message.failed, message.value);
        for (const id of message.dropped) this.responses.drop(id);
        break;
      case 'ask':
        answerAsk(this, message);
        break;
      case 'cookies':
        this.sessions.changeCookies(message.session, this.open(message.change) as JarChange);
        break;
      case 'home': {
        const [fn, args] = this.open(message.call) as [(...args: unknown[]) => unknown, unknown[]];
        warningAtOnce(() => {
          fn(...args);
        });
      }
    }
  }

  #settle(id: number, failed: boolean, message: Message): void {
    let outcome: Outcome;
    try {
      outcome = { failed, value: this.open(message) };
    } catch (error) {
      outcome = { failed: true, value: error };
    }
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.scope.end();
    if (this.#pending.size === 0) this.replies.end();
    pending?.settle(outcome);
  }

  /** Fails everything under way. */
  #end(death: Death): void {
    if (this.#death !== null) return;
    const cause = Object.assign(new Error(death.message), death.code !== null && { code: death.code });
    if (death.stack !== '') cause.stack = death.stack;
    const broken = (): BrokenExecutor =>
      new BrokenExecutor(
        `The gateway thread was terminated abruptly while the call was running: ${death.message}`,
        { cause },
      );
    this.#death = broken();
    this.#port.close();
    this.#watch.close();
    for (const flags of this.#others.splice(0)) tellEnd(flags);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of pending) {
      call.scope.end();
      call.settle({ failed: true, value: broken() });
    }
  }
}

let current: GatewayLink | null = null;

function alive(): GatewayLink {
  if (current === null || !current.isAlive) current = new GatewayLink();
  return current;
}

/** The gateway of this thread, started if necessary. */
export function link(): Link {
  return alive();
}

onCaller((port, flags) => {
  alive().share(port, flags);
});

/** The same, but null if none has been started. */
export function startedLink(): Link | null {
  return current;
}

const idle = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Waits like {@link Link.waitUntil}, with or without a gateway. */
export function waitUntil(ready: () => boolean, deadline: number | null): boolean {
  if (current?.isAlive === true) return current.waitUntil(ready, deadline);
  const next = slices(deadline);
  for (;;) {
    if (ready()) return true;
    const seconds = next(SLICE);
    if (seconds <= 0) return false;
    Atomics.wait(idle, 0, 0, seconds * 1000);
  }
}

/** Handles received messages of the gateway, without waiting. */
export function poll(): void {
  current?.poll();
}

/** The sessions of the gateway: the package's own, except for the steps that a caller's class overrides. */
import { FuturesSession } from '../../futures-session/index.js';
import { BaseAdapter } from '../../requests/adapters/index.js';
import {
  PreparedRequest,
  Request,
  type RequestOptions,
  type Response,
  type SendOptions,
  Session,
  type SessionSendOptions,
  type UrlInput,
} from '../../requests/index.js';
import {
  joinBase,
  kContext,
  kSendNow,
  type RedirectingSession,
  type RedirectStep,
  requestPart,
  withDeadline,
} from '../../requests/internal.js';
import type { Step } from '../wire/session-parts.js';
import { type Original, originalOf } from './originals.js';
import { takeOver } from './take-over.js';

/** The caller that overrides `step`, if any. */
function callers(twin: object, step: Step): Original | null {
  const original = originalOf(twin);
  return original?.own.has(step) === true ? original : null;
}

/** Runs a step in the caller's session, and applies the changes that it made to the first of `args`. */
async function ask({ caller, id }: Original, step: Step, args: readonly unknown[]): Promise<unknown> {
  const [result, first] = (await caller.ask(id, 'step', [step, ...args])) as [unknown, unknown];
  if (args[0] instanceof PreparedRequest) takeOver(args[0], first);
  return result;
}

/** Whether the credentials are a function or an object of the caller's. */
function isCallers({ caller }: Original, auth: unknown): auth is object {
  const isThing = (typeof auth === 'object' && auth !== null) || typeof auth === 'function';
  return isThing && caller.handles.has(auth);
}

interface Prepares {
  readonly auth: unknown;
  readonly base_url: string | null | undefined;
  readonly deadline: number | null | undefined;
  prepare_request(request: Request): PreparedRequest;
}

/** Whether preparing needs the caller's thread. */
function preparesFar(session: Prepares, options: RequestOptions): boolean {
  const original = originalOf(session);
  if (original === undefined) return false;
  return original.own.has('prepare_request') || isCallers(original, options.auth ?? session.auth);
}

/** Prepares a request with credentials, or a whole preparation, of the caller's. */
async function prepareFar(
  session: Prepares,
  method: string,
  url: UrlInput,
  options: RequestOptions,
): Promise<PreparedRequest> {
  const original = originalOf(session) as Original;
  const request = new Request(method, url, requestPart(options));
  if (original.own.has('prepare_request')) {
    return (await ask(original, 'prepare_request', [request])) as PreparedRequest;
  }
  const auth = (options.auth ?? session.auth) as object;
  // There are credentials, so ignore netrc and the URL.
  request.auth = (prepared) => prepared;
  const prepared = session.prepare_request(request);
  // Auth comes before the hooks, as it may register some.
  const { response: hooks } = prepared.hooks;
  prepared.hooks = { response: [] };
  const { caller } = original;
  takeOver(prepared, await caller.ask(caller.handles.get(auth) as number, 'auth', [prepared]));
  prepared.hooks.response.push(...hooks);
  return prepared;
}

/** A request that is prepared by {@link prepareFar}; the deadline includes that. */
function requestFar(
  session: Prepares,
  method: string,
  target: UrlInput,
  options: RequestOptions,
  send: (prepared: PreparedRequest, options: RequestOptions) => Promise<Response>,
): Promise<Response> {
  const url = session.base_url == null ? target : joinBase(session.base_url, target);
  const deadline = options.deadline ?? session.deadline ?? null;
  const run = async (all: RequestOptions): Promise<Response> =>
    send(await prepareFar(session, method.toUpperCase(), url, all), all);
  if (deadline === null || options[kContext]?.hasDeadline === true) return run(options);
  return withDeadline(deadline, options, (own) => run({ ...options, [kContext]: own }));
}

/** Sends in the caller's thread if its class overrides sending. */
function sendFar(
  { caller, id }: Original,
  request: PreparedRequest,
  options: SessionSendOptions,
  allow_redirects: boolean,
): Promise<Response> {
  const { stream, timeout, verify, cert, proxies, max_response_size } = options;
  const plain = { stream, timeout, verify, cert, proxies, max_response_size, allow_redirects };
  return caller.ask(id, 'send-step', [request, plain]) as Promise<Response>;
}

class ChosenAdapter extends BaseAdapter {
  readonly #choose: () => Promise<unknown>;

  constructor(choose: () => Promise<unknown>) {
    super();
    this.#choose = choose;
  }

  override async send(request: PreparedRequest, options?: SendOptions): Promise<Response> {
    const chosen = (await this.#choose()) as BaseAdapter;
    return chosen.send(request, options);
  }
}

/** An adapter that the caller's `get_adapter` chooses when it is used. */
function chosenAdapter(original: Original, url: string): BaseAdapter {
  return new ChosenAdapter(() => ask(original, 'get_adapter', [url]));
}

type StepResult<K extends RedirectStep> = ReturnType<RedirectingSession[K]>;

/** The twin of a caller's `Session`. */
export class TwinSession extends Session {
  override get_adapter(url: string): BaseAdapter {
    const original = callers(this, 'get_adapter');
    return original === null ? super.get_adapter(url) : chosenAdapter(original, url);
  }

  /** Sends like the caller's `super.send()`. */
  sendHere(request: PreparedRequest, options: SessionSendOptions): Promise<Response> {
    return this.sendNow(request, options);
  }

  closeConnections(): Promise<void> {
    return this.close();
  }

  override [kSendNow](
    request: PreparedRequest,
    options: SessionSendOptions,
    allow_redirects: boolean,
  ): Promise<Response> {
    const original = callers(this, 'send');
    if (original !== null) return sendFar(original, request, options, allow_redirects);
    return this.sendNow(request, options, allow_redirects);
  }

  protected override requestBound(method: string, url: UrlInput, options: RequestOptions): Promise<Response> {
    if (!preparesFar(this, options)) return super.requestBound(method, url, options);
    return requestFar(this, method, url, options, (prepared, all) => this.sendBound(prepared, all));
  }

  protected override step<K extends RedirectStep>(
    name: K,
    ...args: Parameters<RedirectingSession[K]>
  ): StepResult<K> | Promise<StepResult<K>> {
    const original = callers(this, name);
    if (original === null) return super.step(name, ...args);
    return ask(original, name, args) as Promise<StepResult<K>>;
  }
}

/** The twin of a caller's `FuturesSession`. */
export class TwinFuturesSession extends FuturesSession {
  override get_adapter(url: string): BaseAdapter {
    const original = callers(this, 'get_adapter');
    return original === null ? super.get_adapter(url) : chosenAdapter(original, url);
  }

  /** The executor is the caller's to shut down. */
  closeConnections(): Promise<void> {
    return Session.prototype.close.call(this);
  }

  protected override requestBound(method: string, url: UrlInput, options: RequestOptions): Promise<Response> {
    if (!preparesFar(this, options)) return super.requestBound(method, url, options);
    return requestFar(this, method, url, options, (prepared, all) => this.sendBound(prepared, all));
  }

  protected override step<K extends RedirectStep>(
    name: K,
    ...args: Parameters<RedirectingSession[K]>
  ): StepResult<K> | Promise<StepResult<K>> {
    const original = callers(this, name);
    if (original === null) return super.step(name, ...args);
    return ask(original, name, args) as Promise<StepResult<K>>;
  }
}

// They cross to a pool's thread as the plain classes.
Object.defineProperty(TwinSession.prototype, 'constructor', { value: Session });
Object.defineProperty(TwinFuturesSession.prototype, 'constructor', { value: FuturesSession });

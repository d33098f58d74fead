/** The functions that a FuturesSession submits. They run while a request holds its worker slot, in this thread or another. */
import { addHomeCall } from '../builtins/index.js';
import { type Call, currentAbortToken, currentCall } from '../concurrent-futures/internal.js';
import {
  type PreparedRequest,
  type RequestOptions,
  Response,
  Session,
  type SessionSendOptions,
  type UrlInput,
} from '../requests/index.js';
import {
  changeCookies,
  cookieChanges,
  giveBack,
  kContext,
  kRequestNow,
  kSendNow,
  type RequestContext,
  type TraceIdentity,
} from '../requests/internal.js';
import { FarCall } from './far-call.js';
import { type FarLimits, FarTurns } from './limits/index.js';
import { PendingCall, type SlotOptions } from './pending-call.js';
import { sendEventsBack, traceInThread } from './traced-calls.js';

/**
 * What a FuturesSession needs of the session that it sends through: only `request`, looked up at each call.
 */
export interface RequestingSession {
  /** Sends a request and resolves to its response. */
  request(method: string, url: UrlInput, options?: RequestOptions): PromiseLike<Response>;
}

/** Stands for a FuturesSession on its way to another thread, where it becomes a session that sends at once. */
export class FarSession {
  readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }
}

/**
 * Runs in the slot after each response and its hooks. A truthy return value becomes the future's result.
 * `session` is the FuturesSession that made the request. Deprecated in Python: use `hooks`.
 */
export type BackgroundCallback = (session: RequestingSession, response: Response) => unknown;

/**
 * Sends one request; the response's hooks run inside.
 * @param traced identifies the request's trace if that is in another thread
 * @param limits the limits to keep here, on another machine than the session's
 */
export function requestInSlot(
  session: RequestingSession,
  method: string,
  url: UrlInput,
  options: SlotOptions<RequestOptions>,
  background_callback: BackgroundCallback | null,
  traced: TraceIdentity | null = null,
  limits: FarLimits | null = null,
): PromiseLike<Response> {
  const slot = enterSlot(options, traced, limits);
  // Most requests are done once the response is here.
  if (slot.isAtHome && background_callback === null) return requestBy(session, method, url, options);
  return finish(session, slot, requestBy.bind(null, session, method, url, options), background_callback);
}

function requestBy(
  session: RequestingSession,
  method: string,
  url: UrlInput,
  options: SlotOptions<RequestOptions>,
): PromiseLike<Response> {
  return session instanceof Session
    ? session[kRequestNow](method, url, options)
    : session.request(method, url, options);
}

/** Sends one prepared request. */
export function sendInSlot(
  session: Session,
  request: PreparedRequest,
  options: SlotOptions<SessionSendOptions>,
  traced: TraceIdentity | null = null,
  limits: FarLimits | null = null,
): PromiseLike<Response> {
  const slot = enterSlot(options, traced, limits);
  const send = (): PromiseLike<Response> =>
    session[kSendNow](request, options, options.allow_redirects ?? true);
  return slot.isAtHome ? send() : finish(session, slot, send, null);
}

/** Where and why a slot was entered. */
interface Slot {
  readonly context: RequestContext;
  /** The executor's call; null if the executor does not provide it. */
  readonly call: Call | null;
  /** Whether this is the thread that submitted the request. */
  readonly isAtHome: boolean;
}

/** Must run before the first await, while the executor's call is current. */
function enterSlot(
  options: SlotOptions<object>,
  traced: TraceIdentity | null,
  limits: FarLimits | null,
): Slot {
  const call = currentCall();
  let context = options[kContext];
  const isAtHome = context instanceof PendingCall;
  if (context instanceof PendingCall) context.enterSlot();
  else {
    const token = currentAbortToken();
    const trace = traced === null ? undefined : traceInThread(traced);
    context = limits === null ? new FarCall(call, token, trace) : new FarTurns(limits, token, trace);
    options[kContext] = context;
  }
  context.trace?.started(call?.workerName ?? null);
  return { context, call, isAtHome };
}

/** Sends, and finishes up before the slot is freed. */
async function finish(
  session: RequestingSession,
  { call, context }: Slot,
  send: () => PromiseLike<Response>,
  background_callback: BackgroundCallback | null,
): Promise<Response> {
  try {
    const response = await send();
    if (background_callback === null) return response;
    return await called(background_callback, session, response);
  } finally {
    if (context instanceof FarTurns) context.leave();
    if (call !== null) {
      sendCookiesBack(call, session);
      sendEventsBack(call, context.trace);
      if (background_callback === null) returnSession(session);
    }
  }
}

async function called(
  background_callback: BackgroundCallback,
  session: RequestingSession,
  response: Response,
): Promise<Response> {
  try {
    const replacement = await background_callback(session, response);
    // Python's rule: a truthy value from the callback is the future's result.
    return (replacement || response) as Response;
  } catch (error) {
    // The caller never gets this response, which would hold its connection while unread.
    if (response instanceof Response) response.close();
    throw error;
  }
}

/** In a worker thread: sends the cookie changes of the copy back to the original session, even after a failure. */
function sendCookiesBack(call: Call, session: RequestingSession): void {
  if (!(session instanceof Session)) return;
  const changes = cookieChanges(session as Session);
  if (changes !== null) addHomeCall(call, changeCookies, changes);
}

/** In a worker thread: a copy that the caller's code has not seen can be used for another call. */
function returnSession(session: RequestingSession): void {
  if (session instanceof Session && session.constructor === Session) giveBack(session as Session, Session);
}

/** An executor whose slots are in other threads or on other machines. */
interface IsolatedExecutor {
  readonly _isolated: true;
  readonly _isRemote?: boolean;
  /** Closes the workers' copies of these objects. */
  _forget?(originals: Iterable<object>): void;
}

/** Whether the slots of `executor` are in other threads. */
export function isIsolated(executor: object): executor is IsolatedExecutor {
  return '_isolated' in executor && executor._isolated === true;
}

/** Whether the workers of `executor` are other processes, which count the limits themselves, and send no streams back. */
export function isRemote(executor: object): boolean {
  return isIsolated(executor) && executor._isRemote === true;
}

/**
 * Whether `executor` marks a session's copy in a worker thread, which has none: its requests are sent in the slot that makes
 * them, and are plain promises, not futures.
 */
export function isCopy(executor: object | undefined): boolean {
  return executor === undefined;
}

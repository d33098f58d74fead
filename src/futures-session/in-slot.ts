/** What a FuturesSession submits: these functions run while a request holds its worker slot, in this thread or another. */
import { AbortToken, setReferences } from '../builtins/index.js';
import { type Call, currentAbortToken, currentCall } from '../concurrent-futures/call-context.js';
import type { Future } from '../concurrent-futures/index.js';
import { addEffect } from '../concurrent-futures/worker-pool/effects.js';
import {
  type PreparedRequest,
  type RequestOptions,
  type Response,
  Session,
  type SessionSendOptions,
  type UrlInput,
} from '../requests/index.js';
import type { RequestTrace } from '../requests/diagnostics/trace.js';
import { kSendNow } from '../requests/sessions/redirecting-session.js';
import { type InternalRequestOptions, kOnPrepared, kRequestNow } from '../requests/sessions/session.js';
import { changeCookies, cookieChanges, giveBack } from '../requests/crossing/session-copy.js';
import { kAbortToken, kTrace } from '../requests/types.js';
import { kCall, type SlotOptions } from './slot-options.js';
import { bringEventsHome, traceInThread } from './traced-calls.js';

/**
 * What a FuturesSession needs of the session it sends through. Only `request` is used, looked up at the time of the call.
 */
export interface RequestingSession {
  /** Sends a request and resolves to its response. */
  request(method: string, url: UrlInput, options?: RequestOptions): PromiseLike<Response>;
}

/**
 * Runs in the slot after each response, hooks done; what it returns, if truthy, is the future's result.
 * `session` is the FuturesSession that made the request. Deprecated in Python: use `hooks`.
 */
export type BackgroundCallback = (session: RequestingSession, response: Response) => unknown;

/** One submitted request, seen from the thread that submitted it: ties what happens in the slot to the future. */
export class PendingCall {
  /** The future, as soon as `submit` has returned it. */
  future: (Future<Response> & { request?: unknown }) | null = null;
  /** The prepared request, as soon as there is one. */
  request: PreparedRequest | null = null;
  /** What aborts the call where its executor does not provide for that itself. */
  token: AbortToken | null = null;

  /** With the trace of the request, when somebody wants to know what becomes of it. */
  constructor(readonly trace: RequestTrace | null) {}

  /** Notes the request of a call, whichever comes first, this or the future. */
  prepared(request: PreparedRequest): void {
    this.request = request;
    if (this.future !== null) this.future.request = request;
  }

  /** Ties the call to its future. */
  attach(future: Future<Response>): void {
    this.future = future;
    if (this.token !== null) hook(future, this.token);
  }

  /** The token that aborts this call: the executor's own, or one made here. Called at the start of the slot. */
  abortToken(): AbortToken {
    const own = currentAbortToken();
    if (own !== null) return own;
    this.token = new AbortToken();
    if (this.future !== null) hook(this.future, this.token);
    return this.token;
  }
}

function hook(future: Future<Response>, token: AbortToken): void {
  future.set_abort_handler((reason) => {
    token.abort(reason);
  });
}

/** Sends one request; the response's hooks run inside. */
export function requestInSlot(
  session: RequestingSession,
  method: string,
  url: UrlInput,
  options: SlotOptions<InternalRequestOptions>,
  background_callback: BackgroundCallback | null,
): PromiseLike<Response> {
  const call = enterSlot(options);
  // For most requests nothing comes after it.
  if (isAtHome(options) && background_callback === null) return send(session, method, url, options);
  return finish(session, options, call, () => send(session, method, url, options), background_callback);
}

function send(
  session: RequestingSession,
  method: string,
  url: UrlInput,
  options: InternalRequestOptions,
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
): PromiseLike<Response> {
  const call = enterSlot(options);
  const follow = options.allow_redirects ?? true;
  if (isAtHome(options)) return session[kSendNow](request, options, follow);
  return finish(session, options, call, () => session[kSendNow](request, options, follow), null);
}

/** Whether the slot is in the thread that submitted the request, so that nothing has to be told there. */
function isAtHome(options: SlotOptions<object>): boolean {
  return options[kCall] !== undefined;
}

/** Sends, and does what is left to do before the slot is free. */
async function finish(
  session: RequestingSession,
  options: SlotOptions<InternalRequestOptions>,
  call: Call | null,
  start: () => PromiseLike<Response>,
  background_callback: BackgroundCallback | null,
): Promise<Response> {
  try {
    const response = await start();
    if (background_callback === null) return response;
    const replacement = await background_callback(session, response);
    // Python's rule: whatever the callback returns, if it is truthy, is what the future resolves to.
    return (replacement || response) as Response;
  } finally {
    bringCookiesHome(call, session);
    bringEventsHome(call, options[kTrace]);
    if (background_callback === null) leaveSession(call, session);
  }
}

/** Must run before the first await: only then does the executor know which call is running. */
function enterSlot(options: SlotOptions<InternalRequestOptions>): Call | null {
  const pending = options[kCall];
  options[kAbortToken] = pending?.abortToken() ?? currentAbortToken() ?? undefined;
  if (pending !== undefined) options[kOnPrepared] = pending;
  const call = currentCall();
  if (options._traced !== undefined) {
    options[kTrace] = traceInThread(options._traced);
    delete options._traced;
  }
  options[kTrace]?.started(call?.workerName ?? null);
  return call;
}

/** Where the session is a copy in another thread: its original shall have the cookies, however the request ended. */
function bringCookiesHome(call: Call | null, session: RequestingSession): void {
  if (call === null || !(session instanceof Session)) return;
  const changes = cookieChanges(session as Session);
  if (changes !== null) addEffect(call, changeCookies, changes);
}

/** A copy that none of the caller's code has seen can serve another call. */
function leaveSession(call: Call | null, session: RequestingSession): void {
  if (call !== null && session instanceof Session && session.constructor === Session) {
    giveBack(session as Session, Session);
  }
}

setReferences(import.meta.url, { requestInSlot, sendInSlot });

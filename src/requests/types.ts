/** The shapes that the parts of `requests` hand to each other. */
import type { AbortToken } from '../builtins/index.js';
import type { AuthBase } from './auth/auth-base.js';
import type { RequestTrace } from './diagnostics/trace.js';
import type {
  Cert,
  CookiesInput,
  Data,
  Files,
  HeadersInput,
  Params,
  Proxies,
  TimeoutInput,
} from './inputs.js';
import type { PreparedRequest } from './models/prepared-request.js';
import type { Response } from './models/response.js';
import type { Retry, RetryCount } from './urllib3/retry.js';
import type { RetryableResponse } from './urllib3/retry-options.js';

/** Basic credentials, an auth object, or a function that edits the request and returns it. */
export type Auth =
  | readonly [user: string | Uint8Array, password: string | Uint8Array]
  | AuthBase
  | AuthCallable;

/** A function instead of an auth object. */
export type AuthCallable = (request: PreparedRequest) => PreparedRequest;

/** What a hook gets beside the response: the settings that the request is sent with. */
export type HookOptions = SendOptions;

/**
 * Runs on each response, redirects included. What it returns, unless null or undefined, must be a Response and takes the
 * place of the one given. Async hooks are awaited.
 */
export type ResponseHook = (
  response: Response,
  options: HookOptions,
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most hooks return nothing, and need no annotation
) => Response | null | undefined | void | Promise<Response | null | undefined | void>;

/** The hooks of a request or session, by event; `response` is the only event. */
export interface Hooks {
  /** One hook or several, which run in their order; null for none. */
  response?: ResponseHook | Iterable<ResponseHook> | null | undefined;
}

/** Hooks as they are kept. */
export interface HookLists {
  /** The hooks, in the order in which they run. */
  response: ResponseHook[];
}

/**
 * What belongs to one call from its submission to its last byte, and is no setting: made once, and shared by every redirect,
 * retry and answered challenge of the call.
 */
export interface RequestContext {
  /** Aborts the call; null where only its signal can. */
  readonly token: AbortToken | null;
  /** The trace of the call; null when nothing was subscribed, undefined when that was not looked at yet. */
  readonly trace: RequestTrace | null | undefined;
  /** Called with the prepared request before it is sent. */
  prepared?(request: PreparedRequest): void;
  /** Called before each hop; a promise is waited for. */
  hop?(request: PreparedRequest): Promise<void> | null;
  /** Called before each attempt by a transport that calls {@link written}. */
  connecting?(): void;
  /** The attempt's request is being written. */
  written?(): void;
  /** There is a response, perhaps one that leads to a retry. Custom adapters do not call it. */
  answered?(response: RetryableResponse): void;
  /** An attempt has failed. */
  failed?(reason: unknown): void;
  /**
   * Called in place of `wait` where the call has nothing to do until that resolves; with null before another attempt without a
   * pause. Resolves when the call may continue.
   */
  pause?(reason: PauseReason, wait: (() => Promise<unknown>) | null): Promise<void>;
  /** Whether the token is a deadline's. */
  readonly hasDeadline?: boolean;
}

/** What a call waits for: the time of its next attempt, a connection of a full pool, or its turn by the session's limits. */
export type PauseReason = 'retry' | 'connection' | 'limits';

/** The context of a call without a token and a trace. */
export const NO_CONTEXT: RequestContext = Object.freeze({ token: null, trace: null });

/**
 * Where options carry their {@link RequestContext}: it survives the `{ ...options, timeout: 3 }` of an adapter's subclass, and
 * is left behind when options cross to another thread.
 */
export const kContext: unique symbol = Symbol('requests.context');

/** What an adapter's `send` and a hook are given. Absent settings are null. */
export interface SendOptions {
  /** Leave the body unread, for the caller to read it piece by piece. */
  stream?: boolean | null | undefined;
  /** Seconds; null for no limit. */
  timeout?: TimeoutInput | null | undefined;
  /** Verify the server's certificate: true, false, or the path of a CA bundle (a file or a directory). */
  verify?: boolean | string | null | undefined;
  /** The client's certificate. */
  cert?: Cert | null | undefined;
  /** The proxies to choose from. */
  proxies?: Proxies | null | undefined;
  /** Aborts the request. */
  signal?: AbortSignal | null | undefined;
  /** The most bytes a decoded body may have; null for no limit. */
  max_response_size?: number | null | undefined;
  /** What is tried again, in place of the adapter's `max_retries`; null for that. */
  max_retries?: Retry | RetryCount | undefined;
  /** @internal */
  [kContext]?: RequestContext | undefined;
}

/** What `session.send` takes. */
export interface SessionSendOptions extends SendOptions {
  /** Follow redirects. Default true. */
  allow_redirects?: boolean | null | undefined;
  /** Seconds for the whole request; see {@link RequestOptions.deadline}. */
  deadline?: number | null | undefined;
}

/** The keyword arguments of `request()` and of the verbs. `null` and `undefined` both mean Python's `None`. */
export interface RequestOptions {
  /** Added to the URL's query. */
  params?: Params | null | undefined;
  /** The body. */
  data?: Data | null | undefined;
  /** The body as JSON, unless `data` or `files` is given. */
  json?: unknown;
  /** Laid over the session's headers; null removes one. */
  headers?: HeadersInput | null | undefined;
  /** Sent with this request alone. */
  cookies?: CookiesInput | null | undefined;
  /** Multipart upload. */
  files?: Files | null | undefined;
  /** Credentials. */
  auth?: Auth | null | undefined | false | '' | readonly [];
  /** Seconds. Default: the session's `timeout`, which is null: no limit. */
  timeout?: TimeoutInput | null | undefined;
  /** Follow redirects. Default true, for `head` false. */
  allow_redirects?: boolean | null | undefined;
  /** Proxy URLs by scheme. */
  proxies?: Proxies | null | undefined;
  /** In place of the session's hooks. */
  hooks?: Hooks | null | undefined;
  /** Resolve at the headers and leave the body to be read piece by piece. */
  stream?: boolean | null | undefined;
  /** Verify the server's certificate: true, false, or the path of a CA bundle. */
  verify?: boolean | string | null | undefined;
  /** The client's certificate. */
  cert?: Cert | null | undefined;
  /** Aborts the request in whatever state it is. */
  signal?: AbortSignal | null | undefined;
  /** The most bytes a decoded body may have, else ResponseTooLarge. Default: no limit. */
  max_response_size?: number | null | undefined;
  /** What is tried again: a number or a `Retry`. Default: the adapter's `max_retries`. Not in Python. */
  max_retries?: Retry | RetryCount | undefined;
  /**
   * Seconds for the whole request, redirects, retries and body included, once it has its worker; then DeadlineExceeded. Default: the
   * session's `deadline`, which is null: any time. Not in Python.
   */
  deadline?: number | null | undefined;
  /** @internal */
  [kContext]?: RequestContext | undefined;
}

/** The shapes that the parts of `requests` hand to each other and that users type. */
import type { AbortToken } from '../builtins/index.js';
import type { AuthBase } from './auth/auth-base.js';
import type { RequestsCookieJar } from './cookies/requests-cookie-jar.js';
import type { RequestTrace } from './diagnostics/trace.js';
import type { PreparedRequest } from './models/prepared-request.js';
import type { Response } from './models/response.js';
import type { CaseInsensitiveDict } from './structures/case-insensitive-dict.js';
import type { Timeout as Urllib3Timeout } from './urllib3/timeout.js';

/** Bytes in any of the forms that Node hands out. */
export type Bytes = Uint8Array | ArrayBuffer;

/** A value that can stand in a query or a form. `null`, `undefined`: the key is left out. Booleans are sent as `True`, `False`. */
export type Primitive = string | number | bigint | boolean | Bytes | null | undefined;

/** One key's value: a primitive, or several (the key is repeated). */
export type ParamValue = Primitive | Iterable<Primitive>;

/** Pairs in any form: an object, a Map, URLSearchParams, a list of pairs. Where the order of number-like keys matters, use pairs. */
export type Pairs =
  | Readonly<Record<string, ParamValue>>
  | ReadonlyMap<unknown, ParamValue>
  | URLSearchParams
  | Iterable<readonly [unknown, ParamValue]>;

/** The query: pairs, or text or bytes that are used as they are. */
export type Params = Pairs | string | Bytes;

/** A body that is sent piece by piece. */
export type StreamingBody =
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | NodeJS.ReadableStream
  | ReadableStream<Uint8Array>
  | Blob;

/** The body: text, bytes, a form, or a stream. */
export type Data = string | Bytes | Pairs | StreamingBody;

/** Headers as a caller gives them; a value of null removes the session's header of that name. */
export type HeadersInput =
  | Readonly<Record<string, string | Uint8Array | null | undefined>>
  | ReadonlyMap<string, string | Uint8Array | null | undefined>
  | CaseInsensitiveDict
  | Headers;

/** Cookies as a caller gives them. */
export type CookiesInput = Readonly<Record<string, string | null | undefined>> | RequestsCookieJar;

/** What one file of a multipart upload holds. */
export type FileContent = string | Bytes | StreamingBody | number | null | undefined;

/** One file: its content, or `[filename, content, content_type, headers]` with the last two optional. */
export type FileSpec =
  | FileContent
  | readonly [filename: string | null | undefined, content: FileContent]
  | readonly [
      filename: string | null | undefined,
      content: FileContent,
      content_type: string | null | undefined,
    ]
  | readonly [
      filename: string | null | undefined,
      content: FileContent,
      content_type: string | null | undefined,
      headers: Readonly<Record<string, string>> | null | undefined,
    ];

/** The files of a multipart upload, by field name; use pairs to repeat a name. */
export type Files =
  | Readonly<Record<string, FileSpec>>
  | ReadonlyMap<string, FileSpec>
  | Iterable<readonly [string, FileSpec]>;

/** Basic credentials, an auth object, or a function that edits the request and returns it. */
export type Auth =
  | readonly [user: string | Uint8Array, password: string | Uint8Array]
  | AuthBase
  | AuthCallable;

/** A function in the place of an auth object. */
export type AuthCallable = (request: PreparedRequest) => PreparedRequest;

/**
 * Seconds: one number for connecting and for each read, or `[connect, read]`, where null waits for ever. There is no limit
 * on the whole.
 */
export type TimeoutInput = number | readonly [connect: number | null, read: number | null] | Urllib3Timeout;

/** A client certificate: one PEM file with certificate and key, or `[certificate, key]`. */
export type Cert = string | readonly [cert: string, key: string];

/** Proxy URLs by `scheme://host`, `scheme`, `all://host` or `all`; null or '' switches a proxy of the environment off. */
export type Proxies = Readonly<Record<string, string | null | undefined>>;

/** What a hook is told beside the response: the settings the request is sent with. */
export type HookOptions = SendOptions;

/**
 * Runs on each response, redirects included. What it returns, unless null or undefined, must be a Response and takes the
 * place of the one given. Async hooks are awaited.
 */
export type ResponseHook = (
  response: Response,
  options: HookOptions,
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most hooks return nothing, and need not say so
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
 * @internal
 */
export interface RequestContext {
  /** Aborts the call; null where only its signal can. */
  readonly token: AbortToken | null;
  /** The trace of the call; null when nothing was subscribed, undefined when that was not looked at yet. */
  readonly trace: RequestTrace | null | undefined;
  /** The moment of `nextMoment()` at which the call was queued, if it was. */
  readonly queuedAt?: number;
  /** Called with the prepared request before it is sent. */
  prepared?(request: PreparedRequest): void;
}

/** The context of a call without a token and a trace. @internal */
export const NO_CONTEXT: RequestContext = Object.freeze({ token: null, trace: null });

/**
 * Where options carry their {@link RequestContext}: it survives the `{ ...options, timeout: 3 }` of an adapter's subclass, and
 * is left behind when options cross to another thread.
 * @internal
 */
export const kContext: unique symbol = Symbol('requests.context');

/** What an adapter's `send` and a hook are given. Absent settings are null. */
export interface SendOptions {
  /** Leave the body unread, for the caller to read it piece by piece. */
  stream?: boolean | null | undefined;
  /** Seconds; null waits for ever. */
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
  /** @internal */
  [kContext]?: RequestContext | undefined;
}

/** What `session.send` takes. */
export interface SessionSendOptions extends SendOptions {
  /** Follow redirects. Default true. */
  allow_redirects?: boolean | null | undefined;
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
  /** Seconds; default: the session's `timeout`, which is null: wait for ever. */
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
  /** @internal */
  [kContext]?: RequestContext | undefined;
}

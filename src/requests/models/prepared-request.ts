import { inspect } from 'node:util';
import { AttributeError, checkOptions, NotImplementedError, typeName } from '../../builtins/index.js';
import { applyAuth, credentialsOf } from '../auth/apply-auth.js';
import { cookiejar_from_dict, get_cookie_header, RequestsCookieJar } from '../cookies/index.js';
import { RequestException } from '../exceptions/requests.js';
import { default_hooks, deregister_hook, register_hook } from '../hooks.js';
import type { CaseInsensitiveDict } from '../structures/case-insensitive-dict.js';
import {
  CaseInsensitiveDictMethods,
  type HeaderEntry,
  headerStore,
  pairsOf,
  wrapStore,
} from '../structures/case-insensitive-dict.js';
import type { CookiesInput, Data, Files, HeadersInput, Params } from '../inputs.js';
import type { Auth, HookLists, Hooks, ResponseHook } from '../types.js';
import { check_header_validity, checkNoLines } from '../headers/header-validity.js';
import { checkFields, encode_params } from '../urls/params.js';
import { prepare_url } from '../urls/prepare-url.js';
import { withoutUserinfo } from '../urls/redact.js';
import { urlsplit } from '../urls/url-split.js';
import { isBytes, latin1, to_native_string, toBuffer } from '../urls/python-text.js';
import { asStream, blobType, bodyLength, isEmptyData, type PreparedBody } from '../bodies/outgoing/body.js';
import { bodyPosition } from '../bodies/outgoing/body-position.js';
import { takeBody } from '../bodies/outgoing/close-body.js';
import { encodeJson } from '../bodies/outgoing/json-body.js';
import { encodeMultipart } from '../bodies/outgoing/multipart.js';
import { MultipartBody } from '../bodies/outgoing/multipart-body.js';
import type { SharedHeaders } from '../headers/shared-headers.js';

/** What {@link PreparedRequest.prepare} is given: the fields of a Request. Null and undefined leave one out. */
export interface PrepareOptions {
  /** The method, in any case. */
  method?: string | Uint8Array | null | undefined;
  /** The URL: text, a `URL`, or bytes in UTF-8. */
  url?: string | URL | Uint8Array | null | undefined;
  /** The headers; a value of null is refused, as there is nothing to remove. */
  headers?: HeadersInput | CaseInsensitiveDict<string | Uint8Array | null | undefined> | null | undefined;
  /** The files of a multipart upload. */
  files?: Files | null | undefined;
  /** The body, or the fields that go with `files`. */
  data?: Data | null | undefined;
  /** Added to the URL's query. */
  params?: Params | null | undefined;
  /** The credentials; null means those in the URL. */
  auth?: Auth | false | '' | readonly [] | null | undefined;
  /** The cookies. */
  cookies?: CookiesInput | null | undefined;
  /** Called with the response, after the hooks of the auth object. */
  hooks?: Hooks | null | undefined;
  /** The body as JSON, unless `data` or `files` is given. */
  json?: unknown;
}

const OPTION_NAMES = [
  'method',
  'url',
  'headers',
  'files',
  'data',
  'params',
  'auth',
  'cookies',
  'hooks',
  'json',
] as const;

/**
 * A request as it is sent: made by `request.prepare()` or `session.prepare_request(request)`. Its fields may be changed
 * before it is sent; what depends on them (such as `Content-Length`) is then the caller's to keep in step.
 */
export class PreparedRequest {
  /** The method in upper case. */
  method: string | null = null;
  /** The URL, encoded, with the query. */
  url: string | null = null;
  /** The body; null for none. Requests that send the same may share its bytes: like Python's, replace them rather than change them. */
  body: PreparedBody = null;
  /** The jar that the `Cookie` header comes from and that redirects continue with; null for none. */
  _cookies: RequestsCookieJar | null = null;
  /** Where the body is rewound to when it is sent again: see `bodyPosition`. */
  _body_position: number | object | null = null;
  /** Null until they are first read, which for most requests is never. @internal */
  _headers: CaseInsensitiveDict | null = null;
  /** The headers until they are first read, where other requests have the same. @internal */
  _shared: SharedHeaders | null = null;
  /** Null for none that were read or registered. @internal */
  _hooks: HookLists | null = null;

  /** The headers, in the order in which they are sent. Values are text; bytes were decoded as latin-1, as they are sent. */
  get headers(): CaseInsensitiveDict {
    if (this._headers === null) {
      this._headers = wrapStore(new Map(this._shared?.store));
      this._shared = null;
    }
    return this._headers;
  }
  set headers(value: CaseInsensitiveDict) {
    this._headers = value;
    this._shared = null;
  }

  /** The hooks, those of the auth object first. */
  get hooks(): HookLists {
    return (this._hooks ??= default_hooks());
  }
  set hooks(value: HookLists) {
    this._hooks = value;
  }

  /** @internal */
  get hasHooks(): boolean {
    return this._hooks !== null && this._hooks.response.length > 0;
  }

  /**
   * Prepares everything, in this order: method, URL, headers, cookies, body, auth (late, so that it may sign), hooks.
   *
   * Throws MissingSchema and InvalidURL for the URL, InvalidHeader for a header, InvalidJSONError for `json`, TypeError and
   * ValueError for values of the wrong kind. Exceptions of this package carry this object as their `request`.
   */
  prepare(options: PrepareOptions = {}): void {
    this._prepare(checkOptions('prepare()', options, OPTION_NAMES), null);
  }

  /** As {@link prepare}, with headers that need no check, unless both are null: `shared`, copied once they are read, or `own`. @internal */
  _prepare(
    options: PrepareOptions,
    shared: { current(): SharedHeaders } | null,
    own: CaseInsensitiveDict | null = null,
  ): void {
    const { method, url, headers, files, data, params, auth, cookies, hooks, json } = options;
    try {
      this.prepare_method(method);
      this.prepare_url(url, params);
      if (shared !== null) this._shared = shared.current();
      else if (own !== null) this.headers = own;
      else this.prepare_headers(headers);
      this.prepare_cookies(cookies);
      this.prepare_body(data, files, json);
      this.prepare_auth(auth, url);
      this.prepare_hooks(hooks);
    } catch (error) {
      if (error instanceof RequestException) error.request ??= this;
      throw error;
    }
  }

  /** Sets the method in upper case; any text is allowed. Throws AttributeError for what is neither text nor bytes. */
  prepare_method(method?: string | Uint8Array | null): void {
    if (method === undefined || method === null) {
      this.method = null;
    } else if (typeof method === 'string') {
      this.method = method.toUpperCase();
    } else if (isBytes(method)) {
      this.method = to_native_string(method).toUpperCase();
    } else {
      throw new AttributeError(`the method must be text, not ${typeName(method)}`);
    }
  }

  /** Sets the URL, encoded and with `params` added to its query. Throws MissingSchema and InvalidURL. */
  prepare_url(url?: string | URL | Uint8Array | null, params?: Params | null): void {
    this.url = prepare_url(url, params);
  }

  /** Sets the headers. Throws InvalidHeader for one that cannot be sent, AttributeError for a list of pairs, TypeError for lines. */
  prepare_headers(headers?: PrepareOptions['headers']): void {
    const store = new Map<string, HeaderEntry<string>>();
    if (headers !== undefined && headers !== null) {
      for (const entry of headerEntries(headers)) {
        check_header_validity(entry);
        const name = entry[0];
        const value = entry[1];
        if (typeof name === 'string' && typeof value === 'string') {
          store.set(name.toLowerCase(), entry as HeaderEntry<string>);
        } else {
          const text = to_native_string(name);
          store.set(text.toLowerCase(), [text, latin1(value as string | Uint8Array)]);
        }
      }
    }
    this.headers = wrapStore(store);
  }

  /**
   * Sets the body and the headers that describe it: `Content-Length`, or `Transfer-Encoding: chunked` for a stream of
   * unknown length, and `Content-Type` for forms, multipart, JSON and Blobs with a type, unless there is one.
   *
   * `data` goes before `json`, `files` go with the fields of `data`. Throws NotImplementedError for a stream with files,
   * InvalidJSONError, and TypeError or ValueError for what cannot be encoded.
   */
  prepare_body(data?: Data | null, files?: Files | null, json?: unknown): void {
    if ((data ?? files ?? json ?? null) === null) {
      this.prepare_content_length(null);
      this.body = null;
      return;
    }
    const stream = asStream(data);
    if (stream !== null) {
      if (!isEmptyData(files)) {
        throw new NotImplementedError('Streamed bodies and files are mutually exclusive.');
      }
      this.#setStream(stream);
      this.#setContentType(blobType(stream));
      return;
    }
    let contentType: string | null = null;
    let body: PreparedBody = null;
    if (!isEmptyData(data)) checkFields('data', data);
    if (!isEmptyData(files) && files) {
      checkFields('files', files);
      ({ body, contentType } = encodeMultipart(files, data));
    } else if (!isEmptyData(data) && data) {
      if (typeof data === 'string') body = data;
      else if (isBytes(data)) body = toBuffer(data);
      else {
        // Streams are gone: pairs are what is left.
        body = encode_params(data as Exclude<Params, string>);
        contentType = 'application/x-www-form-urlencoded';
      }
    } else if (json !== undefined && json !== null) {
      body = Buffer.from(encodeJson(json));
      contentType = 'application/json';
    }
    if (body instanceof MultipartBody) this.#setStream(body);
    else {
      this.prepare_content_length(body);
      this.body = body;
    }
    this.#setContentType(contentType);
  }

  #setContentType(contentType: string | null): void {
    if (contentType !== null && !headerStore(this.headers).has('content-type')) {
      this.headers.set('Content-Type', contentType);
    }
  }

  #setStream(stream: Exclude<PreparedBody, string | null>): void {
    this.body = stream;
    takeBody(stream);
    this._body_position = bodyPosition(stream);
    const length = bodyLength(stream);
    if (length > 0) this.headers.set('Content-Length', String(length));
    else this.headers.set('Transfer-Encoding', 'chunked');
  }

  /**
   * Sets `Content-Length` to the length of `body` when that is known and not 0. Without a body it is 0, for all methods but
   * GET and HEAD, unless the header is there.
   */
  prepare_content_length(body: PreparedBody): void {
    if (body !== null) {
      const length = bodyLength(body);
      if (length > 0) this.headers.set('Content-Length', String(length));
    } else if (this.method !== 'GET' && this.method !== 'HEAD' && !this.headers.has('Content-Length')) {
      this.headers.set('Content-Length', '0');
    }
  }

  /**
   * Applies `auth`, or when it is null the credentials in the URL. False, `''` and `[]` are no credentials, not even those
   * of the URL. `Content-Length` is computed again. Throws TypeError for what is neither a pair, an auth object nor a
   * function that returns the request.
   */
  prepare_auth(auth?: PrepareOptions['auth'], _url?: unknown): void {
    const chosen = auth ?? (this.url?.includes('@') ? credentialsOf(this.url) : null);
    if (!chosen || (Array.isArray(chosen) && chosen.length === 0)) return;
    const applied = applyAuth(chosen as Auth, this);
    if (applied !== this) Object.assign(this, applied);
    this.prepare_content_length(this.body);
  }

  /** Sets the `Cookie` header from `cookies`, unless there is one. A jar is kept as it is, for redirects. */
  prepare_cookies(cookies?: CookiesInput | null): void {
    if (cookies === undefined || cookies === null) {
      this._cookies = null;
      return;
    }
    this._cookies = cookies instanceof RequestsCookieJar ? cookies : cookiejar_from_dict(cookies);
    const value = get_cookie_header(this._cookies, this);
    if (value !== null) this.headers.set('Cookie', value);
  }

  /** Adds hooks to those that are there. Throws ValueError for an unknown event. */
  prepare_hooks(hooks?: Hooks | null): void {
    if (hooks === undefined || hooks === null) return;
    for (const event of Object.keys(hooks)) this.register_hook(event, hooks[event as keyof Hooks]);
  }

  /** Adds a hook, or several, for `event`, of which there is one: `response`. Throws ValueError for another. */
  register_hook(event: string, hook: Hooks['response']): void {
    register_hook(this.hooks, event, hook);
  }

  /** Removes a hook. Returns whether it was there. */
  deregister_hook(event: string, hook: ResponseHook): boolean {
    return deregister_hook(this.hooks, event, hook);
  }

  /** The request-target: the path (`/` when empty) and the query, never the fragment. */
  get path_url(): string {
    if (this.url === null) return '/';
    const { path, query } = urlsplit(this.url);
    return query === '' ? path || '/' : `${path || '/'}?${query}`;
  }

  /** An independent copy; the body itself is shared. */
  copy(): PreparedRequest {
    const copy = new PreparedRequest();
    copy._headers = this._headers?.copy() ?? null;
    copy._shared = this._shared;
    copy.method = this.method;
    copy.url = this.url;
    copy._cookies = this._cookies?.copy() ?? null;
    copy.body = this.body;
    if (this._hooks !== null) copy._hooks = { response: [...this._hooks.response] };
    copy._body_position = this._body_position;
    return copy;
  }

  /** Python's `repr()`: `<PreparedRequest [GET]>`. */
  toString(): string {
    return `<PreparedRequest [${this.method ?? 'None'}]>`;
  }

  /** Names no headers or credentials: requests end up in logs. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** What a JSON log shows: method and URL, without headers, body and credentials. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { method: this.method, url: this.url === null ? null : withoutUserinfo(this.url) };
  }
}

/** Names and values, which come from untyped callers and are checked next. */
function headerEntries(headers: object): Iterable<HeaderEntry<unknown>> {
  if (headers instanceof CaseInsensitiveDictMethods) return headerStore<unknown>(headers).values();
  checkNoLines(headers);
  if (Array.isArray(headers)) throw new AttributeError("'list' object has no attribute 'items'");
  return pairsOf(headers);
}

import { inspect } from 'node:util';
import { checkCount, checkOptions, isPlainObject } from '../../builtins/index.js';
import { copyHooks, deregister_hook, register_hook } from '../hooks.js';
import type { CookiesInput, Data, Files, HeadersInput, Params } from '../inputs.js';
import type { Auth, HookLists, Hooks, RequestOptions, ResponseHook } from '../types.js';
import { withoutUserinfo } from '../urls/redact.js';
import { PreparedRequest } from './prepared-request.js';

/** The parts of a {@link Request} besides method and URL. Null and undefined leave one out. */
export type RequestParts = Pick<
  RequestOptions,
  'headers' | 'files' | 'data' | 'params' | 'auth' | 'cookies' | 'hooks' | 'json'
>;

/** All parts of a {@link Request}, for its constructor's form with one argument. */
export interface RequestFields extends RequestParts {
  /** The method, in any case. */
  method?: string | Uint8Array | null | undefined;
  /** The URL: text, a `URL`, or bytes in UTF-8. */
  url?: string | URL | Uint8Array | null | undefined;
}

const PART_NAMES = ['headers', 'files', 'data', 'params', 'auth', 'cookies', 'hooks', 'json'] as const;
const FIELD_NAMES = ['method', 'url', ...PART_NAMES] as const;

/**
 * A request as its sender describes it. `prepare()` turns it into what is sent; `session.prepare_request(request)` lays
 * the session's settings under it first.
 *
 * @example
 * ```ts
 * const request = new Request('GET', 'https://example.org/', { params: { q: 'x' } });
 * const response = await session.send(session.prepare_request(request));
 * ```
 */
export class Request {
  /** The method as given; upper-cased when prepared. */
  method: string | Uint8Array | null;
  /** The URL as given. */
  url: string | URL | Uint8Array | null;
  /** The headers; default none. */
  headers: HeadersInput;
  /** The files of a multipart upload; default none. */
  files: Files;
  /** The body; default none. */
  data: Data;
  /** The query to add to the URL; default none. */
  params: Params;
  /** The credentials; default null, which means those in the URL. */
  auth: Auth | false | '' | readonly [] | null;
  /** The cookies; default null. */
  cookies: CookiesInput | null;
  /** The hooks, in lists of the request's own. */
  hooks: HookLists;
  /** The body as JSON; default null, which means none. */
  json: unknown;

  /** Throws TypeError for an unknown option, ValueError for an unknown event among the hooks. */
  constructor(
    method?: string | Uint8Array | null,
    url?: string | URL | Uint8Array | null,
    options?: RequestParts | null,
  );
  constructor(fields: RequestFields);
  constructor(
    first?: string | Uint8Array | RequestFields | null,
    url?: string | URL | Uint8Array | null,
    options?: RequestParts | null,
  ) {
    let fields: RequestFields = options ?? {};
    checkCount('Request() takes (method, url, options)', 3, arguments.length);
    if (isPlainObject(first)) {
      fields = checkOptions<RequestFields>('Request()', first, FIELD_NAMES);
      this.method = fields.method ?? null;
      this.url = fields.url ?? null;
    } else {
      fields = checkOptions('Request()', fields, PART_NAMES);
      this.method = (first as string | Uint8Array | null | undefined) ?? null;
      this.url = url ?? null;
    }
    this.headers = fields.headers ?? {};
    this.files = fields.files ?? [];
    this.data = fields.data ?? [];
    this.params = fields.params ?? {};
    this.auth = fields.auth ?? null;
    this.cookies = fields.cookies ?? null;
    this.hooks = copyHooks(fields.hooks);
    this.json = fields.json ?? null;
  }

  /** Adds a hook, or several, for `event`, of which there is one: `response`. Throws ValueError for another. */
  register_hook(event: string, hook: Hooks['response']): void {
    register_hook(this.hooks, event, hook);
  }

  /** Removes a hook; false when it is not there. */
  deregister_hook(event: string, hook: ResponseHook): boolean {
    return deregister_hook(this.hooks, event, hook);
  }

  /** What is sent for this request alone, without a session's settings. Throws what `PreparedRequest.prepare` throws. */
  prepare(): PreparedRequest {
    checkCount('prepare() takes no arguments', 0, arguments.length);
    const prepared = new PreparedRequest();
    prepared.prepare(this);
    return prepared;
  }

  /** Python's `repr()`: `<Request [get]>`. */
  toString(): string {
    return `<Request [${String(this.method ?? 'None')}]>`;
  }

  /** Names no headers or credentials: requests end up in logs. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** What a JSON log shows: method and URL, without headers, body and credentials. */
  toJSON(): Readonly<Record<string, unknown>> {
    const text = (value: string | URL | Uint8Array | null): string | null =>
      value === null ? null : value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
    const url = text(this.url);
    return { method: text(this.method), url: url === null ? null : withoutUserinfo(url) };
  }
}

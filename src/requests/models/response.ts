import { inspect } from 'node:util';
import { timedelta } from '../../builtins/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import { extract_cookies_to_jar, RequestsCookieJar } from '../cookies/index.js';
import { HTTPError } from '../exceptions/requests.js';
import {
  CaseInsensitiveDict,
  CaseInsensitiveDictMethods,
  type HeaderEntry,
  type HeadersLike,
  wrapStore,
} from '../structures/case-insensitive-dict.js';
import type { HTTPResponse } from '../urllib3/response.js';
import { type HeaderLink, parse_header_links } from '../headers/header-values.js';
import { withoutUserinfo } from '../urls/redact.js';
import type { PreparedRequest } from './prepared-request.js';
import { ResponseBody } from './response-body.js';

/**
 * What a server answered. Unless the request was made with `stream: true`, the body is there: {@link content},
 * {@link text} and {@link json} are synchronous. A stream is iterated over, or buffered with `await response.read()`.
 */
export class Response extends ResponseBody {
  /** The URL of this response, after all redirects. */
  url = '';
  /** The responses that led here by redirects, the oldest first; after a digest challenge the 401. */
  history: Response[] = [];
  /** The adapter that the response came from; digest authentication sends again through it. */
  connection: BaseAdapter | null = null;
  /** The request that {@link next} gives. */
  _next: PreparedRequest | null = null;

  /** @internal */
  _headers: CaseInsensitiveDict | null = null;
  /** @internal */
  _reason = '';
  /** @internal */
  _cookies: RequestsCookieJar | null = null;
  /** A number is of seconds. @internal */
  _elapsed: timedelta | number = 0;

  /** The headers by name in any case, in wire order; lines of the same name joined with `, `. */
  get headers(): CaseInsensitiveDict {
    return (this._headers ??= mergedHeaders(this.raw));
  }
  /** Anything with names and values may be given. */
  set headers(value: CaseInsensitiveDict | HeadersLike<string>) {
    this._headers = isDict(value) ? value : new CaseInsensitiveDict(value);
  }

  /** The text after the status, such as `Not Found`; may be empty, and always is with HTTP/2. */
  get reason(): string {
    return this._reason;
  }
  /** Bytes are taken as UTF-8, or as latin-1 if they are not. */
  set reason(value: string | Uint8Array | null) {
    if (value === null || typeof value === 'string') this._reason = value ?? '';
    else this._reason = decodeReason(value);
  }

  /** The cookies that this response set; those of redirects before it are in the session and in {@link history}. */
  get cookies(): RequestsCookieJar {
    if (this._cookies === null) {
      this._cookies = new RequestsCookieJar();
      extractSetCookies(this._cookies, this.request, this);
    }
    return this._cookies;
  }
  set cookies(value: RequestsCookieJar) {
    this._cookies = value;
  }

  /** The time from sending the request to having read the headers; the body does not count. */
  get elapsed(): timedelta {
    if (typeof this._elapsed === 'number') this._elapsed = new timedelta({ seconds: this._elapsed });
    return this._elapsed;
  }
  /** A number is of seconds. */
  set elapsed(value: timedelta | number) {
    this._elapsed = value;
  }

  /** False for statuses from 400 to 599, else true: Python's `if response:`. Throws TypeError without a status. */
  get ok(): boolean {
    return this.#errorKind() === null;
  }

  /** Whether this is a redirect that could be followed: 301, 302, 303, 307 or 308 with a Location. */
  get is_redirect(): boolean {
    const status = this.status_code;
    const isRedirect = (status >= 301 && status <= 303) || status === 307 || status === 308;
    return isRedirect && this.headers.has('location');
  }

  /** Whether this is a redirect that is meant to last: 301 or 308 with a Location. */
  get is_permanent_redirect(): boolean {
    return (this.status_code === 301 || this.status_code === 308) && this.headers.has('location');
  }

  /** The request that would follow, when the redirect was not followed (`allow_redirects: false`); else null. */
  get next(): PreparedRequest | null {
    return this._next;
  }

  /** The links of the `Link` header by their `rel`, or by their URL when they have none; of several the last. */
  get links(): Record<string, HeaderLink> {
    // Without a prototype, as the server chooses the names.
    const links = Object.create(null) as Record<string, HeaderLink>;
    for (const link of parse_header_links(this.headers.get('link') ?? '')) {
      links[link['rel'] || link.url] = link;
    }
    return links;
  }

  /** Throws HTTPError, with this response, for a status from 400 to 599; else does nothing. */
  raise_for_status(): void {
    const kind = this.#errorKind();
    if (kind === null) return;
    const url = withoutUserinfo(this.url);
    throw new HTTPError(`${this.status_code} ${kind} Error: ${this.reason} for url: ${url}`, {
      response: this,
    });
  }

  /** `<Response [200]>` */
  override toString(): string {
    return `<Response [${(this.status_code as number | null) ?? 'None'}]>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** What a JSON log shows, without headers, body and credentials. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { status_code, reason, url, elapsed } = this;
    return { status_code, reason, url: withoutUserinfo(url), elapsed: elapsed.total_seconds() };
  }

  #errorKind(): 'Client' | 'Server' | null {
    const status = this.status_code as number | null;
    if (status === null) throw new TypeError('the response has no status_code');
    if (status < 400 || status >= 600) return null;
    return status < 500 ? 'Client' : 'Server';
  }
}

/**
 * What an adapter makes of a transport's answer: a few field writes; everything else is worked out at first use.
 * @internal
 */
export function buildResponse(
  request: PreparedRequest,
  raw: HTTPResponse,
  connection: BaseAdapter | null,
): Response {
  const response = new Response();
  response.status_code = raw.status;
  response._reason = raw.reason;
  response.url = request.url ?? '';
  response.raw = raw;
  response.request = request;
  response.connection = connection;
  return response;
}

/**
 * Puts the cookies of `response` into `jar`; most responses set none.
 * @internal
 */
export function extractSetCookies(
  jar: RequestsCookieJar,
  request: PreparedRequest,
  response: Pick<Response, 'raw'>,
): void {
  const lines = response.raw?.setCookieLines() ?? [];
  if (lines.length > 0) extract_cookies_to_jar(jar, request, lines);
}

function isDict(headers: object): headers is CaseInsensitiveDict {
  return headers instanceof CaseInsensitiveDictMethods;
}

function mergedHeaders(raw: HTTPResponse | null): CaseInsensitiveDict {
  const store = new Map<string, HeaderEntry<string>>();
  const lines = raw?.rawHeaders ?? [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] as string;
    const value = lines[i + 1] as string;
    const key = name.toLowerCase();
    const entry = store.get(key);
    store.set(key, entry === undefined ? [name, value] : [entry[0], `${entry[1]}, ${value}`]);
  }
  return wrapStore(store);
}

function decodeReason(bytes: Uint8Array): string {
  const reason = Buffer.from(bytes);
  const text = reason.toString('utf8');
  return text.includes('\uFFFD') ? reason.toString('latin1') : text;
}

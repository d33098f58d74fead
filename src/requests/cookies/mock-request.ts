import { types } from 'node:util';
import { defaultPort } from '../urls/default-ports.js';
import { urlsplit } from '../urls/url-split.js';

/** A request as its cookies see it. */
export interface CookieRequest {
  /** The whole URL. */
  readonly url: string | null;
  /** Its `Host`, if there is one, takes the place of the URL's host; a `Cookie` among them keeps the jar's from being sent. */
  readonly headers: { get(name: string): string | Uint8Array | null | undefined; has(name: string): boolean };
}

/** A request in the form that a {@link CookiePolicy} takes: the one that set the cookies, or that they are sent with. */
export class MockRequest {
  /** The scheme, in lower case. */
  readonly type: string;
  /** The host that cookies belong to, in lower case: the `Host` header's if there is one, without credentials and port. */
  readonly request_host: string;
  /** The same, with `.local` after a name without a dot; the domain of cookies that name none. */
  readonly effective_request_host: string;
  /** The path, which begins with a slash. */
  readonly request_path: string;
  /** The port in the URL, else the scheme's own. */
  readonly request_port: string;

  readonly #request: CookieRequest;

  constructor(request: CookieRequest) {
    this.#request = request;
    const { scheme, netloc, path } = urlsplit(request.url ?? '');
    this.type = scheme;
    const [urlHost, port] = splitHost(netloc);
    const override = this.get_header('Host');
    const host = (override === null || override === '' ? urlHost : splitHost(override)[0]).toLowerCase();
    this.request_host = host;
    this.effective_request_host = host.includes('.') ? host : `${host}.local`;
    this.request_path = path.startsWith('/') ? path : `/${path}`;
    this.request_port = port ?? String(defaultPort(scheme));
  }

  /** The URL. */
  get_full_url(): string {
    return this.#request.url ?? '';
  }

  /** Whether the request has a header of that name. */
  has_header(name: string): boolean {
    return this.#request.headers.has(name);
  }

  /** The request's header of that name; null when there is none. */
  get_header(name: string): string | null {
    const value = this.#request.headers.get(name) ?? null;
    return types.isUint8Array(value) ? Buffer.from(value).toString('utf8') : value;
  }
}

/** Host and port of `user:password@host:port`; null for no port. */
function splitHost(netloc: string): [host: string, port: string | null] {
  const host = netloc.slice(netloc.lastIndexOf('@') + 1);
  const colon = host.lastIndexOf(':');
  const port = host.slice(colon + 1);
  return colon === -1 || !/^\d+$/.test(port) ? [host, null] : [host.slice(0, colon), port];
}

/** The module-level functions of `requests`: each makes a Session for one request and closes it again. */
import { bindRequest } from '../../requests/internal.js';
import type { UrlInput, WithMethodAndUrl, WithUrl } from '../../requests/index.js';
import { callGateway } from '../caller/call.js';
import { HTTPAdapter } from './adapters/adapters.js';
import type { RequestOptions } from './inputs.js';
import type { Response } from './response.js';
import { Session } from './session.js';
import { noteVerb, urlText, verbArguments } from './verbs.js';

let shown: HTTPAdapter | null = null;

/** The `connection` of these functions' responses. */
export function shownAdapter(): HTTPAdapter {
  return (shown ??= new HTTPAdapter());
}

/**
 * Sends one request. No cookies are kept and no connection is reused. To send several requests, make a {@link Session}.
 */
export function request(
  method: string | Uint8Array,
  url: UrlInput,
  options?: RequestOptions | null,
): Response;
export function request(options: WithMethodAndUrl<RequestOptions>): Response;
export function request(
  first: string | Uint8Array | WithMethodAndUrl<RequestOptions>,
  second?: UrlInput,
  third?: RequestOptions | null,
): Response {
  const { method, url, options } = bindRequest<RequestOptions>(first, second, third, arguments.length);
  return callGateway('once', [shownAdapter(), method, urlText(url), options]) as Response;
}

type UrlOrKeywords = UrlInput | WithUrl<RequestOptions>;

function send(
  verb: string,
  first: UrlOrKeywords,
  second: RequestOptions | null | undefined,
  count: number,
): Response {
  const { url, options } = verbArguments(verb, first, second, count);
  return request(verb, url, options);
}

/** Sends a GET request. */
export function get(url: UrlOrKeywords, options?: RequestOptions | null): Response {
  return send('get', url, options, arguments.length);
}

/** Sends an OPTIONS request. */
export function options(url: UrlOrKeywords, options?: RequestOptions | null): Response {
  return send('options', url, options, arguments.length);
}

/** Sends a HEAD request. Does not follow redirects unless `allow_redirects` is true. */
export function head(url: UrlOrKeywords, options?: RequestOptions | null): Response {
  return send('head', url, options, arguments.length);
}

/** Sends a POST request. */
export function post(url: UrlOrKeywords, options?: RequestOptions | null): Response {
  return send('post', url, options, arguments.length);
}

/** Sends a PUT request. */
export function put(url: UrlOrKeywords, options?: RequestOptions | null): Response {
  return send('put', url, options, arguments.length);
}

/** Sends a PATCH request. */
export function patch(url: UrlOrKeywords, options?: RequestOptions | null): Response {
  return send('patch', url, options, arguments.length);
}

/** Sends a DELETE request: `requests.delete(url)`. */
function del(url: UrlOrKeywords, options?: RequestOptions | null): Response {
  return send('delete', url, options, arguments.length);
}

export { del as delete };

/** Makes a {@link Session}: the old spelling, still common in scripts. */
export function session(): Session {
  return new Session();
}

for (const [verb, fn] of Object.entries({ get, options, head, post, put, patch, delete: del })) {
  noteVerb(fn, null, verb);
}

/** The module-level functions of `requests`: each makes a Session for one request and closes it again. */
import type { Response } from './models/response.js';
import {
  bindRequest,
  bindVerb,
  type UrlInput,
  type WithMethodAndUrl,
  type WithUrl,
} from './sessions/verbs.js';
import { Session } from './sessions/session.js';
import type { RequestOptions } from './types.js';

/**
 * Sends one request. No cookies are kept and no connection is reused; a body left unread by `stream: true` can still be
 * read. To send several requests, make a {@link Session}.
 */
export function request(
  method: string | Uint8Array,
  url: UrlInput,
  options?: RequestOptions | null,
): Promise<Response>;
export function request(options: WithMethodAndUrl<RequestOptions>): Promise<Response>;
export async function request(
  first: string | Uint8Array | WithMethodAndUrl<RequestOptions>,
  second?: UrlInput,
  third?: RequestOptions | null,
): Promise<Response> {
  const count = arguments.length;
  const session = new Session();
  try {
    const { method, url, options } = bindRequest<RequestOptions>(first, second, third, count);
    return await session.request(method, url, options);
  } finally {
    await session.close();
  }
}

type UrlOrKeywords = UrlInput | WithUrl<RequestOptions>;
type Verb = 'get' | 'options' | 'head' | 'post' | 'put' | 'patch' | 'delete';

async function send(
  verb: Verb,
  first: UrlOrKeywords,
  second: RequestOptions | null | undefined,
  count: number,
): Promise<Response> {
  const session = new Session();
  try {
    // Throws.
    if (count > 2) bindVerb(verb, first, second, count);
    return await session[verb](first, second);
  } finally {
    await session.close();
  }
}

/** Sends a GET request. */
export function get(url: UrlOrKeywords, options?: RequestOptions | null): Promise<Response> {
  return send('get', url, options, arguments.length);
}

/** Sends an OPTIONS request. */
export function options(url: UrlOrKeywords, options?: RequestOptions | null): Promise<Response> {
  return send('options', url, options, arguments.length);
}

/** Sends a HEAD request. Does not follow redirects unless `allow_redirects` is true. */
export function head(url: UrlOrKeywords, options?: RequestOptions | null): Promise<Response> {
  return send('head', url, options, arguments.length);
}

/** Sends a POST request. */
export function post(url: UrlOrKeywords, options?: RequestOptions | null): Promise<Response> {
  return send('post', url, options, arguments.length);
}

/** Sends a PUT request. */
export function put(url: UrlOrKeywords, options?: RequestOptions | null): Promise<Response> {
  return send('put', url, options, arguments.length);
}

/** Sends a PATCH request. */
export function patch(url: UrlOrKeywords, options?: RequestOptions | null): Promise<Response> {
  return send('patch', url, options, arguments.length);
}

/** Sends a DELETE request: `import * as requests` makes it `requests.delete(url)`. */
function del(url: UrlOrKeywords, options?: RequestOptions | null): Promise<Response> {
  return send('delete', url, options, arguments.length);
}

export { del as delete };

/** Makes a {@link Session}: the old spelling, still common in scripts. */
export function session(): Session {
  return new Session();
}

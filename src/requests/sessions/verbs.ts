import type { Response } from '../models/response.js';
import type { RequestOptions } from '../types.js';
import { bindVerb, type RequestArguments, type UrlInput, type WithUrl } from './call-arguments.js';
import { RedirectingSession } from './redirecting-session.js';

/**
 * Each verb also takes its URL among the options. `R` is what a call returns, `O` the options it knows. One signature for both
 * forms, not two, lets a subclass override a verb in the form that it wants.
 */
export abstract class SessionVerbs<
  R extends Promise<Response>,
  O extends RequestOptions,
> extends RedirectingSession {
  /** Sends a request with any method; the method is upper-cased. */
  abstract request(...args: RequestArguments<O>): R;

  /** Sends a GET request. */
  get(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('get', url, options);
  }

  /** Sends an OPTIONS request. */
  options(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('options', url, options);
  }

  /** Sends a HEAD request. Redirects are not followed unless `allow_redirects` says so. */
  head(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('head', url, options);
  }

  /** Sends a POST request. */
  post(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('post', url, options);
  }

  /** Sends a PUT request. */
  put(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('put', url, options);
  }

  /** Sends a PATCH request. */
  patch(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('patch', url, options);
  }

  /** Sends a DELETE request. */
  delete(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('delete', url, options);
  }

  /** `this.request` is looked up now, so that a subclass's or a replaced one is used. */
  private callVerb(verb: string, first: UrlInput | WithUrl<O>, second: O | null | undefined): R {
    const { url, options } = bindVerb(verb, first, second);
    if (verb !== 'head' || options.allow_redirects !== undefined) return this.request(verb, url, options);
    return this.request(verb, url, { ...options, allow_redirects: false });
  }
}

/** The verbs of a session, and how the arguments of a call are read: what Python's signatures refuse is refused. */
import { types } from 'node:util';
import { checkCount, checkOptions, isPlainObject, ownOptions, typeName } from '../../builtins/index.js';
import { EncodedJson } from '../bodies/outgoing/json-body.js';
import type { Response } from '../models/response.js';
import type { RequestOptions } from '../types.js';
import { checkFlag, checkSignal } from './option-shapes.js';
import { RedirectingSession } from './redirecting-session.js';

/** A URL as callers give it; anything else is turned into text first, as Python does. */
export type UrlInput = string | URL | Uint8Array;

/** The keyword arguments of every verb. */
export const REQUEST_OPTION_NAMES: readonly string[] = [
  'params',
  'data',
  'json',
  'headers',
  'cookies',
  'files',
  'auth',
  'timeout',
  'allow_redirects',
  'proxies',
  'hooks',
  'stream',
  'verify',
  'cert',
  'signal',
  'max_response_size',
  'max_retries',
  'deadline',
];

/** The options of a verb with the URL among them: `session.get({ url, timeout: 5 })`. */
export type WithUrl<O> = O & {
  /** The URL. */
  url: UrlInput;
};

/** The options of `request` with method and URL among them. */
export type WithMethodAndUrl<O> = O & {
  /** The HTTP method, in any case. */
  method: string;
  /** The URL. */
  url: UrlInput;
};

/**
 * The arguments of `request`: `(method, url, options)`, or one object with all of it. One signature for both, not two, lets a
 * subclass override the method in either form.
 */
export type RequestArguments<O> =
  | [method: string | Uint8Array, url: UrlInput, options?: O | null | undefined]
  | [options: WithMethodAndUrl<O>];

/** As in Python, in capitals: overrides compare it. Written out, as each queued request would keep a copy of its own. */
const METHODS = {
  get: 'GET',
  options: 'OPTIONS',
  head: 'HEAD',
  post: 'POST',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
} as const;

/**
 * Each verb also takes its URL among the options. `R` is the result type, `O` the options. One signature for both
 * forms, not two, lets a subclass override a verb in either form.
 */
export abstract class SessionVerbs<
  R extends Promise<Response>,
  O extends RequestOptions,
> extends RedirectingSession {
  /** Sends a request with any method; the method is upper-cased. */
  abstract request(...args: RequestArguments<O>): R;

  /** Sends a GET request. */
  get(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('get', url, options, arguments.length);
  }

  /** Sends an OPTIONS request. */
  options(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('options', url, options, arguments.length);
  }

  /** Sends a HEAD request. Does not follow redirects unless `allow_redirects` is true. */
  head(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('head', url, options, arguments.length);
  }

  /** Sends a POST request. */
  post(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('post', url, options, arguments.length);
  }

  /** Sends a PUT request. */
  put(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('put', url, options, arguments.length);
  }

  /** Sends a PATCH request. */
  patch(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('patch', url, options, arguments.length);
  }

  /** Sends a DELETE request. */
  delete(url: UrlInput | WithUrl<O>, options?: O | null): R {
    return this.callVerb('delete', url, options, arguments.length);
  }

  /** `this.request` is looked up now, so that a subclass's or a replaced one is used. */
  private callVerb(
    verb: keyof typeof METHODS,
    first: UrlInput | WithUrl<O>,
    second: O | null | undefined,
    count: number,
  ): R {
    const { url, options } = bindVerb(verb, first, second, count);
    const method = METHODS[verb];
    if (verb !== 'head' || options.allow_redirects !== undefined) return this.request(method, url, options);
    return this.request(method, url, { ...options, allow_redirects: false });
  }
}

const BODY_HINT = 'A body is written { data: … } or { json: … }, a query { params: … }';

/** A call's arguments, sorted out. */
export interface BoundCall<O> {
  method: string;
  url: UrlInput;
  options: O;
}

/**
 * Sorts out `verb(url, options)` and `verb({ url, ...options })`. Callers may be untyped, and `map` calls with an index:
 * nothing is taken for granted. `count` is how many there are: Python's third is a body, which would be dropped.
 */
export function bindVerb<O extends object>(
  verb: string,
  first: UrlInput | WithUrl<O> | undefined,
  second: O | null | undefined,
  count: number,
): { url: UrlInput; options: O } {
  if (!isKeywords(first)) {
    const bound = { url: requiredUrl(verb, first), options: checkedOptions(verb, second) };
    checkCount(`${verb}() takes (url, options)`, 2, count, `. ${BODY_HINT}`);
    return bound;
  }
  if (count > 2 || (second !== undefined && second !== null)) {
    throw new TypeError(`${verb}() takes either (url, options) or one object with all of them`);
  }
  const { url, ...options } = ownOptions(first);
  // What is left of `O & { url }` without its URL is an `O`, which TypeScript cannot conclude.
  return { url: requiredUrl(verb, url), options: ownOptions(options) as unknown as O };
}

/** Sorts out `request(method, url, options)` and `request({ method, url, ...options })`; as {@link bindVerb}. */
export function bindRequest<O extends object>(
  method: string | Uint8Array | WithMethodAndUrl<O>,
  url: UrlInput | undefined,
  options: O | null | undefined,
  count: number,
): BoundCall<O> {
  checkCount('request() takes (method, url, options)', 3, count, `. ${BODY_HINT}`);
  if (typeof method === 'string' || types.isUint8Array(method)) {
    const target = requiredUrl('request', url);
    return { method: methodText(method), url: target, options: checkedOptions('request', options) };
  }
  if (!isPlainObject(method)) {
    throw new TypeError(`request() takes the method as text, not ${typeName(method)}`);
  }
  if (url !== undefined || (options !== undefined && options !== null)) {
    throw new TypeError('request() takes either (method, url, options) or one object with all of them');
  }
  const { method: verb, url: target, ...rest } = ownOptions(method);
  return {
    method: methodText(required('request', 'method', verb)),
    url: requiredUrl('request', target),
    // As in bindVerb.
    options: ownOptions(rest) as unknown as O,
  };
}

function required<T>(callee: string, name: string, value: T | undefined): T {
  if (value === undefined) throw new TypeError(`${callee}() missing 1 required argument: '${name}'`);
  return value;
}

/** Options in the URL's place would request `[object Object]`. */
function requiredUrl(callee: string, url: UrlInput | object | undefined): UrlInput {
  if (typeof url === 'string') return url;
  if (isPlainObject(url) && Object.getPrototypeOf(url) !== null) {
    const form =
      callee === 'request'
        ? 'request(method, url, options) or request({ method, url, … })'
        : `${callee}(url, options) or ${callee}({ url, … })`;
    throw new TypeError(`${callee}() takes a URL, got an object; write ${form}`);
  }
  if (Array.isArray(url)) {
    throw new TypeError(
      `${callee}() takes one URL, got Array; write urls.map((url) => session.${callee}(url))`,
    );
  }
  if (typeof (url as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function') {
    throw new TypeError(`${callee}() takes a URL, got ${typeName(url)}; await it first`);
  }
  return required(callee, 'url', url as UrlInput | undefined);
}

function methodText(method: string | Uint8Array): string {
  return typeof method === 'string' ? method : Buffer.from(method).toString('latin1');
}

/** Whether the first argument holds the keywords: a plain object, not a form of URL. */
function isKeywords<O>(value: UrlInput | WithUrl<O> | undefined): value is WithUrl<O> {
  return isPlainObject(value) && Object.hasOwn(value, 'url');
}

function checkedOptions<O extends object>(verb: string, options: O | number | null | undefined): O {
  if (options === null || options === undefined) return {} as O;
  if (typeof options === 'number') {
    throw new TypeError(
      `${verb}() takes an options object after the URL, not a number. As a callback of map, ` +
        `write an arrow function: urls.map((url) => session.${verb}(url))`,
    );
  }
  if (typeof options !== 'object' || ArrayBuffer.isView(options) || Array.isArray(options)) {
    throw new TypeError(
      `${verb}() takes an options object after the URL, not ${typeName(options)}. ` + BODY_HINT,
    );
  }
  return ownOptions(options);
}

/** Refuses an unknown option, with the likely fix: a form or query was passed instead of the options. */
export function checkRequestOptions(
  callee: string,
  options: RequestOptions,
  extra: readonly string[] = [],
): void {
  const known = extra.length === 0 ? REQUEST_OPTION_NAMES : [...REQUEST_OPTION_NAMES, ...extra];
  checkOptions(callee, options, known, hintFor);
  if (options.signal !== undefined) checkSignal(options.signal);
  if (options.allow_redirects !== undefined) checkFlag('allow_redirects', options.allow_redirects);
}

/** What other clients call an option. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  agent: 'a mounted HTTPAdapter',
  baseURL: 'session.base_url',
  base_url: 'session.base_url',
  body: "'data' or 'json'",
  followRedirect: "'allow_redirects'",
  form: "'data'",
  limits: 'the limits of a FuturesSession',
  max_redirects: 'session.max_redirects',
  maxRedirects: 'session.max_redirects',
  password: "'auth', [user, password]",
  proxy: "'proxies'",
  qs: "'params'",
  query: "'params'",
  redirect: "'allow_redirects'",
  retries: "'max_retries'",
  retry: "'max_retries'",
  searchParams: "'params'",
  trust_env: 'session.trust_env',
  username: "'auth', [user, password]",
};

function hintFor(name: string): string {
  return Object.hasOwn(OTHER_NAMES, name)
    ? `; did you mean ${OTHER_NAMES[name]}?`
    : `; a${BODY_HINT.slice(1)}`;
}

/** The part of the options that makes up the Request. */
export function requestPart(options: RequestOptions): RequestOptions {
  const { params, data, headers, cookies, files, auth, hooks } = options;
  const json: unknown = options.json instanceof EncodedJson ? JSON.parse(options.json.text) : options.json;
  return { params, data, json, headers, cookies, files, auth, hooks };
}

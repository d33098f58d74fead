/** Reads the arguments of `request()`, the verbs and `send()`, and refuses what Python's signatures refuse. */
import { checkOptions, typeName } from '../../builtins/index.js';

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
];

/** The options of a verb with the URL among them: `session.get({ url, timeout: 5 })`. */
export type WithUrl<O> = O & { url: UrlInput };

/** The options of `request` with method and URL among them. */
export type WithMethodAndUrl<O> = O & { method: string; url: UrlInput };

/** A call's arguments, sorted out. */
export interface BoundCall<O> {
  method: string;
  url: UrlInput;
  options: O;
}

/** Sorts out `verb(url, options)` and `verb({ url, ...options })`. */
export function bindVerb<O extends object>(
  verb: string,
  url: UrlInput | WithUrl<O>,
  options: O | null | undefined,
): { url: UrlInput; options: O } {
  if (isKeywords(url)) {
    if (options !== undefined && options !== null && !isArrayCallback(options)) {
      throw new TypeError(`${verb}() takes either (url, options) or one object with all of them`);
    }
    const { url: keyword, ...rest } = url;
    if (keyword === undefined) throw new TypeError(`${verb}() missing 1 required argument: 'url'`);
    return { url: keyword, options: rest as unknown as O };
  }
  if (url === undefined) throw new TypeError(`${verb}() missing 1 required argument: 'url'`);
  return { url, options: checkedOptions(verb, options) };
}

/** Sorts out `request(method, url, options)` and `request({ method, url, ...options })`. */
export function bindRequest<O extends object>(
  method: string | Uint8Array | WithMethodAndUrl<O>,
  url: UrlInput | undefined,
  options: O | null | undefined,
): BoundCall<O> {
  if (typeof method === 'string' || method instanceof Uint8Array) {
    if (url === undefined) throw new TypeError("request() missing 1 required argument: 'url'");
    return { method: methodText(method), url, options: checkedOptions('request', options) };
  }
  if (typeof method !== 'object') {
    throw new TypeError(`request() takes the method as text, not ${typeName(method)}`);
  }
  const { method: verb, url: keyword, ...rest } = method as WithMethodAndUrl<object>;
  for (const [name, value] of Object.entries({ method: verb, url: keyword })) {
    if (value === undefined) throw new TypeError(`request() missing 1 required argument: '${name}'`);
  }
  return { method: methodText(verb), url: keyword, options: rest as O };
}

function methodText(method: string | Uint8Array): string {
  return typeof method === 'string' ? method : Buffer.from(method).toString('latin1');
}

/** Whether the first argument holds the keywords: a plain object, not something that stands for a URL. */
function isKeywords<O>(value: UrlInput | WithUrl<O>): value is WithUrl<O> {
  return (
    typeof value === 'object' &&
    (value as unknown) !== null &&
    !(value instanceof URL) &&
    !(value instanceof Uint8Array) &&
    'url' in value
  );
}

function isArrayCallback(value: unknown): boolean {
  return typeof value === 'number';
}

function checkedOptions<O extends object>(verb: string, options: O | null | undefined): O {
  if (options === null || options === undefined) return {} as O;
  if (typeof options === 'number') {
    throw new TypeError(
      `${verb}() takes an options object after the URL, not a number. As a callback of map, ` +
        `write an arrow function: urls.map((url) => session.${verb}(url))`,
    );
  }
  if (typeof options !== 'object' || ArrayBuffer.isView(options) || Array.isArray(options)) {
    throw new TypeError(
      `${verb}() takes an options object after the URL, not ${typeName(options)}. ` +
        `A body is written { data: … } or { json: … }, a query { params: … }`,
    );
  }
  return options;
}

/** Refuses an option that no request knows, with the likely mend: a bare form or query in the place of the options. */
export function checkRequestOptions(callee: string, options: object, extra: readonly string[] = []): void {
  const known = extra.length === 0 ? REQUEST_OPTION_NAMES : [...REQUEST_OPTION_NAMES, ...extra];
  checkOptions(
    callee,
    options,
    known,
    '; a body is written { data: … } or { json: … }, a query { params: … }',
  );
}

/** The platform's classes that structured clone would empty: each crosses as arguments for its constructor. */
import { type Reduced, type Reducer, type Reference, setReferences, setTarget } from '../builtins/index.js';

export function restoreURL(href: string): URL {
  return new URL(href);
}

export function restoreURLSearchParams(pairs: [string, string][]): URLSearchParams {
  return new URLSearchParams(pairs);
}

export function restoreHeaders(pairs: [string, string][]): Headers {
  return new Headers(pairs);
}

export function restoreFormData(entries: [string, string | Blob][]): FormData {
  const form = new FormData();
  for (const [name, value] of entries) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value);
  }
  return form;
}

export function restoreFile(content: Blob, name: string, type: string, lastModified: number): File {
  return new File([content], name, { type, lastModified });
}

setReferences(import.meta.url, {
  restoreURL,
  restoreURLSearchParams,
  restoreHeaders,
  restoreFormData,
  restoreFile,
});

const reducers: Readonly<Record<string, (value: never) => Reduced>> = {
  URL: (url: URL) => [restoreURL, [url.href]],
  URLSearchParams: (params: URLSearchParams) => [restoreURLSearchParams, [[...params]]],
  Headers: (headers: Headers) => [restoreHeaders, [[...headers]]],
  FormData: (form: FormData) => [restoreFormData, [[...form]]],
  File: (file: File) => [restoreFile, [file.slice(), file.name, file.type, file.lastModified]],
};

/**
 * How objects of the global class of this name and prototype are taken apart. By name first: merely touching the
 * global `Headers` loads all of Node's fetch.
 */
export function globalReducer(name: string, prototype: object): Reducer | undefined {
  const reduce = Object.hasOwn(reducers, name) ? reducers[name] : undefined;
  if (reduce === undefined) return undefined;
  const cls = (globalThis as Record<string, unknown>)[name] as { readonly prototype: object };
  return cls.prototype === prototype ? { reduce, subclasses: false } : undefined;
}

/** The `url` of globals, which need no import. */
export const GLOBAL: string = 'global:';

const references = new Map<string, Reference>();

/** A reference to `fn` if it is a global function or class, such as `parseInt` or `fetch`. */
export function globalReference(fn: { readonly name: string }): Reference | undefined {
  const { name } = fn;
  // Do not run a getter: it could load a lot.
  if (Object.getOwnPropertyDescriptor(globalThis, name)?.value !== fn) return undefined;
  let reference = references.get(name);
  if (reference === undefined) {
    reference = { url: GLOBAL, name };
    references.set(name, reference);
    setTarget(reference, fn);
  }
  return reference;
}

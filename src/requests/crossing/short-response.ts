/** The short form of a response that a thread returns: one to a request without redirects, its body read. */
import { setReferences } from '../../builtins/index.js';
import {
  foreignId,
  isShallow,
  objectAtHome,
  Remembered,
  restoreBytes,
  setShortForm,
  shortenBytes,
  type Shortened,
} from '../../pickle/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import type { HTTPAdapter } from '../adapters/http-adapter.js';
import type { HTTPResponseInit } from '../bodies/incoming/response-init.js';
import { SharedHeaders } from '../headers/shared-headers.js';
import { PreparedRequest } from '../models/prepared-request.js';
import { Response } from '../models/response.js';
import {
  type CaseInsensitiveDict,
  CaseInsensitiveDictMethods,
  type HeaderEntry,
  headerStore,
  wrapStore,
} from '../structures/case-insensitive-dict.js';
import type { ResponseHook } from '../types.js';
import { HTTPResponse } from '../urllib3/response.js';
import type { Retry } from '../urllib3/retry.js';

/** A URL, or true where it is that of the response. */
type SameUrl = string | true;

/** Names and values in turn. */
export type HeaderList = readonly string[];

type ShortRaw = readonly [
  status: number,
  reason: string,
  version: number,
  method: string | null,
  url: SameUrl,
  maxSize: number | null,
  headers: HeaderList,
];

/** Without headers where these are remembered. */
type ShortRequest = readonly [method: string | null, url: SameUrl | null, headers: HeaderList | null];

export type ShortResponse = readonly [
  status: number,
  reason: string,
  url: string,
  elapsed: number,
  encoding: string | null | undefined,
  content: string | ArrayBuffer,
  connection: string,
  headers: HeaderList | null,
  raw: ShortRaw,
  request: ShortRequest,
  /** The fields that hooks have added. */
  added: Readonly<Record<string, unknown>> | null,
];

const NO_HOOKS: readonly never[] = [];
const SPENT = Buffer.alloc(0);
const RESPONSE_FIELDS = new Set(Object.keys(new Response()));
const REQUEST_FIELDS = Object.keys(new PreparedRequest()).length;

/** What a response and its `raw` are brought back as. */
export interface ResponseClasses {
  readonly Response: new () => Response;
  readonly HTTPResponse: new (
    init: HTTPResponseInit & { readonly headers: readonly string[] },
    isTransports: true,
  ) => HTTPResponse;
}

const OWN_CLASSES: ResponseClasses = { Response, HTTPResponse };

/** Null for a response that is not plain enough. */
export function shortenResponse(response: Response): Shortened | null {
  const { url, history, request, raw, _content: content, _elapsed: elapsed, _headers: headers } = response;
  const connection = response.connection === null ? undefined : foreignId(response.connection);
  const isPlain =
    connection !== undefined &&
    history.length === 0 &&
    response._next === null &&
    response._cookies === null &&
    response._content_consumed &&
    Buffer.isBuffer(content);
  if (!isPlain) return null;
  const shortRaw = retriesOf(response.connection) === raw?.retries ? shortenRaw(raw, url) : null;
  const shortRequest = shortenRequest(request, url);
  const headerList = headers === null ? null : shortenHeaders(headers);
  const added = addedFields(response);
  if (shortRaw === null || shortRequest === null || headerList === undefined || added === undefined)
    return null;
  const bytes = shortenBytes(content);
  if (bytes === null) return null;
  const values: ShortResponse = [
    response.status_code,
    response._reason,
    url,
    typeof elapsed === 'number' ? elapsed : elapsed.total_seconds(),
    response._encoding,
    bytes,
    connection,
    headerList,
    shortRaw,
    shortRequest,
    added,
  ];
  return {
    values,
    functions: request.hasHooks ? request.hooks.response : NO_HOOKS,
    remembered: request._shared === null ? null : rememberedHeaders(request._shared),
    transfer: typeof bytes === 'string' ? null : bytes,
  };
}

/** The fields that hooks have added; null for none, undefined when one is not plain. */
function addedFields(response: Response): Record<string, unknown> | null | undefined {
  let added: Record<string, unknown> | null = null;
  for (const name of Object.keys(response)) {
    if (RESPONSE_FIELDS.has(name)) continue;
    const value = (response as unknown as Record<string, unknown>)[name];
    if (name === '__proto__' || !isShallow(value)) return undefined;
    (added ??= {})[name] = value;
  }
  return added;
}

/** Those that the answer of a first attempt has. */
function retriesOf(adapter: BaseAdapter | null): Retry | null {
  return (adapter as HTTPAdapter | null)?.max_retries ?? null;
}

function shortenRaw(raw: HTTPResponse | null, responseUrl: string): ShortRaw | null {
  if (raw?.constructor !== HTTPResponse || !raw.spent) return null;
  const { status, reason, version, request_method, request_url, max_response_size, rawHeaders } = raw;
  if (request_url === null || !isTexts(rawHeaders)) return null;
  const url = request_url === responseUrl || request_url;
  return [status, reason, version, request_method, url, max_response_size, rawHeaders];
}

function shortenRequest(request: PreparedRequest, responseUrl: string): ShortRequest | null {
  if ((request as PreparedRequest | null)?.constructor !== PreparedRequest) return null;
  const { method, url, body, _cookies, _body_position } = request;
  const headers = request._shared === null ? shortenHeaders(request.headers) : null;
  const isPlain = body === null && _cookies === null && _body_position === null;
  if (!isPlain || headers === undefined || Object.keys(request).length !== REQUEST_FIELDS) return null;
  return [method, url === responseUrl || url, headers];
}

/** Headers that many requests have alike cross once. */
const remembered = new WeakMap<SharedHeaders, Remembered>();
/** Those of the last request: the copies of one session make theirs from the same entries. */
let latest: { readonly shared: SharedHeaders; readonly remembered: Remembered } | null = null;

function rememberedHeaders(shared: SharedHeaders): Remembered {
  let found = remembered.get(shared);
  if (found === undefined) {
    found =
      latest !== null && isMadeAlike(shared, latest.shared)
        ? latest.remembered
        : new Remembered(listOf(shared.store));
    remembered.set(shared, found);
  }
  if (latest?.remembered !== found) latest = { shared, remembered: found };
  return found;
}

function isMadeAlike({ store }: SharedHeaders, other: SharedHeaders): boolean {
  if (store.size !== other.store.size) return false;
  const entries = other.store.values();
  for (const entry of store.values()) if (entry !== entries.next().value) return false;
  return true;
}

/** Undefined unless all are text. */
function shortenHeaders(headers: unknown): HeaderList | undefined {
  if (!(headers instanceof CaseInsensitiveDictMethods)) return undefined;
  if (Object.getPrototypeOf(headers) !== CaseInsensitiveDictMethods.prototype) return undefined;
  const list = listOf(headerStore(headers as CaseInsensitiveDict));
  return isTexts(list) ? list : undefined;
}

function listOf(store: ReadonlyMap<string, HeaderEntry<string>>): HeaderList {
  const list: string[] = [];
  for (const [name, value] of store.values()) list.push(name, value);
  return list;
}

function isTexts(list: readonly unknown[]): boolean {
  for (const item of list) if (typeof item !== 'string') return false;
  return Array.isArray(list);
}

/** Of the classes that responses have in this thread. */
export function restoreShortResponse(
  values: ShortResponse,
  hooks: readonly ResponseHook[],
  shared: HeaderList | null,
  classes: ResponseClasses = OWN_CLASSES,
): Response {
  const [status, reason, url, elapsed, encoding, content, connection, headers, raw, request, added] = values;
  const response = new classes.Response();
  response.status_code = status;
  response.request = restoreRequest(request, hooks, shared, url);
  response._content = restoreBytes(content);
  response._content_consumed = true;
  response._encoding = encoding;
  response.url = url;
  response.connection = (objectAtHome(connection) ?? null) as BaseAdapter | null;
  response.raw = restoreRaw(raw, url, classes);
  response.raw.retries = retriesOf(response.connection);
  response._headers = headers === null ? null : wrapStore(storeOf(headers));
  response._reason = reason;
  response._elapsed = elapsed;
  return added === null ? response : Object.assign(response, added);
}

function restoreRaw(
  [status, reason, version, method, url, maxSize, headers]: ShortRaw,
  responseUrl: string,
  classes: ResponseClasses,
): HTTPResponse {
  const request_url = url === true ? responseUrl : url;
  return new classes.HTTPResponse(
    {
      status,
      reason,
      version,
      headers,
      body: SPENT,
      request_method: method,
      request_url,
      max_response_size: maxSize,
    },
    true,
  );
}

function restoreRequest(
  [method, url, headers]: ShortRequest,
  hooks: readonly ResponseHook[],
  shared: HeaderList | null,
  responseUrl: string,
): PreparedRequest {
  const request = new PreparedRequest();
  request.method = method;
  request.url = url === true ? responseUrl : url;
  if (headers !== null) request.headers = wrapStore(storeOf(headers));
  else if (shared !== null) request._shared = sharedOf(shared);
  if (hooks.length > 0) request.hooks = { response: [...hooks] };
  return request;
}

/** The headers that were made from remembered lists. */
const made = new WeakMap<HeaderList, SharedHeaders>();

function sharedOf(list: HeaderList): SharedHeaders {
  let shared = made.get(list);
  if (shared === undefined) {
    shared = new SharedHeaders(storeOf(list));
    made.set(list, shared);
  }
  return shared;
}

function storeOf(list: HeaderList): Map<string, HeaderEntry<string>> {
  const store = new Map<string, HeaderEntry<string>>();
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i] as string;
    store.set(name.toLowerCase(), [name, list[i + 1] as string]);
  }
  return store;
}

setReferences(import.meta.url, { restoreShortResponse });
setShortForm(Response.prototype, shortenResponse, restoreShortResponse);

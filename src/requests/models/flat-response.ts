/** The short form of a response for its way back from another thread: that of a request without redirects, its body read. */
import { setReferences } from '../../builtins/index.js';
import {
  flattenBytes,
  type Flattened,
  foreignId,
  isShallow,
  objectAtHome,
  restoreBytes,
  setFlatForm,
} from '../../pickle/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import {
  type CaseInsensitiveDict,
  CaseInsensitiveDictMethods,
  type HeaderEntry,
  headerStore,
  wrapStore,
} from '../structures/case-insensitive-dict.js';
import type { ResponseHook } from '../types.js';
import { HTTPResponse } from '../urllib3/response.js';
import { PreparedRequest } from './prepared-request.js';
import { Response } from './response.js';

/** A URL, or true where it is that of the response. */
type SameUrl = string | true | null;

/** Names and values in turn. */
type HeaderList = readonly string[];

type FlatRaw = readonly [
  status: number,
  reason: string,
  version: number,
  method: string | null,
  url: SameUrl,
  maxSize: number | null,
  headers: HeaderList,
];

type FlatRequest = readonly [method: string | null, url: SameUrl, headers: HeaderList];

type FlatResponse = readonly [
  status: number,
  reason: string,
  url: string,
  elapsed: number,
  encoding: string | null | undefined,
  content: string | ArrayBuffer,
  connection: string,
  headers: HeaderList | null,
  raw: FlatRaw,
  request: FlatRequest,
  /** The fields that hooks have added. */
  added: Readonly<Record<string, unknown>> | null,
];

const RESPONSE_FIELDS = new Set(Object.keys(new Response()));
const REQUEST_FIELDS = Object.keys(new PreparedRequest()).length;

function flattenResponse(response: Response): Flattened | null {
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
  const flatRaw = flattenRaw(raw, url);
  const flatRequest = flattenRequest(request, url);
  const flatHeaders = headers === null ? null : flattenHeaders(headers);
  const added = addedFields(response);
  if (flatRaw === null || flatRequest === null || flatHeaders === undefined || added === undefined)
    return null;
  const bytes = flattenBytes(content);
  if (bytes === null) return null;
  const values: FlatResponse = [
    response.status_code,
    response._reason,
    url,
    typeof elapsed === 'number' ? elapsed : elapsed.total_seconds(),
    response._encoding,
    bytes,
    connection,
    flatHeaders,
    flatRaw,
    flatRequest,
    added,
  ];
  const transfer = typeof bytes === 'string' ? null : bytes;
  return { values, functions: request.hooks.response, remembered: null, transfer };
}

/** Undefined when there are some that are not plain. */
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

function flattenRaw(raw: HTTPResponse | null, responseUrl: string): FlatRaw | null {
  if (raw?.constructor !== HTTPResponse || !raw.closed) return null;
  const { status, reason, version, request_method, request_url, max_response_size, rawHeaders } = raw;
  if (raw.remaining().body !== null || !isTexts(rawHeaders)) return null;
  const url = request_url === responseUrl || request_url;
  return [status, reason, version, request_method, url, max_response_size, rawHeaders];
}

function flattenRequest(request: PreparedRequest, responseUrl: string): FlatRequest | null {
  if ((request as PreparedRequest | null)?.constructor !== PreparedRequest) return null;
  const { method, url, body, _cookies, _body_position } = request;
  const headers = flattenHeaders(request.headers);
  const isPlain = body === null && _cookies === null && _body_position === null;
  if (!isPlain || headers === undefined || Object.keys(request).length !== REQUEST_FIELDS) return null;
  return [method, url === responseUrl || url, headers];
}

/** Undefined when there is something else than text. */
function flattenHeaders(headers: unknown): HeaderList | undefined {
  if (!(headers instanceof CaseInsensitiveDictMethods)) return undefined;
  if (Object.getPrototypeOf(headers) !== CaseInsensitiveDictMethods.prototype) return undefined;
  const list: string[] = [];
  for (const [name, value] of headerStore(headers as CaseInsensitiveDict).values()) list.push(name, value);
  return isTexts(list) ? list : undefined;
}

function isTexts(list: readonly unknown[]): boolean {
  for (const item of list) if (typeof item !== 'string') return false;
  return Array.isArray(list);
}

/**
 * Brings back a response that crossed to this thread in its short form.
 * @internal
 */
export function restoreFlatResponse(values: FlatResponse, hooks: readonly ResponseHook[]): Response {
  const [status, reason, url, elapsed, encoding, content, connection, headers, raw, request, added] = values;
  const response = new Response();
  response.status_code = status;
  response.request = restoreRequest(request, hooks, url);
  response.raw = restoreRaw(raw, url);
  response._content = restoreBytes(content);
  response._content_consumed = true;
  response._encoding = encoding;
  response.url = url;
  response.connection = (objectAtHome(connection) ?? null) as BaseAdapter | null;
  response._headers = headers === null ? null : restoreHeaders(headers);
  response._reason = reason;
  response._elapsed = elapsed;
  return added === null ? response : Object.assign(response, added);
}

function restoreRaw(
  [status, reason, version, request_method, url, max_response_size, headers]: FlatRaw,
  responseUrl: string,
): HTTPResponse {
  const request_url = url === true ? responseUrl : url;
  return new HTTPResponse({
    status,
    reason,
    version,
    request_method,
    request_url,
    max_response_size,
    headers,
  });
}

function restoreRequest(
  [method, url, headers]: FlatRequest,
  hooks: readonly ResponseHook[],
  responseUrl: string,
): PreparedRequest {
  const request = new PreparedRequest(restoreHeaders(headers));
  request.method = method;
  request.url = url === true ? responseUrl : url;
  if (hooks.length > 0) request.hooks.response.push(...hooks);
  return request;
}

function restoreHeaders(list: HeaderList): CaseInsensitiveDict {
  const store = new Map<string, HeaderEntry<string>>();
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i] as string;
    store.set(name.toLowerCase(), [name, list[i + 1] as string]);
  }
  return wrapStore(store);
}

setReferences(import.meta.url, { restoreFlatResponse });
setFlatForm(Response.prototype, flattenResponse, restoreFlatResponse);

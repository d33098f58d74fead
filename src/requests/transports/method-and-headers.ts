/** Method and headers of a prepared request, in which scripts may have put anything. */
import { repr, ValueError } from '../../builtins/index.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import {
  CaseInsensitiveDict,
  CaseInsensitiveDictMethods,
  type HeaderEntry,
  headerStore,
} from '../structures/case-insensitive-dict.js';
import { isToken } from './wire-headers.js';

export function methodOf({ method }: PreparedRequest): string {
  if (method === null) throw new TypeError('the request has no method');
  if (!isToken(method)) {
    throw new ValueError(`Method cannot contain non-token characters ${repr(method)}`);
  }
  return method;
}

/** The headers by name in lower case; scripts may have put an object in the place of the dict. */
export function headersOf(request: PreparedRequest): ReadonlyMap<string, HeaderEntry<string>> {
  const headers: unknown = request.headers;
  if (headers instanceof CaseInsensitiveDictMethods) {
    return headerStore(headers as CaseInsensitiveDictMethods<string>);
  }
  return headerStore(new CaseInsensitiveDict(headers as Record<string, string>));
}

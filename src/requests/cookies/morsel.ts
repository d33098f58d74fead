import { repr, typeName, ValueError } from '../../builtins/index.js';
import { type Cookie, create_cookie } from './cookie.js';
import { parseExpires } from './rules.js';

/** A cookie as Python's `http.cookies` keeps one: the attributes of a `Set-Cookie` line under their names. */
export interface Morsel {
  /** The name. */
  readonly key: string;
  /** The value. */
  readonly value: string;
  /** A date. */
  readonly expires?: string | null | undefined;
  /** Seconds from now; takes precedence over `expires`. */
  readonly 'max-age'?: string | number | null | undefined;
  /** The domain. */
  readonly domain?: string | null | undefined;
  /** The path. */
  readonly path?: string | null | undefined;
  /** What it is for. */
  readonly comment?: string | null | undefined;
  /** Anything truthy: it is sent by https only. */
  readonly secure?: boolean | string | null | undefined;
  /** Anything truthy: scripts in a page cannot read it. */
  readonly httponly?: boolean | string | null | undefined;
  /** `Strict`, `Lax` or `None`; kept nowhere, as in Python. */
  readonly samesite?: string | null | undefined;
  /** The version of the protocol; default 0. */
  readonly version?: string | number | null | undefined;
}

/** Turns a morsel into a cookie. Throws TypeError for a `max-age` that is no integer, ValueError for a date that cannot be read. */
export function morsel_to_cookie(morsel: Morsel): Cookie {
  const comment = morsel.comment ?? '';
  return create_cookie(morsel.key, morsel.value, {
    version: Number(morsel.version ?? 0),
    domain: morsel.domain ?? '',
    path: morsel.path ?? '',
    secure: Boolean(morsel.secure),
    expires: expiryOf(morsel),
    discard: false,
    comment,
    comment_url: comment !== '',
    rest: { HttpOnly: morsel.httponly ? String(morsel.httponly) : null },
  });
}

function expiryOf({ 'max-age': maxAge, expires }: Morsel): number | null {
  if (maxAge !== undefined && maxAge !== null && maxAge !== '' && maxAge !== 0) {
    const seconds = Number(maxAge);
    if (!Number.isInteger(seconds)) throw new TypeError(`max-age: ${String(maxAge)} must be integer`);
    return Math.floor(Date.now() / 1000) + seconds;
  }
  if (expires === undefined || expires === null || expires === '') return null;
  if (typeof expires !== 'string') {
    throw new TypeError(`expires must be a date as text, not ${typeName(expires)}`);
  }
  const time = parseExpires(expires);
  if (time === null) throw new ValueError(`expires: ${repr(expires)} must be a date`);
  return time;
}

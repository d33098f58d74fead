/** Which credentials a request is sent with, and how they are put into it. */
import { NotImplementedError, typeName } from '../../builtins/index.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Auth } from '../types.js';
import { get_auth_from_url } from '../urls/url-tools.js';
import { AuthBase } from './auth-base.js';
import { HTTPBasicAuth } from './basic.js';

/** The credentials in a URL; null when there are none. */
export function credentialsOf(url: string): readonly [user: string, password: string] | null {
  const [user, password] = get_auth_from_url(url);
  return user || password ? [user, password] : null;
}

/**
 * What `auth` makes of a request, most often the same one. Messages name types only: what was given instead of an auth
 * object is likely to be a password.
 */
export function applyAuth(auth: Auth, request: PreparedRequest): PreparedRequest {
  let applied: unknown;
  if (isAuthClass(auth)) throw notAuth(`the class itself; write new ${auth.name}(user, password)`);
  if (typeof auth === 'function') applied = auth(request);
  else if (Array.isArray(auth)) applied = basicAuth(auth).call(request);
  else if (typeof (auth as Partial<AuthBase>).call === 'function') applied = (auth as AuthBase).call(request);
  else if (auth instanceof AuthBase) throw new NotImplementedError('Auth hooks must be callable.');
  else throw notAuth(typeName(auth));
  if (typeof applied === 'object' && applied !== null && 'headers' in applied)
    return applied as PreparedRequest;
  throw new TypeError(`auth must return the request that it is given, but it returned ${typeName(applied)}`);
}

function isAuthClass(auth: Auth): auth is Auth & { name: string } {
  return typeof auth === 'function' && (auth.prototype as unknown) instanceof AuthBase;
}

function basicAuth(pair: readonly unknown[]): HTTPBasicAuth {
  if (pair.length !== 2) throw notAuth(`a list of ${pair.length}`);
  return new HTTPBasicAuth(...(pair as [string, string]));
}

function notAuth(given: string): TypeError {
  return new TypeError(`auth must be [user, password], an auth object or a function, not ${given}`);
}

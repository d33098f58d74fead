import type { ClientRequest } from 'node:http';
import { UnicodeEncodeError } from '../../builtins/index.js';
import { InvalidHeader } from '../exceptions.js';
import type { HeaderEntry } from '../structures/case-insensitive-dict.js';
import type { HTTPConnectionPool } from './connection-pool.js';

/** What decides on the headers of a request. */
export interface HeaderSource {
  readonly pool: HTTPConnectionPool;
  readonly method: string;
  readonly target: string;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, HeaderEntry<string>>;
}

/** Methods that say nothing of a body when they have none. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'TRACE', 'OPTIONS', 'CONNECT']);

/**
 * Replaces all headers of a request by exactly those that are to be sent, in spelling and order: Host first, what urllib3
 * adds, then those of the request. Throws InvalidHeader and UnicodeEncodeError.
 */
export function setHeaders(request: ClientRequest, source: HeaderSource, hasBody: boolean): void {
  const { headers, pool } = source;
  for (const name of request.getHeaderNames()) request.removeHeader(name);
  if (!headers.has('host')) request.setHeader('Host', hostOf(source));
  if (!headers.has('accept-encoding')) request.setHeader('Accept-Encoding', 'identity');
  if (!headers.has('content-length') && !headers.has('transfer-encoding')) frame(request, source, hasBody);
  for (const [name, value] of headers.values()) setHeader(request, name, value);
  if (pool.forwards && pool.proxy !== null) {
    for (const [name, value] of Object.entries(pool.proxy.headers)) setHeader(request, name, value);
  }
  // Node adds one unless it was removed.
  if (!headers.has('connection')) request.removeHeader('connection');
}

/** A body of unknown length goes in chunks. */
function frame(request: ClientRequest, { method }: HeaderSource, hasBody: boolean): void {
  if (hasBody) request.setHeader('Transfer-Encoding', 'chunked');
  else if (!WITHOUT_BODY.has(method)) request.setHeader('Content-Length', '0');
}

/** A forwarding proxy is told the host of the URL, as it stands there. */
function hostOf({ pool, target }: HeaderSource): string {
  if (target.startsWith('/')) return pool.hostHeader;
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(target)?.[1] ?? pool.hostHeader;
}

function setHeader(request: ClientRequest, name: string, value: string): void {
  try {
    request.setHeader(name, value);
  } catch (error) {
    throw refusal(name, value, error);
  }
}

function refusal(name: string, value: unknown, cause: unknown): Error {
  const position = typeof value === 'string' ? value.search(/[^\0-\xff]/) : -1;
  if (position === -1) {
    // The value may be a secret.
    return new InvalidHeader(
      `The header ${JSON.stringify(name)} cannot be sent: its name or value has a character that HTTP does not allow`,
      { cause },
    );
  }
  return new UnicodeEncodeError(
    `'latin-1' codec can't encode character in position ${position} of the header ${JSON.stringify(name)}: ordinal not in range(256)`,
    { cause },
  );
}

/**
 * Sends by a fetch function that the user chose. Its connections are its own: what depends on them (pools, proxies,
 * certificates, the order of headers, a limit for connecting alone) is out of reach, and refused where silence would be
 * dangerous.
 */
import { typeName } from '../../../builtins/index.js';
import type { PreparedRequest } from '../../models/prepared-request.js';
import type { Cert } from '../../inputs.js';
import { isUnixUrl } from '../../urls/unix-url.js';
import { urlsplit } from '../../urls/url-split.js';
import type { Attempt, OutgoingJob, Transport } from '../urlopen.js';
import { FetchAttempt } from './fetch-attempt.js';
import type { FetchFunction } from './fetch-function.js';

/** Why a fetch function cannot send a request, or null when it can. */
export function refusalOfFetch(
  request: PreparedRequest,
  verify: boolean | string | null,
  cert: Cert | null,
  proxy: string | null,
): string | null {
  const isSecure = urlsplit(request.url ?? '').scheme === 'https';
  if (isUnixUrl(request.url ?? ''))
    return 'an adapter with a fetch function of its own cannot use a UNIX socket';
  if (proxy) return 'an adapter with a fetch function of its own cannot use a proxy';
  if (isSecure && (verify !== true || cert !== null)) {
    return 'an adapter with a fetch function of its own cannot change which certificates are used';
  }
  if (request.body !== null && (request.method === 'GET' || request.method === 'HEAD')) {
    return `a fetch function cannot send ${request.method} with a body`;
  }
  return null;
}

/** Sends by one fetch function. Its attempts have no pool. */
export class FetchTransport implements Transport<OutgoingJob, null> {
  readonly fetch: FetchFunction;

  /** Throws TypeError for anything but a function. */
  constructor(fetch: FetchFunction) {
    if (typeof fetch !== 'function') throw new TypeError(`fetch must be a function, got ${typeName(fetch)}`);
    this.fetch = fetch;
  }

  open(): null {
    return null;
  }

  attempt(job: OutgoingJob): Attempt {
    return new FetchAttempt(job, this.fetch);
  }

  closeIdle(): void {
    // The connections belong to the fetch function.
  }
}

/** What a session takes from the environment when `trust_env` is set (spec 1.5). */
import { isEmpty } from '../../builtins/index.js';
import { environProxiesFor } from '../environment/proxies.js';
import type { Cert, Proxies } from '../inputs.js';
import { mergeDicts, mergeScalar } from './merge.js';

/** The four settings of a request that session and environment have a say in. */
export interface EnvironmentSettings {
  /** Proxy URLs by scheme. */
  proxies: Proxies;
  /** Leave the body unread. */
  stream: boolean | null;
  /** Verify the certificate: yes, no, or with the bundle at this path. */
  verify: boolean | string | null;
  /** The client's certificate. */
  cert: Cert | null;
}

/** The session's side of {@link mergeEnvironment}. */
export interface SessionDefaults {
  readonly proxies: Proxies;
  readonly stream: boolean;
  readonly verify: boolean | string | null;
  readonly cert: Cert | null;
  readonly trust_env: boolean;
}

/**
 * The request's settings over the environment's over the session's. That the environment beats the session, for proxies
 * and for the CA bundle (even where the session says `verify = false`), is Python's order and kept.
 */
export function mergeEnvironment(
  url: string,
  request: {
    proxies?: Proxies | null | undefined;
    stream?: boolean | null | undefined;
    verify?: boolean | string | null | undefined;
    cert?: Cert | null | undefined;
  },
  session: SessionDefaults,
): EnvironmentSettings {
  let proxies: Proxies | null | undefined = request.proxies;
  let verify = request.verify;
  if (session.trust_env) {
    const environment = environProxiesFor(url, proxies?.['no_proxy']);
    if (!isEmpty(environment)) proxies = { ...environment, ...proxies };
    if (verify === true || verify === null || verify === undefined) {
      verify = environmentBundle() ?? verify;
    }
  }
  return {
    proxies: mergeProxies(proxies, session.proxies),
    stream: mergeScalar(request.stream, session.stream),
    verify: mergeScalar(verify, session.verify),
    cert: mergeScalar(request.cert, session.cert),
  };
}

const NO_PROXIES: Proxies = Object.freeze({});

function mergeProxies(request: Proxies | null | undefined, session: Proxies): Proxies {
  if (isEmpty(request) && isEmpty(session)) return NO_PROXIES;
  return mergeDicts(request, session);
}

function environmentBundle(): string | undefined {
  return process.env['REQUESTS_CA_BUNDLE'] || process.env['CURL_CA_BUNDLE'] || undefined;
}

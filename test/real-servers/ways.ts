import { Session } from '../../src/requests/index.js';
import { HTTPAdapter, UndiciAdapter } from '../../src/requests/adapters/index.js';

/** A way to speak to a server: the name, the scheme, the adapter and the version that `raw` reports. */
export const WAYS: readonly [
  name: string,
  scheme: 'http' | 'https',
  make: () => HTTPAdapter,
  version: number,
][] = [
  ['HTTPAdapter', 'http', () => new HTTPAdapter(), 11],
  ['HTTPAdapter by TLS', 'https', () => new HTTPAdapter(), 11],
  ['UndiciAdapter', 'http', () => new UndiciAdapter(), 11],
  ['UndiciAdapter by TLS', 'https', () => new UndiciAdapter(), 11],
  ['UndiciAdapter with pipelining', 'http', () => new UndiciAdapter({ pipelining: 4, connections: 2 }), 11],
  ['UndiciAdapter by HTTP/2', 'https', () => new UndiciAdapter({ allow_h2: true }), 20],
];

/** A session that sends by `adapter` alone and trusts the certificates of `ca`. */
export function sessionOver(adapter: HTTPAdapter, ca: string): Session {
  const session = new Session();
  session.trust_env = false;
  session.verify = ca;
  session.timeout = 10;
  session.mount('http://', adapter);
  session.mount('https://', adapter);
  return session;
}

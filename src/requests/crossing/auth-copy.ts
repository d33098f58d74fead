/** How auth objects cross to another thread. */
import { setReducer, setReferences } from '../../builtins/index.js';
import { reduceHomed } from '../../pickle/index.js';
import { HTTPBasicAuth, HTTPProxyAuth } from '../auth/basic.js';
import { HTTPDigestAuth } from '../auth/digest.js';

/**
 * The copy of a digest auth object in another thread, made once: there it keeps what it learns from servers, as Python's does in
 * each thread. (A server would refuse a nonce that two threads count separately.)
 */
function copyDigestAuth(
  existing: HTTPDigestAuth | undefined,
  cls: typeof HTTPDigestAuth,
  fields: Readonly<Record<string, unknown>>,
): HTTPDigestAuth {
  return Object.assign(existing ?? (Object.create(cls.prototype) as HTTPDigestAuth), fields);
}

setReferences(import.meta.url, { copyDigestAuth, HTTPBasicAuth, HTTPDigestAuth, HTTPProxyAuth });
setReducer(
  HTTPDigestAuth,
  (auth) => reduceHomed(auth, copyDigestAuth, [auth.constructor, Object.assign({}, auth)]),
  { subclasses: true },
);

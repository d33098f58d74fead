import { isPlainObject, typeName } from '../../builtins/index.js';
import type { LimitedRequest } from '../../limits/index.js';
import { hostKey } from '../../requests/internal.js';

/**
 * The keys that a request counts for.
 * @param key the session's own rule; null for its host
 * @throws TypeError when the rule returns anything but keys; whatever the rule throws
 */
export function keysFor(
  key: ((request: LimitedRequest) => string | readonly string[]) | null,
  method: string,
  url: string,
): string | readonly string[] {
  const host = hostKey(url);
  if (host === null || key === null) return host ?? '';
  const keys: unknown = key({ method: method.toUpperCase(), url: new URL(url) });
  if (typeof keys === 'string') return keys;
  if (Array.isArray(keys) && keys.length > 0 && keys.every((one) => typeof one === 'string')) return keys;
  throw new TypeError(
    `limits.key() must return a string or strings, got ${isPlainObject(keys) ? 'an object' : typeName(keys)}`,
  );
}

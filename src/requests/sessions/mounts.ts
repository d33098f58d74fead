import { repr, typeName } from '../../builtins/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import { InvalidSchema } from '../exceptions/requests.js';
import { withoutUserinfo } from '../urls/redact.js';

/** Puts an adapter behind those with longer prefixes. */
export function mountAdapter(
  mounts: Map<string, BaseAdapter>,
  prefix: unknown,
  adapter: BaseAdapter | undefined,
): void {
  if (typeof prefix !== 'string') {
    throw new TypeError('mount() takes the URL prefix first: mount(prefix, adapter)');
  }
  if (adapter === undefined) throw new TypeError("mount() missing 1 required argument: 'adapter'");
  if (typeof (adapter as Partial<BaseAdapter> | null)?.send !== 'function') {
    const got =
      typeof adapter === 'function'
        ? `the class itself; write new ${(adapter as { name: string }).name}()`
        : typeName(adapter);
    throw new TypeError(`mount() takes an adapter, an object with a send method, got ${got}`);
  }
  const shorter = mounts.has(prefix) ? [] : [...mounts].filter(([other]) => other.length < prefix.length);
  for (const [other] of shorter) mounts.delete(other);
  mounts.set(prefix, adapter);
  for (const [other, mounted] of shorter) mounts.set(other, mounted);
}

/** The error for a URL that no adapter is mounted for. */
export function noAdapter(url: string): InvalidSchema {
  return new InvalidSchema(`No connection adapters were found for ${repr(withoutUserinfo(url))}`);
}

import { isPlainObject, repr, typeName, withMoreFrames } from '../../builtins/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import { InvalidSchema } from '../exceptions/requests.js';
import { withoutUserinfo } from '../urls/redact.js';
import { isUnixUrl } from '../urls/unix-url.js';
import { checkAdapters } from './merge.js';

/** Puts an adapter behind those with longer prefixes: `(prefix, adapter)`, or one object with both. */
export function mountAdapter(
  mounts: Map<string, BaseAdapter>,
  first: unknown,
  second: BaseAdapter | undefined,
): void {
  const { prefix, adapter } = isPlainObject(first)
    ? (first as { prefix?: unknown; adapter?: BaseAdapter })
    : { prefix: first, adapter: second };
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
  checkAdapters(mounts);
  const shorter = mounts.has(prefix) ? [] : [...mounts].filter(([other]) => other.length < prefix.length);
  for (const [other] of shorter) mounts.delete(other);
  mounts.set(prefix, adapter);
  for (const [other, mounted] of shorter) mounts.set(other, mounted);
}

/** Closes all adapters. @throws TypeError when untyped code has put something else in their place */
export async function closeAdapters(mounts: ReadonlyMap<string, BaseAdapter>): Promise<void> {
  checkAdapters(mounts);
  await Promise.all(Array.from(mounts.values(), async (adapter) => adapter.close()));
}

/** `localhost:8080/a`, whose host reads as a scheme. */
const HOST_AND_PORT = /^[\w.-]+:\d+(?:[/?#]|$)/;

/** The error for a URL that no adapter is mounted for. */
export function noAdapter(url: string): InvalidSchema {
  const shown = withoutUserinfo(url);
  const message = `No connection adapters were found for ${repr(shown)}${mountHint(shown)}`;
  return withMoreFrames(() => new InvalidSchema(message));
}

function mountHint(url: string): string {
  if (isUnixUrl(url)) return ": mount one, session.mount('http+unix://', new HTTPAdapter())";
  return HOST_AND_PORT.test(url) ? `. Perhaps you meant http://${url}?` : '';
}

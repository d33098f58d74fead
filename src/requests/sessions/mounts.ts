import { repr } from '../../builtins/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import { InvalidSchema } from '../exceptions/requests.js';
import { withoutUserinfo } from '../urls/redact.js';

/** The adapters of a session by the prefixes of URLs, the longest first. */
export type Mounts = Map<string, BaseAdapter>;

/** The adapter with the longest prefix that `url` starts with. Throws InvalidSchema when there is none. */
export function adapterFor(mounts: Mounts, url: string): BaseAdapter {
  const lower = url.toLowerCase();
  for (const [prefix, adapter] of mounts) {
    if (lower.startsWith(prefix.toLowerCase())) return adapter;
  }
  throw new InvalidSchema(`No connection adapters were found for ${repr(withoutUserinfo(url))}`);
}

/** Puts an adapter behind those with longer prefixes. */
export function mountAdapter(mounts: Mounts, prefix: string, adapter: BaseAdapter): void {
  const shorter = mounts.has(prefix) ? [] : [...mounts].filter(([other]) => other.length < prefix.length);
  for (const [other] of shorter) mounts.delete(other);
  mounts.set(prefix, adapter);
  for (const [other, mounted] of shorter) mounts.set(other, mounted);
}

/** How adapters cross: as to other threads, plus the settings of their connections, which the caller's class may have set. */
import { setReferences } from '../../builtins/index.js';
import type { HTTPAdapter } from '../../requests/index.js';
import { type ConnectionSettings, copyHTTPAdapter } from '../../requests/internal.js';

type Rest = Parameters<typeof copyHTTPAdapter> extends [unknown, ...infer R] ? R : never;

/** @internal */
export function copyCallersAdapter(
  existing: HTTPAdapter | undefined,
  settings: ConnectionSettings,
  ...parts: Rest
): HTTPAdapter {
  const adapter = copyHTTPAdapter(existing, ...parts);
  if (existing === undefined && Object.keys(settings).length > 0) {
    const { _pool_connections, _pool_maxsize, _pool_block } = adapter;
    adapter.init_poolmanager(_pool_connections, _pool_maxsize, _pool_block, settings);
  }
  return adapter;
}

setReferences(import.meta.url, { copyCallersAdapter });

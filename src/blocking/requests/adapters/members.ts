/** The members of the adapters, each with Python's calling convention. */
import type { HTTPAdapter, PreparedRequest, SendOptions, UndiciAdapter } from '../../../requests/index.js';

/** What `BaseAdapter` has. `R` is the response: it names its adapter, and the adapter must not name it. */
export interface SyncBaseAdapter<R> {
  /** Sends a request. Absent settings are null or missing. */
  send(request: PreparedRequest, options?: SendOptions): R;
  /** Lets go of what the adapter holds, such as idle connections. It may be used again afterwards. */
  close(): void;
}

/** The members that this flavour, or its subclasses, have in a way of their own. */
type Own = 'send' | 'close' | 'build_response' | 'init_poolmanager';

/** What `HTTPAdapter` has. */
export interface SyncHTTPAdapter<R> extends SyncBaseAdapter<R>, Omit<HTTPAdapter, Own> {
  /** Sets what all connections have. A subclass may pass settings, such as `ssl_minimum_version`. */
  init_poolmanager(
    connections: number,
    maxsize: number,
    block?: boolean,
    pool_kwargs?: Parameters<HTTPAdapter['init_poolmanager']>[3],
  ): void;
}

/** What `UndiciAdapter` has. */
export interface SyncUndiciAdapter<R> extends SyncHTTPAdapter<R>, Omit<UndiciAdapter, Own> {}

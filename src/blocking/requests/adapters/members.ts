/** The members of the adapters, each with Python's calling convention. */
import type { HTTPAdapter, PreparedRequest, SendOptions, UndiciAdapter } from '../../../requests/index.js';

/** The members of `BaseAdapter`. `R` is the response type, a parameter as it refers to its adapter in turn. */
export interface SyncBaseAdapter<R> {
  /** Sends a request. Absent settings are null or missing. */
  send(request: PreparedRequest, options?: SendOptions): R;
  /** Releases what the adapter holds, such as idle connections. It may be used again afterwards. */
  close(): void;
}

/** The members that this flavor or its subclasses define themselves. */
type Own = 'send' | 'close' | 'build_response' | 'init_poolmanager';

/** The members of `HTTPAdapter`. */
export interface SyncHTTPAdapter<R> extends SyncBaseAdapter<R>, Omit<HTTPAdapter, Own> {
  /** Configures all connections. A subclass may pass settings, such as `ssl_minimum_version`. */
  init_poolmanager(
    connections: number,
    maxsize: number,
    block?: boolean,
    pool_kwargs?: Parameters<HTTPAdapter['init_poolmanager']>[3],
  ): void;
}

/** The members of `UndiciAdapter`. */
export interface SyncUndiciAdapter<R> extends SyncHTTPAdapter<R>, Omit<UndiciAdapter, Own> {}

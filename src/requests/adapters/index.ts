export { BaseAdapter } from './base-adapter.js';
export {
  HTTPConnectionPool,
  HTTPSConnectionPool,
  type PoolOptions,
} from '../transports/connections/connection-pool.js';
export type { FetchFunction, FetchInit, FetchResponse } from '../transports/fetch/fetch-function.js';
export { HTTPAdapter } from './http-adapter.js';
export type { HTTPAdapterOptions } from './http-adapter-options.js';
export {
  type HostParams,
  PoolManager,
  type PoolManagerOptions,
  ProxyManager,
} from '../transports/connections/pool-manager.js';
export type { SocketOption, SocketSettings } from '../transports/connections/socket-settings.js';
export type { ConnectionSettings } from '../transports/connections/tls-settings.js';
export { Retry } from '../urllib3/retry.js';
export type { AnyDispatcher } from '../transports/undici/any-dispatcher.js';
export { UndiciAdapter, type UndiciAdapterOptions } from './undici-adapter.js';
export type { PoolProxy } from '../transports/connections/proxy-agents.js';

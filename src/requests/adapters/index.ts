export { BaseAdapter } from './base-adapter.js';
export {
  HTTPConnectionPool,
  HTTPSConnectionPool,
  type PoolOptions,
  type PoolProxy,
} from './connection-pool.js';
export type { FetchFunction, FetchInit, FetchResponse } from './fetch-transport.js';
export { HTTPAdapter, type HTTPAdapterOptions } from './http-adapter.js';
export { type HostParams, PoolManager, type PoolManagerOptions, ProxyManager } from './pool-manager.js';
export type { ConnectionSettings } from './tls-settings.js';
export { UndiciAdapter, type UndiciAdapterOptions } from './undici/undici-adapter.js';

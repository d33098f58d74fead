export {
  HTTPConnectionPool,
  HTTPSConnectionPool,
  type PoolOptions,
} from '../../../requests/transports/connections/connection-pool.js';
export {
  type HostParams,
  PoolManager,
  type PoolManagerOptions,
  ProxyManager,
} from '../../../requests/transports/connections/pool-manager.js';
export type { ConnectionSettings } from '../../../requests/transports/connections/tls-settings.js';
export {
  BaseAdapter,
  HTTPAdapter,
  type HTTPAdapterOptions,
  UndiciAdapter,
  type UndiciAdapterOptions,
} from './adapters.js';
export type { PoolProxy } from '../../../requests/transports/connections/proxy-agents.js';

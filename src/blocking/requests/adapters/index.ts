export {
  type ConnectionSettings,
  type HostParams,
  HTTPConnectionPool,
  HTTPSConnectionPool,
  PoolManager,
  type PoolManagerOptions,
  type PoolOptions,
  type PoolProxy,
  ProxyManager,
  type SocketOption,
  type SocketSettings,
} from '../../../requests/internal.js';
export {
  BaseAdapter,
  HTTPAdapter,
  type HTTPAdapterOptions,
  UndiciAdapter,
  type UndiciAdapterOptions,
} from './adapters.js';
export { Retry } from '../../../requests/index.js';

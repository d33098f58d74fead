export type { AnyDispatcher } from './any-dispatcher.js';
export { DispatcherTransport, refusalOfDispatcher } from './dispatcher-attempt.js';
export { globalDispatcher } from './load-undici.js';
export { UndiciTransport } from './undici-transport.js';

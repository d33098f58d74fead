/** What the threads of the gateway need of this layer: nothing else is loaded by the watchdog. */
export { tellEnd } from './end.js';
export type { Death, GatewayData, WatchdogData } from './protocol.js';
export { onCaller } from './taking.js';

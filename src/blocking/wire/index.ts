/** What the gateway's threads use of this layer. Kept small, as the watchdog loads it too. */
export { tellEnd } from './end.js';
export type { Death, GatewayData, WatchdogData } from './protocol.js';
export { onCaller } from './taking.js';

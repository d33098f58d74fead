/** What the gateway's threads use of this layer. Kept small, as the watchdog loads it too. */
export { silentDeath, tellEnd } from './end.js';
export { type Death, type GatewayData, STARTED, type WatchdogData } from './protocol.js';
export { onCaller } from './taking.js';

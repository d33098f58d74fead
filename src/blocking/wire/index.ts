/** What the watchdog thread needs of this layer: nothing else is loaded there. */
export { type Death, type GatewayData, GONE, NEWS } from './protocol.js';

export { type FarLimits, FarTurns } from './far-limits.js';
export { LimitedCall } from './limited-call.js';
export { type LimitsStats, SessionLimits } from './session-limits.js';

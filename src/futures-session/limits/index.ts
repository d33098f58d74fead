export { LimitedCall } from './limited-call.js';
export { type LimitsStats, SessionLimits } from './session-limits.js';

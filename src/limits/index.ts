export type { LimitsClock } from './alarm.js';
export { type KeyStats, Turn } from './gate.js';
export { Limiter } from './limiter.js';
export {
  type KeyLimits,
  type LimitedRequest,
  type Limits,
  type LimitsOptions,
  parseKeyLimits,
  parseLimits,
  refuseSingleOptions,
} from './options.js';
export type { Rate, RateOptions } from './rates.js';
export { SentTurn } from './sent-turn.js';
export { type Demand, type Grant, type LimitStore, LONGEST_POLL, type TicketUse } from './store.js';

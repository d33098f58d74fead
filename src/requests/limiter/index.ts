export { type LimiterOptions, SharedLimiter } from './limited-sender.js';
export { LimiterAdapter } from './limiter-adapter.js';
export { LimiterMixin, LimiterSession } from './limiter-session.js';

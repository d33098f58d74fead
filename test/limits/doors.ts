/** From the sources, so that classes are the same as those of the modules under test. */
export { FuturesSession, WorkerPoolExecutor } from '../../src/index.js';
export {
  LimiterAdapter,
  LimiterMixin,
  LimiterSession,
  Retry,
  Session,
  SharedLimiter,
} from '../../src/requests/index.js';

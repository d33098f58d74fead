export { type AbortListener, AbortToken } from './abort-token.js';
export { LONGEST_DELAY, monotonic, startTimer, type Timer } from './clock.js';
export { setErrorNames } from './error-names.js';
export {
  AttributeError,
  DeprecationWarning,
  KeyError,
  LookupError,
  NotImplementedError,
  OSError,
  RuntimeError,
  TimeoutError,
  UnicodeDecodeError,
  UnicodeEncodeError,
  ValueError,
  Warning,
} from './exceptions.js';
export { Fifo } from './fifo.js';
export { addHomeCall, callAtHome, type HomeCall, homeCallsOf, setHome } from './home-calls.js';
export { lazyPattern } from './lazy-pattern.js';
export {
  debugLogger,
  getLogger,
  type LevelLogger,
  type Logger,
  type LogLevel,
  setLogger,
} from './logging.js';
export { alsoExtends, isInstanceOf } from './multiple-inheritance.js';
export { onAbort } from './on-abort.js';
export {
  checkCount,
  checkOptions,
  checkPairs,
  isEmpty,
  isPlainObject,
  isThenable,
  iterates,
  ownOptions,
} from './options.js';
export { asError, isError, isSearchParams, isURL, tagOf } from './realms.js';
export { numberOrType, repr, typeName } from './repr.js';
export { addFrames, framesAbove, rejectWithFrames, stackOf, withMoreFrames } from './stack-frames.js';
export {
  clearImmediate,
  clearTimeout,
  nextTick,
  queueMicrotask,
  setImmediate,
  setTimeout,
} from './timers.js';
export { timedelta, type TimedeltaOptions } from './timedelta.js';
export {
  type Class,
  type Reduced,
  isConstructor,
  type Reducer,
  reducerOf,
  reducerRegistrations,
  setConstructor,
  setReducer,
} from './reducers.js';
export {
  boundMethodOf,
  kMethodOwner,
  markedTargets,
  type Reference,
  referenceOf,
  setBoundMethod,
  setReference,
  setReferences,
  setTarget,
  standForReference,
  targetOf,
} from './references.js';
export { type QueueEntry, WorkQueue } from './work-queue.js';

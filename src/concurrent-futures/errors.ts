/**
 * The exceptions of Python's `concurrent.futures`.
 *
 * ```
 * Error
 * ├ FuturesError (Python: concurrent.futures.Error)
 * │ ├ CancelledError
 * │ └ InvalidStateError
 * ├ RuntimeError ── BrokenExecutor ── BrokenThreadPool, BrokenProcessPool
 * └ OSError ── TimeoutError
 * ```
 */
import { RuntimeError, setErrorNames, setReferences } from '../builtins/index.js';

/** Python's `concurrent.futures.Error`: the base of what futures themselves raise. `TimeoutError` is not one of them. */
export class FuturesError extends Error {}

/**
 * The future was cancelled. As in Python, its message is empty and each raise creates a new one. After
 * `future.abort(reason)`, its `cause` is the reason.
 */
export class CancelledError extends FuturesError {}

/** The future is not in a state that allows the call: settled twice, or read by `result_now()` before it is done. */
export class InvalidStateError extends FuturesError {}

/** An executor can no longer run anything. `catch RuntimeError` sees this and "after shutdown" alike. */
export class BrokenExecutor extends RuntimeError {}

/** An initializer of an {@link AsyncPoolExecutor} failed; its `cause` is what the initializer threw. */
export class BrokenThreadPool extends BrokenExecutor {}

/** A worker of an isolated pool ended abruptly or could not be initialized. */
export class BrokenProcessPool extends BrokenExecutor {}

const exceptions = {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  CancelledError,
  FuturesError,
  InvalidStateError,
};
setErrorNames(exceptions);
setReferences(import.meta.url, exceptions);

import { Future } from '../concurrent-futures/index.js';
import { isThenable, onAbort, typeName } from '../builtins/index.js';
import { AbortError, type PreparedRequest, Response } from '../requests/index.js';

/** The handle of one request. */
export type ResponseFuture = Future<Response> & {
  /** The prepared request; null before, and if it could not be prepared. */
  request: PreparedRequest | null;
};

/** A handle for the promise that an executor's `submit` returned. Throws TypeError for anything else. */
export function adoptPromise(handle: unknown): Future<Response> {
  if (!isThenable(handle)) {
    throw new TypeError(`The executor's submit() must return a Future or a promise, not ${typeName(handle)}`);
  }
  const future = new Future<Response>();
  future.set_running_or_notify_cancel();
  handle.then(
    (response) => {
      future.set_result(response as Response);
    },
    (error: unknown) => {
      future.set_exception(error);
    },
  );
  return future;
}

/** Makes `signal` abort `future` in any state; once it is done, a body that is not read yet. */
export function followSignal(future: Future<Response>, signal: AbortSignal): void {
  const stop = onAbort(signal, () => {
    future.abort(signal.reason);
  });
  future.add_done_callback(() => {
    stop();
    const response: unknown =
      future.cancelled() || future.exception_now() !== null ? null : future.result_now();
    if (response instanceof Response) followBody(response, signal);
  });
}

function followBody({ raw, request }: Response, signal: AbortSignal): void {
  if (raw === null || raw.closed) return;
  raw.follow(signal, () => new AbortError('The request was aborted', { request, cause: signal.reason }));
}

/** The future of a request that is never sent, as its signal was already aborted. */
export function cancelledFuture(reason: unknown): Future<Response> {
  const future = new Future<Response>();
  future.abort(reason);
  future.set_running_or_notify_cancel();
  return future;
}

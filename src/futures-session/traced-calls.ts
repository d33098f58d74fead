/** The events of a FuturesSession's requests that the layers below cannot publish: submission, worker and end. */
import type { Call } from '../concurrent-futures/internal.js';
import type { Future } from '../concurrent-futures/index.js';
import { addHomeCall } from '../builtins/index.js';
import type { Response } from '../requests/index.js';
import { publishEvents, RequestTrace, type TraceIdentity } from '../requests/internal.js';

/** Submits a request. If that throws, as the executor is closed, the request's trace ends. */
export function submitTraced<T>(trace: RequestTrace, submit: () => T): T {
  trace.submitted();
  try {
    return submit();
  } catch (error) {
    trace.failed(error);
    throw error;
  }
}

/** Publishes the outcome of `future`. */
export function traceOutcome(trace: RequestTrace, future: Future<Response>): void {
  future.add_done_callback(() => {
    if (future.cancelled()) {
      trace.cancelled();
      return;
    }
    const error: unknown = future.exception_now();
    if (error === null) trace.succeeded(future.result_now());
    else trace.failed(error);
  });
}

/** The trace of a request submitted by another thread: it collects the events. */
export function traceInThread({ method, url, id }: TraceIdentity): RequestTrace {
  return new RequestTrace(method, url, id, []);
}

/** In a worker thread: publishes the collected events in the main thread, where the subscribers are. */
export function sendEventsBack(call: Call, trace: RequestTrace | null | undefined): void {
  const events = trace?.collected;
  if (events) addHomeCall(call, publishEvents, [events, performance.timeOrigin]);
}

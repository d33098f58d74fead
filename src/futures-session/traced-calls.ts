/** The events of a FuturesSession's requests that the layers below cannot publish: submission, worker and end. */
import type { Call } from '../concurrent-futures/internal.js';
import type { Future } from '../concurrent-futures/index.js';
import { addHomeCall } from '../builtins/index.js';
import type { Response } from '../requests/index.js';
import { publishEvents, RequestTrace, type TraceIdentity } from '../requests/internal.js';

/** Submits a request. When that throws, because the executor is closed, the request ends there. */
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

/** The trace of a request that another thread has submitted: it collects its events. */
export function traceInThread({ method, url, id }: TraceIdentity): RequestTrace {
  return new RequestTrace(method, url, id, []);
}

/** In a worker thread: has the main thread publish the collected events, as its subscribers are the ones to see them. */
export function sendEventsBack(call: Call, trace: RequestTrace | null | undefined): void {
  const events = trace?.collected;
  if (events) addHomeCall(call, publishEvents, [events, performance.timeOrigin]);
}

/** What a FuturesSession tells those who watch its requests: submission, worker and end. The layers below tell the rest. */
import type { Call } from '../concurrent-futures/call-context.js';
import type { Future } from '../concurrent-futures/index.js';
import { addHomeCall } from '../builtins/index.js';
import {
  publishEvents,
  requestChannel,
  RequestTrace,
  type TraceIdentity,
} from '../requests/diagnostics/trace.js';
import type { Response } from '../requests/index.js';

/** The trace of a request that is being made; null when nobody watches. */
export function newTrace(method: unknown, url: unknown): RequestTrace | null {
  return requestChannel.hasSubscribers ? new RequestTrace(method, url) : null;
}

/** Submits a request; when that throws, because the executor is closed, it is the end of it. */
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

/** The trace of a request that another thread has submitted. */
export function traceInThread({ method, url, id }: TraceIdentity): RequestTrace {
  return new RequestTrace(method, url, id, []);
}

/** In a pool thread: has the main thread publish the events, as it is there that somebody watches. */
export function bringEventsHome(call: Call | null, trace: RequestTrace | null | undefined): void {
  const events = trace?.collected;
  if (call !== null && events) addHomeCall(call, publishEvents, [events, performance.timeOrigin]);
}

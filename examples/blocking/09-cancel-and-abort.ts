/**
 * Cancelling what is no longer needed, and aborting what is on the wire.
 *
 *     future.cancel()                          # Python: only what is still queued
 *     executor.shutdown(cancel_futures=True)   # Python: the whole queue
 *
 * Python stops there: a request that has begun runs to its end, and leaving `with FuturesSession()` waits for all of them. Here there are
 * also `future.abort()`, and a `signal` that stops a request in whatever state it is. `AbortSignal.timeout()` cannot fire while this
 * thread waits: use `wait` with a timeout, then an AbortController.
 */
import {
  AbortError,
  as_completed,
  CancelledError,
  FuturesSession,
  requests,
  type ResponseFuture,
  time,
  wait,
} from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

using server = serve_elsewhere('reports');
const report = (i: number): string => `${server.url}/report/${i}`;
/** How many clients the server has seen hang up. */
const hang_ups = (): number => requests.get(`${server.url}/hung-up`).json<{ hungUp: number }>().hungUp;

/** The error of a future, also of a cancelled one, where `exception()` throws. */
function outcome(future: ResponseFuture): Error | null {
  try {
    return future.exception();
  } catch (error) {
    return error as Error;
  }
}

{
  // 1. cancel(): two workers, six requests. Two run, four wait, and only those can be cancelled.
  using session = new FuturesSession({ max_workers: 2 });
  const futures = [1, 2, 3, 4, 5, 6].map((i) => session.get(report(i)));
  console.log('cancel() says ', futures.map((future) => future.cancel()).join(' '));
  const { done } = wait(futures);
  const cancelled = [...done].filter((future) => future.cancelled()).length;
  console.log(`               ${cancelled} cancelled, the server got ${server.requests}`);
}

{
  // 2. abort(): the request on the wire ends with AbortError, and the connection is closed. `cause` is the reason.
  using session = new FuturesSession({ max_workers: 2 });
  const [running, queued] = [session.get(report(1)), session.get(report(2))];
  const third = session.get(report(3));
  while (server.requests < 4) time.sleep(0.01);
  // The queued one first: aborting another gives it that one's place.
  for (const future of [third, running, queued]) future.abort('the user closed the window');
  const error = running.exception();
  if (error instanceof AbortError) console.log('abort()        running:', error.name, '-', error.cause);
  const reason = outcome(third);
  if (reason instanceof CancelledError)
    console.log('               queued: ', reason.name, '-', reason.cause);
  while (hang_ups() < 2) time.sleep(0.01);
  console.log(`               the server saw ${hang_ups()} clients hang up`);
}

{
  // 3. One signal for many requests: after a tenth of a second, it stops all of them.
  using session = new FuturesSession({ max_workers: 2 });
  const controller = new AbortController();
  const { signal } = controller;
  const futures = [1, 2, 3, 4].map((i) => session.get(report(i), { signal, params: { part: 3 } }));
  wait(futures, 0.1);
  controller.abort();
  const { done } = wait(futures);
  console.log('signal        ', [...done].map((future) => outcome(future)?.name).join(' '));
}

{
  // 4. Take the first answer that fits, and abort the rest. Leaving the loop does not stop the others by itself.
  using session = new FuturesSession({ max_workers: 8 });
  const futures = [1, 2, 3, 4, 5, 6, 7, 8].map((i) => session.get(`${server.url}/search/${i}`));
  for (const future of as_completed(futures)) {
    const { found, number } = future.result().json<{ found: boolean; number: number }>();
    if (!found) continue;
    const stopped = futures.filter((other) => other.abort()).length;
    console.log(`search         found by number ${number}, ${stopped} others stopped`);
    break;
  }
}

{
  // 5. Leaving early. `using` waits for everything, as Python's `with` does. This is what Python's README promises:
  const session = new FuturesSession({ max_workers: 2 });
  const futures = Array.from({ length: 100 }, (_, i) => session.get(report(i)));
  session.close({ cancel_futures: true });
  const cancelled = futures.filter((future) => future.cancelled()).length;
  console.log(`close          ${cancelled} of ${futures.length} cancelled, the 2 on the wire were awaited`);
}

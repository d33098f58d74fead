/**
 * Cancelling what is no longer needed, and aborting what is on the wire.
 *
 *     future.cancel()                          # Python: only what is still queued
 *     executor.shutdown(cancel_futures=True)   # Python: the whole queue
 *
 * Python stops there: a request that has begun runs to its end, and leaving `with FuturesSession()` waits for all
 * of them. Here there are also `future.abort()`, and a `signal` that stops a request in whatever state it is.
 */
import { AbortError, as_completed, CancelledError, FuturesSession, wait } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { pause } from './lib/routes.js';
import { listener } from './lib/servers/reports.js';

await using server = await serve(listener);
const report = (i: number): string => `${server.url}/report/${i}`;
/** How many clients the server has seen hang up. */
const hangUps = async (): Promise<number> =>
  (await requests.get(`${server.url}/hung-up`)).json<{ hungUp: number }>().hungUp;

{
  // 1. cancel(): two workers, six requests. Two run, four wait, and only those can be cancelled.
  await using session = new FuturesSession({ max_workers: 2 });
  const futures = [1, 2, 3, 4, 5, 6].map((i) => session.get(report(i)));
  console.log('cancel() says ', futures.map((future) => future.cancel()).join(' '));
  const { done } = await wait(futures);
  const cancelled = [...done].filter((future) => future.cancelled()).length;
  console.log(`               ${cancelled} cancelled, the server got ${server.requests}`);
}

{
  // 2. abort(): the request on the wire ends with AbortError, and the connection is closed. `cause` is the reason.
  await using session = new FuturesSession({ max_workers: 2 });
  const [running, queued] = [session.get(report(1)), session.get(report(2))];
  const third = session.get(report(3));
  while (server.requests < 4) await pause(0.01);
  for (const future of [running, queued, third]) future.abort('the user closed the window');
  const error = await running.exception();
  if (error instanceof AbortError) console.log('abort()        running:', error.name, '-', error.cause);
  const reason: unknown = await third.exception().catch((cancelled: unknown) => cancelled);
  if (reason instanceof CancelledError)
    console.log('               queued: ', reason.name, '-', reason.cause);
  while ((await hangUps()) < 2) await pause(0.01);
  console.log(`               the server saw ${await hangUps()} clients hang up`);
}

{
  // 3. A signal for many requests at once, from AbortController or AbortSignal.timeout(): a deadline for all of them.
  await using session = new FuturesSession({ max_workers: 2 });
  const signal = AbortSignal.timeout(100);
  const futures = [1, 2, 3, 4].map((i) => session.get(report(i), { signal, params: { part: 3 } }));
  const { done } = await wait(futures);
  const outcomes = await Promise.all(
    [...done].map((future) => future.exception().catch((error: unknown) => error as Error)),
  );
  console.log('signal        ', outcomes.map((error) => error?.name).join(' '));
}

{
  // 4. The first answer that will do, the rest is called off. Leaving the loop does not stop the others by itself.
  await using session = new FuturesSession({ max_workers: 8 });
  const futures = [1, 2, 3, 4, 5, 6, 7, 8].map((i) => session.get(`${server.url}/search/${i}`));
  for await (const future of as_completed(futures)) {
    const { found, number } = (await future.result()).json<{ found: boolean; number: number }>();
    if (!found) continue;
    const stopped = futures.filter((other) => other.abort()).length;
    console.log(`search         found by number ${number}, ${stopped} others stopped`);
    break;
  }
}

{
  // 5. Leaving early. `await using` waits for everything, as Python's `with` does. This is what Python's README
  //    promises:
  const session = new FuturesSession({ max_workers: 2 });
  const futures = Array.from({ length: 100 }, (_, i) => session.get(report(i)));
  await session.close({ cancel_futures: true });
  const cancelled = futures.filter((future) => future.cancelled()).length;
  console.log(`close          ${cancelled} of ${futures.length} cancelled, the 2 on the wire were awaited`);
}

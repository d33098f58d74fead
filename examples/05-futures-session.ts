/**
 * FuturesSession with workers of its own, with a shared executor, and with one that you wrote.
 *
 *     session = FuturesSession(max_workers=10)                               # makes its own executor
 *     session = FuturesSession(executor=ThreadPoolExecutor(max_workers=4))   # uses yours
 *     session = FuturesSession(session=OAuth2Session(...))                   # sends through another session
 *
 * Its verbs return futures at once; the executor decides how many requests are on their way. That number is the
 * one knob that matters: too few and you wait, too many and the server refuses you.
 */
import { type ExecutorLike, type Future, FuturesSession, ThreadPoolExecutor, wait } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { answerAfter, serve } from './lib/local-server.js';
import { table } from './lib/table.js';

await using server = await serve(answerAfter(0.1));
const paths = Array.from({ length: 24 }, (_, i) => `${server.url}/item/${i}`);
const rows: (string | number)[][] = [];

async function measure(name: string, sessions: readonly FuturesSession[]): Promise<void> {
  server.reset();
  const futures = paths.map((url, i) => (sessions[i % sessions.length] as FuturesSession).get(url));
  const { done } = await wait(futures);
  rows.push([name, done.size, server.mostAtOnce]);
}

// 1. Its own executor. Without `max_workers` there are 8, as in requests-futures since 1.0; older articles mean 2.
for (const max_workers of [2, 8, 24]) {
  await using session = new FuturesSession({ max_workers });
  await measure(`max_workers: ${max_workers}`, [session]);
}

// 2. One executor for two sessions: different cookies and headers, one limit for both. Closing a session leaves an
//    executor alone that it did not make, so the program closes it.
{
  await using executor = new ThreadPoolExecutor(4);
  await using alice = new FuturesSession({ executor });
  await using bob = new FuturesSession({ executor });
  alice.headers['X-User'] = 'alice';
  bob.headers['X-User'] = 'bob';
  await measure('two sessions, one executor of 4', [alice, bob]);
}

// 3. An executor of your own is any object with `submit`. It is asked once for each request, and returns a future
//    or a promise. This one starts everything at once, as Promise.all would, and counts. A session cannot know
//    how many run at once in there, so its pool keeps 10 connections for each host and complains about more,
//    unless it is told.
class Unlimited implements ExecutorLike {
  submitted = 0;
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    this.submitted += 1;
    return Promise.resolve(fn(...args));
  }
}
const unlimited = new Unlimited();
{
  await using session = new FuturesSession(unlimited, { adapter_kwargs: { pool_maxsize: 24 } });
  await measure('an executor without a limit', [session]);
}

// 4. Subclassing works as well: whatever the pool does stays, and one thing is added.
class Polite extends ThreadPoolExecutor {
  finished = 0;
  override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    const future = super.submit(fn, ...args);
    future.add_done_callback(() => (this.finished += 1));
    return future;
  }
}
const polite = new Polite(3);
{
  await using session = new FuturesSession(polite);
  await measure('a subclass, 3 workers', [session]);
}

// 5. `session` sends through another one: its headers, cookies and adapters are used, and none of the
//    FuturesSession's. With it, a class that signs requests or caches answers gets futures without knowing about
//    them.
class Signing extends requests.Session {
  signed = 0;
  // `send` gets what is really sent, also for each redirect: the place to sign in Python, too.
  override send(
    request: requests.PreparedRequest,
    options?: requests.SessionSendOptions,
  ): Promise<requests.Response> {
    this.signed += 1;
    request.headers['X-Signature'] = `signed ${request.path_url}`;
    return super.send(request, options);
  }
}
const signing = new Signing();
{
  await using session = new FuturesSession({ max_workers: 6, session: signing });
  await measure('through a session that signs', [session]);
}
await signing.close();
await polite.shutdown();

console.log(table([`${paths.length} requests`, 'answers', 'at once'], rows));
const counts = [unlimited.submitted, signing.signed, polite.finished].join(', ');
console.log(`\nCounted by the executor without a limit, the session that signs and the subclass: ${counts}`);

/**
 * FuturesSession with workers of its own, with a shared executor, and with one that you wrote.
 *
 *     session = FuturesSession(max_workers=10)                               # makes its own executor
 *     session = FuturesSession(executor=ThreadPoolExecutor(max_workers=4))   # uses yours
 *     session = FuturesSession(session=OAuth2Session(...))                   # sends through another session
 *
 * Its verbs return futures at once; the executor decides how many requests are on their way.
 */
import {
  type ExecutorLike,
  type Future,
  FuturesSession,
  type PreparedRequest,
  requests,
  type Response,
  ThreadPoolExecutor,
  wait,
} from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';
import { table } from '../lib/table.js';

using server = serve_elsewhere('slow');
const urls = Array.from({ length: 24 }, (_, i) => `${server.url}/item/${i}`);
const rows: (string | number)[][] = [];

function measure(name: string, sessions: readonly FuturesSession[]): void {
  server.reset();
  const { done } = wait(urls.map((url, i) => (sessions[i % sessions.length] as FuturesSession).get(url)));
  rows.push([name, done.size, server.mostAtOnce]);
}

// 1. Its own executor. Without `max_workers` there are 8, as in requests-futures since 1.0.
for (const max_workers of [2, 8, 24]) {
  using session = new FuturesSession({ max_workers });
  measure(`max_workers: ${max_workers}`, [session]);
}

// 2. One executor for two sessions: different cookies and headers, one limit for both.
{
  using executor = new ThreadPoolExecutor(4);
  using alice = new FuturesSession({ executor });
  using bob = new FuturesSession({ executor });
  alice.headers['X-User'] = 'alice';
  bob.headers['X-User'] = 'bob';
  measure('two sessions, one executor of 4', [alice, bob]);
}

// 3. An executor of your own is any object with `submit` that returns a future. It gets functions that send one request each,
//    and run in this thread; while one waits for its answer, the next begins.
class Unlimited implements ExecutorLike {
  submitted = 0;
  readonly #pool = new ThreadPoolExecutor(1000);
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<R> {
    this.submitted += 1;
    return this.#pool.submit(fn, ...args);
  }
}
const unlimited = new Unlimited();
{
  using session = new FuturesSession(unlimited, { adapter_kwargs: { pool_maxsize: 24 } });
  measure('an executor without a limit', [session]);
}

// 4. Subclassing works as well: whatever the pool does stays, and one thing is added.
class Polite extends ThreadPoolExecutor {
  finished = 0;
  override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<R> {
    const future = super.submit(fn, ...args);
    future.add_done_callback(() => (this.finished += 1));
    return future;
  }
}
using polite = new Polite(3);
{
  using session = new FuturesSession(polite);
  measure('a subclass, 3 workers', [session]);
}

// 5. `session` sends through another one: its headers, cookies and adapters are used. So a class that signs requests gets futures.
class Signing extends requests.Session {
  signed = 0;
  // `send` gets what is really sent, also for each redirect: the place to sign in Python, too.
  override send(request: PreparedRequest, options?: requests.SessionSendOptions): Response {
    this.signed += 1;
    request.headers['X-Signature'] = `signed ${request.path_url}`;
    return super.send(request, options);
  }
}
using signing = new Signing();
{
  using session = new FuturesSession({ max_workers: 6, session: signing });
  measure('through a session that signs', [session]);
}

console.log(table([`${urls.length} requests`, 'answers', 'at once'], rows));
const counts = [unlimited.submitted, signing.signed, polite.finished].join(', ');
console.log(`\nCounted by the executor without a limit, the session that signs and the subclass: ${counts}`);

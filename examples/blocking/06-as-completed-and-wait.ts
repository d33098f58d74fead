/**
 * Answers when they are there, and what to do about those that are late: as_completed and wait.
 *
 *     for future in as_completed(futures, timeout=5):     # in the order in which they finish
 *         print(future.result())
 *     done, not_done = wait(futures, timeout=5, return_when=FIRST_COMPLETED)
 *
 * `as_completed` raises a TimeoutError, as its loop cannot go on; `wait` returns what is done and what is not. Neither stops a request.
 */
import {
  as_completed,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  FuturesSession,
  requests,
  ThreadPoolExecutor,
  TimeoutError,
  wait,
} from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

using server = serve_elsewhere('after');
using session = new FuturesSession({ max_workers: 10 });
const after = (milliseconds: number) => session.get(`${server.url}/after/${milliseconds}`);

// 1. In the order of completion, whatever the order of the requests.
console.log('as_completed:');
for (const future of as_completed([after(150), after(50), after(100)])) {
  console.log(`  ${future.result().url.split('/').at(-1)} ms`);
}

// 2. A progress bar is a count of completed futures.
const futures = Array.from({ length: 20 }, (_, i) => after(10 + 10 * (i % 5)));
let done = 0;
for (const future of as_completed(futures)) {
  done += future.exception() === null ? 1 : 0;
  const filled = '#'.repeat(done).padEnd(futures.length, '.');
  if (process.stdout.isTTY) process.stdout.write(`\r  [${filled}] ${done}/${futures.length}`);
  else if (done % 5 === 0) console.log(`  [${filled}] ${done}/${futures.length}`);
}
if (process.stdout.isTTY) console.log();

// 3. Python: as_completed(fs, timeout=0.5). The timeout is for the loop as a whole.
const late = [after(20), after(5000)];
try {
  for (const future of as_completed(late, { timeout: 0.5 })) {
    console.log('as_completed with a timeout:', future.result().status_code);
  }
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  console.log('TimeoutError:', error.message);
}

// 4. Python: done, not_done = wait(fs, timeout=0.01)
const result = wait(late, { timeout: 0.01 });
console.log(`wait with a timeout: ${result.done.size} done, ${result.not_done.size} not done`);
for (const future of result.not_done) future.abort();

// 5. The quickest of several mirrors. The set `done` has all that are done by then, at least one.
const mirrors = [after(500), after(30), after(500)];
const [winners, losers] = wait(mirrors, { return_when: FIRST_COMPLETED });
for (const winner of winners) console.log('the quickest mirror:', winner.result().json());
for (const loser of losers) loser.abort();

// 6. All of them, or stop waiting at the first failure. It works with any executor's futures.
using executor = new ThreadPoolExecutor(4);
const checks = [
  executor.submit(requests.get, `${server.url}/after/20`),
  executor.submit(requests.get, `${server.url}/after/900`, { timeout: 0.2 }),
  executor.submit(requests.get, `${server.url}/after/900`),
];
const { done: finished, not_done } = wait(checks, { return_when: FIRST_EXCEPTION });
console.log(`FIRST_EXCEPTION: ${finished.size} done, ${not_done.size} not done`);

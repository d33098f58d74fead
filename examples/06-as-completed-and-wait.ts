/**
 * Answers when they are there, and what to do about those that are late: as_completed and wait.
 *
 *     for future in as_completed(futures, timeout=5):     # in the order in which they finish
 *         print(future.result())
 *     done, not_done = wait(futures, timeout=5, return_when=FIRST_COMPLETED)
 *
 * The two treat a timeout differently, in Python as here: `as_completed` raises a TimeoutError, as its loop
 * cannot go on; `wait` just tells what is done and what is not. Neither stops anything.
 */
import {
  as_completed,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  FuturesSession,
  ThreadPoolExecutor,
  TimeoutError,
  wait,
} from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/after.js';

await using server = await serve(listener);
await using session = new FuturesSession({ max_workers: 10 });
const after = (milliseconds: number) => session.get(`${server.url}/after/${milliseconds}`);

// 1. In the order of completion, whatever the order of the requests. `for await` gives futures, not responses:
//    each may have failed, and each is the very object that `session.get` returned.
console.log('as_completed:');
for await (const future of as_completed([after(150), after(50), after(100)])) {
  const response = await future.result();
  console.log(`  ${response.url.split('/').at(-1)} ms`);
}

// 2. A progress bar is a count of completed futures. In a terminal it moves; in a file it is one line for each
//    quarter.
const futures = Array.from({ length: 20 }, (_, i) => after(10 + 10 * (i % 5)));
let done = 0;
for await (const future of as_completed(futures)) {
  done += (await future.exception()) === null ? 1 : 0;
  const filled = '#'.repeat(done).padEnd(futures.length, '.');
  if (process.stdout.isTTY) process.stdout.write(`\r  [${filled}] ${done}/${futures.length}`);
  else if (done % 5 === 0) console.log(`  [${filled}] ${done}/${futures.length}`);
}
if (process.stdout.isTTY) console.log();

// 3. `timeout` is for the loop as a whole, in seconds. Python: as_completed(fs, timeout=0.5)
const late = [after(20), after(5000)];
try {
  for await (const future of as_completed(late, { timeout: 0.5 })) {
    console.log('as_completed with a timeout:', (await future.result()).status_code);
  }
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  console.log('TimeoutError:', error.message);
}

// 4. `wait` gives two sets. Python: done, not_done = wait(fs, timeout=0.1)
const result = await wait(late, { timeout: 0.01 });
console.log(`wait with a timeout: ${result.done.size} done, ${result.not_done.size} not done`);
// Nothing was stopped by all that. What is no longer wanted is aborted; see the walkthrough on cancelling.
for (const future of result.not_done) future.abort();

// 5. The quickest of several mirrors: FIRST_COMPLETED. All that are done by then are in the set, at least one.
const mirrors = [after(500), after(30), after(500)];
const [winners, losers] = await wait(mirrors, { return_when: FIRST_COMPLETED });
for (const winner of winners) console.log('the quickest mirror:', (await winner.result()).json());
for (const loser of losers) loser.abort();

// 6. FIRST_EXCEPTION: all of them, or stop waiting at the first failure. It works with any executor's futures.
await using executor = new ThreadPoolExecutor(4);
const checks = [
  executor.submit(requests.get, `${server.url}/after/20`),
  executor.submit(requests.get, `${server.url}/after/900`, { timeout: 0.2 }),
  executor.submit(requests.get, `${server.url}/after/900`),
];
const { done: finished, not_done } = await wait(checks, { return_when: FIRST_EXCEPTION });
console.log(`FIRST_EXCEPTION: ${finished.size} done, ${not_done.size} not done`);

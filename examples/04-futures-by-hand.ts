/**
 * Futures by hand: submit, result, done, cancel, callbacks.
 *
 *     with ThreadPoolExecutor(max_workers=2) as executor:
 *         future = executor.submit(fetch, url)         # returns at once
 *         future.add_done_callback(print)
 *         print(future.done(), future.result(timeout=5))
 *
 * A future is a handle on a call that may still be under way. An executor hands them out: it runs so many calls
 * at once and keeps the others in a queue. No threads are needed for that in Node, as a request that waits
 * occupies no thread. What runs "at once" are async functions, and a call keeps its worker until its promise
 * settles.
 */
import { CancelledError, ThreadPoolExecutor, TimeoutError } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/quick-and-slow.js';

await using server = await serve(listener);

async function fetch(path: string): Promise<string> {
  const response = await requests.get(server.url + path);
  response.raise_for_status();
  return response.text;
}

// Python's name for it. `AsyncPoolExecutor` is the honest one, and the same class.
await using executor = new ThreadPoolExecutor(2);

// Two workers, four calls: two run, two wait for their turn.
const slow = executor.submit(fetch, '/slow');
const missing = executor.submit(fetch, '/missing');
const quick = executor.submit(fetch, '/quick');
const unwanted = executor.submit(fetch, '/unwanted');
console.log('at the start  ', [slow, missing, quick, unwanted].map(String).join(' '));
console.log(`the executor   ${executor.running} running, ${executor.queued} queued`);

// Python: future.add_done_callback(fn). It is called with the future, as soon as that is done. `result()` gives a
// promise here, so a callback reads what is there already with `result_now()`.
quick.add_done_callback((future) => {
  console.log('callback       quick says', future.result_now());
});

// Only what has not begun can be cancelled: true, it never will. Anything else goes on: false.
console.log('cancel         queued:', unwanted.cancel(), 'running:', slow.cancel());

// Python: future.result(timeout=0.01). Too early is a TimeoutError, and the call goes on as if nothing had happened.
try {
  await slow.result(0.01);
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  console.log('result(0.01)   TimeoutError; done:', slow.done());
}

// `exception()` waits as well, and gives the error instead of throwing it. An error that is never read is silent.
const error = await missing.exception();
console.log('exception()   ', error?.name, '-', error?.message.replace(server.url, ''));

try {
  await unwanted.result();
} catch (reason) {
  if (!(reason instanceof CancelledError)) throw reason;
  console.log('result()       CancelledError of the one that was cancelled');
}

// A future is a promise, too: `await future` is `await future.result()`, and Promise.all takes futures.
console.log('await         ', await Promise.all([quick, slow]));
console.log('at the end    ', [slow, missing, quick, unwanted].map(String).join(' '));

// After the `with` block, `executor.shutdown(wait=True)` has run: new calls are refused, by the call itself.
await executor.shutdown();
try {
  executor.submit(fetch, '/quick');
} catch (reason) {
  console.log('afterwards    ', String(reason));
}
console.log(`the server saw ${server.requests} requests, never more than ${server.mostAtOnce} at once`);

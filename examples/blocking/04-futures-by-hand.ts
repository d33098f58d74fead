/**
 * Futures by hand: submit, result, done, cancel, callbacks.
 *
 *     with ThreadPoolExecutor(max_workers=2) as executor:
 *         future = executor.submit(requests.get, url)  # returns at once
 *         future.add_done_callback(print)
 *         print(future.done(), future.result(timeout=5))
 *
 * A future is a handle on a call that may still be under way. An executor hands them out: it runs up to `max_workers` calls at once and
 * keeps the others in a queue. The gateway thread sends the requests; your own functions run in this thread, while it waits.
 */
import {
  CancelledError,
  type Future,
  requests,
  type Response,
  ThreadPoolExecutor,
  TimeoutError,
} from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

using server = serve_elsewhere('quick-and-slow');
using executor = new ThreadPoolExecutor(2);

function check(response: Response): void {
  response.raise_for_status();
}
function fetch(path: string): Future<Response> {
  return executor.submit(requests.get, server.url + path, { hooks: { response: check } });
}

// Two workers, four calls: two run, two wait for their turn.
const slow = fetch('/slow');
const missing = fetch('/missing');
const quick = fetch('/quick');
const unwanted = fetch('/unwanted');
console.log('at the start  ', [slow, missing, quick, unwanted].map(String).join(' '));
console.log(`the executor   ${executor.running} running, ${executor.queued} queued`);

// Python: future.add_done_callback(fn). The callback gets the future, and runs in this thread while it waits.
quick.add_done_callback((future) => {
  console.log('callback       quick says', future.result().text);
});

// Only a call that has not begun can be cancelled: `true`, and it never runs. Any other goes on: `false`.
console.log('cancel         queued:', unwanted.cancel(), 'running:', slow.cancel());

// Python: future.result(timeout=0.01). Too early throws a TimeoutError, and the call goes on as before.
try {
  slow.result(0.01);
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  console.log('result(0.01)   TimeoutError; done:', slow.done());
}

// `exception()` waits as well, and returns the error instead of throwing it.
const error = missing.exception();
console.log('exception()   ', error?.name, '-', error?.message.replace(server.url, ''));

try {
  unwanted.result();
} catch (reason) {
  if (!(reason instanceof CancelledError)) throw reason;
  console.log('result()       CancelledError of the one that was cancelled');
}

console.log(
  'results       ',
  [quick, slow].map((future) => future.result().text),
);
console.log('at the end    ', [slow, missing, quick, unwanted].map(String).join(' '));

// After the `with` block, `executor.shutdown(wait=True)` has run: new calls are refused, by the call itself.
executor.shutdown();
try {
  fetch('/quick');
} catch (reason) {
  console.log('afterwards    ', String(reason));
}
console.log(`the server saw ${server.requests} requests, never more than ${server.mostAtOnce} at once`);

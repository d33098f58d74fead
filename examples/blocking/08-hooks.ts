/**
 * Hooks: work on a response before its future is done.
 *
 *     def parse(resp, *args, **kwargs):
 *         resp.data = resp.json()
 *     session.get(url, hooks={'response': parse})      # for one request
 *     session.hooks['response'] = parse                # for all requests of a session
 *
 * A hook runs in this thread while it waits, on each response as it comes, redirects included. It may make requests of its own.
 */
import { FuturesSession, type Response, Session, time } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

using server = serve_elsewhere('items');
using session = new FuturesSession({ max_workers: 4 });

// 1. Attach what was parsed, as Python scripts do. Mind the braces: what a hook returns takes the response's place.
type Parsed = Response & { data: { id: number } };
function parse(response: Response): void {
  Object.assign(response, { data: response.json() });
}
const futures = [1, 2, 3].map((id) =>
  session.get(`${server.url}/items/${id}`, { hooks: { response: parse } }),
);
const ids = futures.map((future) => (future.result() as Parsed).data.id);
console.log('parsed in the background:', ids.join(', '));

// 2. The arrow function without braces returns the data. The future fails, and the message of its error shows how to write it.
const careless = (response: Response) => response.json<Response>();
const error = session.get(`${server.url}/items/4`, { hooks: { response: careless } }).exception();
console.log(`${error?.name}: ${error?.message}`);

// 3. A hook on the session sees everything, redirects as well. Hooks of a request replace those of the session, as in Python.
const seen: number[] = [];
session.hooks.response = (response) => {
  seen.push(response.status_code);
};
const response = session.get(`${server.url}/old`).result();
console.log('the hook of the session saw', seen.join(', '), 'and the caller', response.status_code);

// 4. Timing. `elapsed` does not count the wait in the queue; the recipe of the Python README, to measure everything, overwrites it.
function timed(started = time.monotonic()) {
  return (response: Response): void => {
    response.elapsed = time.monotonic() - started;
  };
}
using narrow = new FuturesSession({ max_workers: 1 });
const queue = [5, 6].map((id) => narrow.get(`${server.url}/items/${id}`, { hooks: { response: timed() } }));
const [first, second] = queue.map((future) => future.result());
const ratio = (second?.elapsed.total_seconds() ?? 0) / (first?.elapsed.total_seconds() ?? 1);
console.log(`with one worker the second took ${ratio.toFixed(0)} times as long, its wait included`);

// 5. Several hooks run in their order. A slow one keeps its worker, as in Python.
let follow_ups = 0;
session.hooks.response = [
  (response) => {
    time.sleep(0.01);
    response.headers['X-Stored'] = 'yes';
  },
  () => {
    follow_ups += 1;
  },
];
const stored = session.get(`${server.url}/items/8`).result();
console.log('after the slow hook:', stored.headers['x-stored'], '- hooks run in their order:', follow_ups);

// 6. A hook that puts another response in the place of the first: a fallback for what is missing.
using helper = new Session();
function fallback(response: Response): Response | null {
  return response.status_code === 404 ? helper.get(`${server.url}/items/0`) : null;
}
const found = narrow.get(`${server.url}/missing`, { hooks: { response: fallback } }).result();
console.log('the fallback for a 404:', found.status_code, found.json());

// 7. A second request from within a hook. It goes through a plain Session, which needs no worker.
function add_details(response: Response): void {
  const { id } = response.json<{ id: number }>();
  Object.assign(response, { details: helper.get(`${server.url}/items/${id * 100}`).json<object>() });
}
const detailed = narrow.get(`${server.url}/items/9`, { hooks: { response: add_details } }).result();
console.log('with details:', detailed.json(), (detailed as Response & { details: object }).details);

/**
 * Hooks: work on a response in the background, before anybody awaits it.
 *
 *     def parse(resp, *args, **kwargs):
 *         resp.data = resp.json()
 *     session.get(url, hooks={'response': parse})      # for one request
 *     session.hooks['response'] = parse                # for all requests of a session
 *
 * A hook runs in the slot of its request: on each response as it comes, redirects included, before the future is
 * done. The body has been read by then, so `json()` and `text` are there. A hook may be async: the slot waits for
 * it.
 */
import { FuturesSession, type Response, Session } from 'requests-futures';
import type { HookOptions } from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/items.js';
import { pause } from './lib/routes.js';

await using server = await serve(listener);
await using session = new FuturesSession({ max_workers: 4 });

// 1. Attach what was parsed, as Python scripts do. TypeScript wants to know about `data`: `Object.assign` in the
//    hook, and the type where it is read. Mind the braces: what a hook returns takes the response's place, and
//    must be a Response.
type Parsed = Response & { data: { id: number } };
function parse(response: Response): void {
  Object.assign(response, { data: response.json() });
}
const futures = [1, 2, 3].map((id) =>
  session.get(`${server.url}/items/${id}`, { hooks: { response: parse } }),
);
const ids = [];
for (const future of futures) ids.push(((await future.result()) as Parsed).data.id);
console.log('parsed in the background:', ids.join(', '));

// 2. The arrow function without braces returns the data. Python would go on with an int in the place of the
//    response, until something fails far away; here the future fails at once and says how to write it.
const careless = (response: Response) => response.json<Response>();
const error = await session.get(`${server.url}/items/4`, { hooks: { response: careless } }).exception();
console.log(`${error?.name}: ${error?.message}`);

// 3. A hook on the session sees everything, redirects as well. Hooks of a request replace those of the session,
//    as in Python.
const seen: number[] = [];
session.hooks.response = (response) => {
  seen.push(response.status_code);
};
const response = await session.get(`${server.url}/old`);
console.log('the hook of the session saw', seen.join(', '), 'and the caller', response.status_code);

// 4. Timing. `elapsed` is the time until the headers came; it does not count the wait in the queue. The old
//    recipe of the Python README, to measure everything, is a hook that overwrites it. A number counts as
//    seconds, as a timedelta does.
function timed(started = performance.now()) {
  return (response: Response): void => {
    response.elapsed = (performance.now() - started) / 1000;
  };
}
await using narrow = new FuturesSession({ max_workers: 1 });
const queue = [5, 6].map((id) => narrow.get(`${server.url}/items/${id}`, { hooks: { response: timed() } }));
const [first, second] = await Promise.all(queue);
const ratio = (second?.elapsed.total_seconds() ?? 0) / (first?.elapsed.total_seconds() ?? 1);
console.log(`with one worker the second took ${ratio.toFixed(0)} times as long, its wait included`);

// 5. An async hook keeps the slot: follow-up requests, a database, a file. In Python it would just block its thread.
let follow_ups = 0;
session.hooks.response = [
  async (response) => {
    await pause(0.01);
    response.headers['X-Stored'] = 'yes';
  },
  () => {
    follow_ups += 1;
  },
];
const stored = await session.get(`${server.url}/items/8`);
console.log('after the async hook:', stored.headers['x-stored'], '- hooks run in their order:', follow_ups);

// 6. A second request from within a hook. To await `narrow.get` there would wait for a slot while it holds the only
//    one, in Python as here, and never get it. The connection sends without a slot, with the settings of the first request.
//    What comes takes the place of the response: a fallback for what is missing.
async function fallback(response: Response, options: HookOptions) {
  if (response.status_code !== 404) return null;
  const other = response.request.copy();
  other.url = `${server.url}/items/0`;
  return response.connection?.send(other, options);
}
const found = await narrow.get(`${server.url}/missing`, { hooks: { response: fallback } });
console.log('the fallback for a 404:', found.status_code, found.json());

// 7. A plain Session has no slots either, and it follows redirects, keeps cookies and has hooks of its own.
await using helper = new Session();
async function addDetails(response: Response): Promise<void> {
  const { id } = response.json<{ id: number }>();
  Object.assign(response, { details: (await helper.get(`${server.url}/items/${id * 100}`)).json<object>() });
}
const detailed = await narrow.get(`${server.url}/items/9`, { hooks: { response: addDetails } });
console.log('with details:', detailed.json(), (detailed as Response & { details: object }).details);

/**
 * Retries: how often, for what, with which pauses, and when not.
 *
 *     retries = Retry(total=3, backoff_factor=0.1, status_forcelist=[502, 503])
 *     session.mount('http://', HTTPAdapter(max_retries=retries))
 *
 * The rules are those of urllib3. A number alone (`max_retries: 3`) retries a failed connection, a broken one too if
 * the method may be sent twice, and a 413, 429 or 503 with `Retry-After`. `status_forcelist` lists the other statuses
 * to retry. A request keeps its worker during all that, pauses included. Redirects do not count: the session follows
 * those.
 */
import { ConnectionError, FuturesSession, HTTPAdapter, Retry, RetryError } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { type Attempt, listener } from './lib/servers/failing.js';

await using server = await serve(listener);

await using session = new FuturesSession();

/** What the server has seen of a path. */
async function attempts(path: string): Promise<Attempt[]> {
  return (await session.get(`${server.url}/attempts${path}`)).json<Attempt[]>();
}

// 1. Backoff: no pause before the first retry, then twice the factor, four times, eight times: 0, 0.1, 0.2 … seconds.
const retries = new Retry({ total: 3, backoff_factor: 0.05, status_forcelist: [502, 503] });
session.mount('http://', new HTTPAdapter({ max_retries: retries }));
const response = await session.get(`${server.url}/flaky`);
console.log(`flaky:       ${response.status_code} ${response.text}`);
const times = (await attempts('/flaky')).map(({ at }) => at);
const pauses = times.slice(1).map((at, i) => (at - (times[i] ?? 0)).toFixed(1));
console.log(`             pauses of ${pauses.join(', ')} s`);

// 2. When the retries are used up: RetryError. With `raise_on_status: false` the last answer would come through
//    instead.
const error = await session.get(`${server.url}/broken`).exception();
if (error instanceof RetryError)
  console.log(`broken:      RetryError after ${(await attempts('/broken')).length} attempts`);

// 3. A server that names its time is obeyed, even without a forcelist: 413, 429 and 503 with `Retry-After`, in
//    seconds or as a date. `respect_retry_after_header: false` turns that off, and `retry_after_max` bounds it.
session.mount('http://', new HTTPAdapter({ max_retries: 1 }));
const before = performance.now();
const busy = await session.get(`${server.url}/busy`);
const waited = (performance.now() - before) / 1000;
console.log(
  `busy:        ${busy.status_code} after ${(await attempts('/busy')).length} attempts and ${Math.floor(waited)} s of Retry-After`,
);

// 4. POST is not sent twice because of a status: the order may have been taken. Who knows better says so.
const allowing = (methods: string[] | null): Retry =>
  new Retry({ total: 3, status_forcelist: [503], ...(methods && { allowed_methods: methods }) });
session.mount('http://', new HTTPAdapter({ max_retries: allowing(null) }));
const order = await session.post(`${server.url}/order`, { json: { tea: 1 } });
console.log(`POST:        ${order.status_code} after ${(await attempts('/order')).length} attempt`);
session.mount('http://', new HTTPAdapter({ max_retries: allowing(['POST']) }));
const again = await session.post(`${server.url}/order-again`, { json: { tea: 1 } });
console.log(
  `POST:        ${again.status_code} after ${(await attempts('/order-again')).length} attempts, as POST is allowed`,
);

// 5. What broke: a number is enough. Here a server that hangs up without an answer. Each retry is logged, as
//    urllib3 does.
await using patient = new requests.Session();
patient.mount('http://', new HTTPAdapter({ max_retries: 2 }));
try {
  await patient.get(`${server.url}/rude`);
} catch (reason) {
  if (!(reason instanceof ConnectionError)) throw reason;
  console.log(`hanging up:  ConnectionError after ${(await attempts('/rude')).length} connections`);
}

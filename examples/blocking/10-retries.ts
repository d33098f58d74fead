/**
 * Retries: how often, for what, with which pauses, and when not.
 *
 *     retries = Retry(total=3, backoff_factor=0.1, status_forcelist=[502, 503])
 *     session.mount('http://', HTTPAdapter(max_retries=retries))
 *
 * The rules are those of urllib3. A number alone (`max_retries: 3`) retries a failed connection, a broken one too if the method may be
 * sent twice, and a 413, 429 or 503 with `Retry-After`. `status_forcelist` lists the other statuses to retry.
 */
import {
  ConnectionError,
  FuturesSession,
  HTTPAdapter,
  requests,
  Retry,
  RetryError,
  time,
} from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';
import type { Attempt } from '../lib/servers/failing.js';

using server = serve_elsewhere('failing');
using session = new FuturesSession();

/** What the server has seen of a path. */
function attempts(path: string): Attempt[] {
  return session.get(`${server.url}/attempts${path}`).result().json<Attempt[]>();
}

// 1. Backoff: no pause before the first retry, then twice the factor, four times, eight times.
const retries = new Retry({ total: 3, backoff_factor: 0.05, status_forcelist: [502, 503] });
session.mount('http://', new HTTPAdapter({ max_retries: retries }));
const response = session.get(`${server.url}/flaky`).result();
console.log(`flaky:       ${response.status_code} ${response.text}`);
const times = attempts('/flaky').map(({ at }) => at);
const pauses = times.slice(1).map((at, i) => (at - (times[i] ?? 0)).toFixed(1));
console.log(`             pauses of ${pauses.join(', ')} s`);

// 2. When the retries are used up: RetryError.
const error = session.get(`${server.url}/broken`).exception();
if (error instanceof RetryError) {
  console.log(`broken:      RetryError after ${attempts('/broken').length} attempts`);
}

// 3. A server can set the time of the next attempt: 413, 429 and 503 with `Retry-After`, in seconds or as a date.
session.mount('http://', new HTTPAdapter({ max_retries: 1 }));
const before = time.monotonic();
const busy = session.get(`${server.url}/busy`).result();
const waited = Math.floor(time.monotonic() - before);
console.log(
  `busy:        ${busy.status_code} after ${attempts('/busy').length} attempts and ${waited} s of Retry-After`,
);

// 4. A status does not cause a second POST: the server may have taken the order. `allowed_methods` can permit it.
session.mount('http://', new HTTPAdapter({ max_retries: new Retry({ total: 3, status_forcelist: [503] }) }));
const order = session.post(`${server.url}/order`, { json: { tea: 1 } }).result();
console.log(`POST:        ${order.status_code} after ${attempts('/order').length} attempt`);
const allowing = new Retry({ total: 3, status_forcelist: [503], allowed_methods: ['POST'] });
session.mount('http://', new HTTPAdapter({ max_retries: allowing }));
const again = session.post(`${server.url}/order-again`, { json: { tea: 1 } }).result();
const count = attempts('/order-again').length;
console.log(`POST:        ${again.status_code} after ${count} attempts, as POST is allowed`);

// 5. For broken connections a number is enough. Here the server hangs up without an answer.
using patient = new requests.Session();
patient.mount('http://', new HTTPAdapter({ max_retries: 2 }));
try {
  patient.get(`${server.url}/rude`);
} catch (reason) {
  if (!(reason instanceof ConnectionError)) throw reason;
  console.log(`hanging up:  ConnectionError after ${attempts('/rude').length} connections`);
}

/**
 * An API that allows 60 calls a minute, with `max_delay` for calls that would come too late.
 *
 *     session = LimiterSession(per_minute=60, max_delay=30)      # requests-ratelimiter
 *
 * Without `burst` the first sixty go at once and the next one waits for a minute; `burst: 1` spaces them by a second. Here the API counts
 * in seconds instead of minutes, so that you need not wait. `session.limits.set_host()` gives one host its own rate, while it runs.
 *
 * A call that would have to wait for longer than `max_delay` fails at once, and tells when it is worth trying again.
 */
import { FuturesSession, MaxDelayExceeded, wait } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/arrivals.js';

await using api = await serve(listener);
/** When the calls came since this was asked last, in seconds. */
const arrivals = async () => (await requests.get(`${api.url}/arrivals`)).json<number[]>();

await using session = new FuturesSession({ limits: { per_second: 20, max_delay: 1.5 } });
session.base_url = `${api.url}/v1`;

const calls = Array.from({ length: 70 }, (_, i) => session.get(`items/${i}`));
const late = calls.filter((future) => future.done());
const error = await late[0]?.exception();
console.log(`70 calls: ${late.length} fail at once, ${session.limits.stats().queued} wait for their turn`);
if (error instanceof MaxDelayExceeded) console.log(`worth trying again in ${error.retry_after.toFixed(1)} s`);
// What waits already, and what comes later, may wait for as long as it takes.
session.limits.set({ per_second: 20 });
await wait(calls);
const times = await arrivals();
const seconds = Math.max(...times) - Math.min(...times);
console.log(`${times.length} arrived, in ${seconds.toFixed(1)} s`);

session.limits.set_host(api.url, { per_second: 10, burst: 1 });
await wait(Array.from({ length: 10 }, () => session.get('evenly')));
const evenly = await arrivals();
const gaps = evenly.slice(1).map((at, i) => at - (evenly[i] ?? 0));
const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
console.log(`with burst: 1 one each ${mean.toFixed(1)} s`);

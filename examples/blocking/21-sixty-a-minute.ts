/**
 * An API that allows 60 calls a minute, with `max_delay` for calls that would come too late.
 *
 *     session = LimiterSession(per_minute=60, max_delay=30)      # requests-ratelimiter
 *
 * Without `burst` the first sixty go at once and the next one waits for a minute; `burst: 1` spaces them by a second. Here the API counts
 * in seconds instead of minutes, so that you need not wait. The gateway keeps the limits: they hold while this thread does other things.
 */
import { FuturesSession, MaxDelayExceeded, requests, wait } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

using api = serve_elsewhere('arrivals');
/** When the calls came since this was asked last, in seconds. */
const arrivals = (): number[] => requests.get(`${api.url}/arrivals`).json<number[]>();

using session = new FuturesSession({ limits: { per_second: 20, max_delay: 1.5 } });
session.base_url = `${api.url}/v1`;

const calls = Array.from({ length: 70 }, (_, i) => session.get(`items/${i}`));
const { queued } = session.limits.stats();
const late = calls.filter((future) => future.done());
const error = late[0]?.exception();
console.log(`70 calls: ${late.length} fail at once, ${queued} wait for their turn`);
if (error instanceof MaxDelayExceeded) console.log(`worth trying again in ${error.retry_after.toFixed(1)} s`);
// What waits already, and what comes later, may wait for as long as it takes.
session.limits.set({ per_second: 20 });
wait(calls);
const times = arrivals();
const seconds = Math.max(...times) - Math.min(...times);
console.log(`${times.length} arrived, in ${seconds.toFixed(1)} s`);

session.limits.set_host(api.url, { per_second: 10, burst: 1 });
wait(Array.from({ length: 10 }, () => session.get('evenly')));
const evenly = arrivals();
const gaps = evenly.slice(1).map((at, i) => at - (evenly[i] ?? 0));
const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
console.log(`with burst: 1 one each ${mean.toFixed(1)} s`);

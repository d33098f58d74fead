/**
 * A deadline for a whole request: `timeout` cannot say that.
 *
 *     requests.get(url, timeout=5)        # Python: five seconds for connecting, and for each read: a body that drips never ends
 *
 * `deadline` counts from the moment that the request has its worker to the last byte of its body, over redirects and retries. Waiting for a
 * worker does not count. The error is a `Timeout`, and its `phase` tells what was going on.
 */
import { DeadlineExceeded, FuturesSession, Retry, Timeout } from 'requests-futures';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/late.js';

await using server = await serve(listener);

await using session = new FuturesSession({ max_workers: 2 });
session.deadline = 2;
session.base_url = server.url;

const max_retries = new Retry({ total: 5, status_forcelist: [503] });
const futures = {
  quick: session.get('/quick', { timeout: 5 }),
  drip: session.get('/drip', { timeout: 5 }),
  silent: session.get('/silent', { timeout: 5 }),
  busy: session.get('/busy', { max_retries }),
};
for (const [name, future] of Object.entries(futures)) {
  const error = await future.exception();
  const what = error instanceof DeadlineExceeded ? `${error.name} while ${error.phase}` : (await future).text;
  console.log(`${name.padEnd(7)}${what}${error instanceof Timeout ? ', a Timeout' : ''}`);
}

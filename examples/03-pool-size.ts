/**
 * How many connections a session keeps: pool_connections, pool_maxsize and pool_block.
 *
 *     adapter = HTTPAdapter(pool_connections=10, pool_maxsize=10, pool_block=False)    # what every session has
 *     session.mount('https://', adapter)
 *
 * - `pool_maxsize` is how many idle connections are kept for one host. It is **no limit** on how many are open:
 *   more are opened when all are busy, and the surplus is thrown away afterwards, with a warning.
 * - `pool_block: true` makes a limit of it: a request waits until a connection is free.
 * - `pool_connections` is for how many *hosts* connections are kept. The host unused for longest loses its own.
 *
 * A `FuturesSession` with more than 10 workers makes its pools as large as its workers are many; `adapter_kwargs`
 * overrides that. How many workers an executor of yours has it does not ask, in Python as here: say `pool_maxsize`
 * yourself. On a plain Session, mount an adapter that fits.
 */
import { FuturesSession, HTTPAdapter, wait } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { answerAfter, serve } from './lib/local-server.js';
import { table } from './lib/table.js';

const workers = 12;
const rounds = 3;

await using server = await serve(answerAfter(0.1));

/** Three times twelve requests at once: a pool that is too small opens connections anew in each round. */
async function measure(name: string, session: FuturesSession): Promise<(string | number)[]> {
  server.reset();
  for (let round = 0; round < rounds; round += 1) {
    const futures = Array.from({ length: workers }, (_, i) => session.get(`${server.url}/${round}/${i}`));
    await wait(futures);
  }
  await session.close();
  return [name, server.requests, server.connections, server.mostAtOnce];
}

// Python logs "Connection pool is full, discarding connection" by the logger `urllib3.connectionpool`, which is
// silent until logging is set up; so it is here, until a logger is set. Counting is enough for this page.
let discarded = 0;
requests.set_logger({
  log(_level, _name, message) {
    if (message.startsWith('Connection pool is full')) discarded += 1;
  },
});

const rows = [];
rows.push(await measure('12 workers', new FuturesSession({ max_workers: workers })));
rows.push(
  await measure(
    '… pool_maxsize: 3',
    new FuturesSession({ max_workers: workers, adapter_kwargs: { pool_maxsize: 3 } }),
  ),
);
rows.push(
  await measure(
    '… pool_maxsize: 3, pool_block: true',
    new FuturesSession({ max_workers: workers, adapter_kwargs: { pool_maxsize: 3, pool_block: true } }),
  ),
);
console.log(table([`${rounds} rounds`, 'requests', 'connections', 'at once'], rows));
console.log(`\nConnections that were thrown away because the pool was full: ${discarded}`);

// pool_connections: two hosts in turn. A pool for one host only forgets the other at each change.
await using secondServer = await serve(answerAfter(0));
for (const pool_connections of [1, 2]) {
  await using session = new requests.Session();
  session.mount('http://', new HTTPAdapter({ pool_connections }));
  server.reset();
  secondServer.reset();
  for (let i = 0; i < 5; i += 1) {
    await session.get(server.url);
    await session.get(secondServer.url);
  }
  const connections = server.connections + secondServer.connections;
  console.log(
    `pool_connections: ${pool_connections}, two hosts in turn, 10 requests: ${connections} connections`,
  );
}

/**
 * How many connections a session keeps: pool_connections, pool_maxsize and pool_block.
 *
 *     adapter = HTTPAdapter(pool_connections=10, pool_maxsize=10, pool_block=False)    # what every session has
 *     session.mount('https://', adapter)
 *
 * - `pool_maxsize` is how many idle connections are kept for one host. When all are busy, more are opened; the surplus is closed
 *   afterwards, with a warning.
 * - `pool_block: true` makes that a limit: a request waits until a connection is free.
 * - `pool_connections` is for how many *hosts* connections are kept. With one host more, the host unused for longest loses its
 *   connections.
 */
import { FuturesSession, HTTPAdapter, requests, set_logger, wait } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';
import { table } from '../lib/table.js';

const workers = 12;
const rounds = 3;

using server = serve_elsewhere('slow');

/** Three times twelve requests at once: a pool that is too small opens connections anew in each round. */
function measure(name: string, session: FuturesSession): (string | number)[] {
  server.reset();
  for (let round = 0; round < rounds; round += 1) {
    wait(Array.from({ length: workers }, (_, i) => session.get(`${server.url}/${round}/${i}`)));
  }
  session.close();
  return [name, server.requests, server.connections, server.mostAtOnce];
}

// Python: logging.getLogger('urllib3.connectionpool').addHandler(...). What is logged comes to this thread.
let discarded = 0;
set_logger({
  log(_level, _name, message) {
    if (message.startsWith('Connection pool is full')) discarded += 1;
  },
});

const rows = [];
rows.push(measure('12 workers', new FuturesSession({ max_workers: workers })));
rows.push(
  measure(
    '… pool_maxsize: 3',
    new FuturesSession({ max_workers: workers, adapter_kwargs: { pool_maxsize: 3 } }),
  ),
);
rows.push(
  measure(
    '… pool_maxsize: 3, pool_block: true',
    new FuturesSession({ max_workers: workers, adapter_kwargs: { pool_maxsize: 3, pool_block: true } }),
  ),
);
console.log(table([`${rounds} rounds`, 'requests', 'connections', 'at once'], rows));
console.log(`\nConnections that were thrown away because the pool was full: ${discarded}`);

// pool_connections: two hosts in turn. A pool for one host only forgets the other at each change.
using second_server = serve_elsewhere('instant');
for (const pool_connections of [1, 2]) {
  using session = new requests.Session();
  session.mount('http://', new HTTPAdapter({ pool_connections }));
  server.reset();
  second_server.reset();
  for (let i = 0; i < 5; i += 1) {
    session.get(server.url);
    session.get(second_server.url);
  }
  const connections = server.connections + second_server.connections;
  console.log(
    `pool_connections: ${pool_connections}, two hosts in turn, 10 requests: ${connections} connections`,
  );
}

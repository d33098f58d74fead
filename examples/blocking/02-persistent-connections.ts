/**
 * A session keeps its connections open and uses them again.
 *
 *     for url in urls: requests.get(url)          # as many connections as URLs
 *
 *     with requests.Session() as session:         # one connection
 *         for url in urls: session.get(url)
 *
 * A connection can be used again only if its last answer was read to the end and the server keeps it open. The last rows show how
 * a session loses that advantage.
 */
import { requests, time } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';
import { table } from '../lib/table.js';

const howMany = 50;
using server = serve_elsewhere('pages');

/** Calls `once` again and again, and counts what that costs. */
function measure(name: string, once: () => unknown): (string | number)[] {
  server.reset();
  const started = time.monotonic();
  for (let i = 0; i < howMany; i += 1) once();
  const milliseconds = ((time.monotonic() - started) / howMany) * 1000;
  return [name, server.requests, server.connections, milliseconds.toFixed(2)];
}

// Once without counting: the first requests of a program pay for loading and compiling the code as well.
measure('warming up', () => requests.get(`${server.url}/page`));
const rows = [];

rows.push(measure('requests.get(url)', () => requests.get(`${server.url}/page`)));

{
  // Python: with requests.Session() as session
  using session = new requests.Session();
  rows.push(measure('session.get(url)', () => session.get(`${server.url}/page`)));

  // A server that answers `Connection: close` gets a new connection each time. (The first request still finds the one from above.)
  rows.push(measure('… from a server that hangs up', () => session.get(`${server.url}/closing`)));

  // These bodies are never read, so none of the connections comes free. Closing a response lets go of its connection.
  const unread: requests.Response[] = [];
  rows.push(
    measure('… stream: true, body never read', () => {
      unread.push(session.get(`${server.url}/page`, { stream: true }));
    }),
  );
  for (const response of unread) response.close();

  // A stream that is read to its end gives the connection back.
  rows.push(
    measure('… stream: true, body read', () => {
      using response = session.get(`${server.url}/page`, { stream: true });
      let bytes = 0;
      for (const chunk of response.iter_content(8192)) bytes += chunk.length;
      return bytes;
    }),
  );
}

console.log(table(['strategy', 'requests', 'connections', 'ms each'], rows));
console.log('\nOne Session for a whole program is the cheapest improvement there is.');

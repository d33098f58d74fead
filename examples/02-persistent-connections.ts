/**
 * A session keeps its connections open and uses them again.
 *
 * Every new connection costs a round trip before the first byte of the request can be sent; with TLS it costs two
 * or three, and a good deal of arithmetic. The functions of the module open a new one each time, in Python as
 * here:
 *
 *     for url in urls: requests.get(url)          # as many connections as URLs
 *
 *     with requests.Session() as session:         # one connection
 *         for url in urls: session.get(url)
 *
 * A connection can be used again only when its last answer has been read to the end and it has not been closed. The
 * last two rows show how a session loses that advantage.
 */
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/pages.js';
import { table } from './lib/table.js';

const howMany = 50;

await using server = await serve(listener);

/** Calls `once` again and again, and counts what that costs. */
async function measure(name: string, once: () => Promise<unknown>): Promise<(string | number)[]> {
  server.reset();
  const started = performance.now();
  for (let i = 0; i < howMany; i += 1) await once();
  const milliseconds = (performance.now() - started) / howMany;
  return [name, server.requests, server.connections, milliseconds.toFixed(2)];
}

// Once without counting: the first requests of a program pay for loading and compiling the code as well.
await measure('warming up', () => requests.get(`${server.url}/page`));
const rows = [];

// The functions of the module make a session for one request and throw it away, with its connection and its cookies.
rows.push(await measure('requests.get(url)', () => requests.get(`${server.url}/page`)));

{
  // `with requests.Session() as session:` becomes `await using`. Leaving the block closes the connections.
  await using session = new requests.Session();
  rows.push(await measure('session.get(url)', () => session.get(`${server.url}/page`)));

  // The server has the last word: one that answers `Connection: close` gets a new connection each time. (The first
  // request still finds the one from the row above.)
  rows.push(await measure('… from a server that hangs up', () => session.get(`${server.url}/closing`)));

  // With `stream` the answer is there when its headers are, its body still under way. These bodies are not read,
  // so none of the connections comes free. Closing each response would not keep them either, but at least let go
  // of them.
  const unread: requests.Response[] = [];
  rows.push(
    await measure('… stream: true, body never read', async () => {
      unread.push(await session.get(`${server.url}/page`, { stream: true }));
    }),
  );
  // Python: with closing(response): …     Here: `using response = …`, or this.
  for (const response of unread) response.close();

  // Reading the stream to its end gives the connection back.
  rows.push(
    await measure('… stream: true, body read', async () => {
      using response = await session.get(`${server.url}/page`, { stream: true });
      let bytes = 0;
      for await (const chunk of response.iter_content(8192)) bytes += chunk.length;
      return bytes;
    }),
  );
}

console.log(table(['strategy', 'requests', 'connections', 'ms each'], rows));
console.log('\nOne Session for a whole program is the cheapest improvement there is.');

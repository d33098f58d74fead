/** What threads warn of and log is to be seen where the program is. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { FuturesSession, HTTPAdapter, WorkerPoolExecutor } from 'requests-futures';
import { type Logger, set_logger } from 'requests-futures/concurrent-futures';
import { urllib3 } from 'requests-futures/requests';
import { Changes } from '../helpers/changes.js';
import { echo, startHttpServer } from '../helpers/servers/http-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';

const warnings: Error[] = [];
const changes = new Changes();
const note = (warning: Error): void => {
  if (warning.name === 'InsecureRequestWarning') warnings.push(warning);
  changes.changed();
};
process.on('warning', note);
afterAll(() => {
  process.off('warning', note);
});

afterEach(() => {
  set_logger(null);
});

test('a host whose certificate is not verified is warned of once, by the program and not by each thread', async () => {
  await using server = await startTlsServer(echo);
  await using executor = new WorkerPoolExecutor({ max_workers: 4, threads: 2 });
  await using session = new FuturesSession({ executor });
  session.verify = false;
  await Promise.all(Array.from({ length: 8 }, () => session.get(`${server.url}/`)));
  await changes.until(() => warnings.length > 0);
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^Unverified HTTPS request is being made to host '127\.0\.0\.1'/),
  ]);
  // What the program silences is silent, whoever says it.
  urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning);
  expect((await session.get(`https://localhost:${server.port}/`)).status_code).toBe(200);
  await new Promise(setImmediate);
  expect(warnings).toHaveLength(1);
});

test("what is logged in a thread goes to the program's logger", async () => {
  const records: Parameters<Logger['log']>[] = [];
  const logged = new Changes();
  set_logger({
    log: (...record) => {
      records.push(record);
      logged.changed();
    },
  });
  const held: (() => void)[] = [];
  await using server = await startHttpServer((request, response) => {
    held.push(() => {
      echo(request, response);
    });
    if (held.length === 3) for (const go of held) go();
  });
  await using executor = new WorkerPoolExecutor({ max_workers: 3, threads: 1 });
  await using session = new FuturesSession({ executor });
  session.mount('http://', new HTTPAdapter({ pool_maxsize: 1 }));
  await Promise.all([1, 2, 3].map(() => session.get(server.url)));
  await logged.until(() => records.length > 0);
  expect(records[0]?.slice(0, 3)).toEqual([
    'warning',
    'urllib3.connectionpool',
    expect.stringMatching(/^Connection pool is full, discarding connection/),
  ]);
});

/** Each class of fault, as the installed package meets it: bundled, over each adapter, in this thread and in others. */
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runNode } from '../helpers/child.js';
import { Changes } from '../helpers/changes.js';
import { refusedPort } from '../helpers/servers/http-server.js';
import { startProxyServer } from '../helpers/servers/proxy-server.js';
import { type RawConnection, type RawServer, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';
import { InstalledPackage, ROOT } from '../helpers/installed-package.js';

const HEAD = 'HTTP/1.1 200 OK\r\n';

/** What the server does with a request, by its path. */
const FAULTS: Readonly<Record<string, { does: (connection: RawConnection) => unknown; error: string }>> = {
  reset: {
    does: (connection) => {
      connection.reset();
    },
    error: 'ConnectionError',
  },
  'half-body': {
    does: (connection) => {
      connection.end(`${HEAD}Content-Length: 10\r\n\r\nhello`);
    },
    error: 'ChunkedEncodingError',
  },
  'bad-chunk': {
    does: (connection) => {
      connection.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`);
    },
    error: 'ChunkedEncodingError',
  },
  'bad-gzip': {
    does: (connection) => connection.write(reply('no gzip', { headers: ['Content-Encoding: gzip'] })),
    error: 'ContentDecodingError',
  },
  'no-head': { does: () => undefined, error: 'ReadTimeout' },
  'stalled-body': {
    does: (connection) => connection.write(`${HEAD}Content-Length: 10\r\n\r\nhello`),
    error: 'ConnectionError',
  },
};

const installation = new InstalledPackage();
let server: RawServer;
/** The paths of the requests so far. */
let paths: string[] = [];
const arrivals = new Changes();

beforeAll(async () => {
  await installation.install(['undici']);
  copyFileSync(
    path.join(ROOT, 'test/package/fixtures/faults.mjs'),
    path.join(installation.project, 'faults.mjs'),
  );
  server = await startRawServer(async (connection) => {
    for (;;) {
      const name = /^GET \/(\S*)/.exec(await connection.readHead())?.[1];
      if (name === undefined) return;
      paths.push(name);
      arrivals.changed();
      if (name === 'when-asked') {
        // Over another connection: by then the request that is to be aborted is on the wire.
        await arrivals.until(() => paths.includes('aborted'));
        await connection.write(reply());
      } else if (name in FAULTS) await FAULTS[name]?.does(connection);
      else if (name !== 'aborted') await connection.write(reply('fine'));
    }
  });
}, 60_000);

afterAll(async () => {
  await server.close();
  installation[Symbol.dispose]();
});

async function outcomesOf(adapter: string, executor: string, faults: object): Promise<unknown> {
  const { code, stdout, stderr } = await runNode(['--unhandled-rejections=strict', 'faults.mjs'], {
    cwd: installation.project,
    stdin: JSON.stringify({ adapter, executor, healthy: `${server.url}/`, faults }),
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe.each(['HTTPAdapter', 'UndiciAdapter'])('the installed %s', (adapter) => {
  test.each(['this thread', 'worker threads'])(
    'fails as it should in %s, and the session goes on',
    { timeout: 60_000 },
    async (executor) => {
      paths = [];
      await using tls = await startTlsServer();
      await using proxy = await startProxyServer({ credentials: 'user:password' });
      const refused = `http://127.0.0.1:${await refusedPort()}/`;
      const faults: Record<string, { url: string; options?: object; isAborted?: boolean; error: string }> = {
        refused: { url: refused, error: 'ConnectionError' },
        tls: { url: `${tls.url}/`, error: 'SSLError' },
        proxy: { url: `${tls.url}/`, options: { proxies: { https: proxy.url } }, error: 'ProxyError' },
        aborted: { url: `${server.url}/aborted`, isAborted: true, error: 'AbortError' },
      };
      for (const [name, { error }] of Object.entries(FAULTS)) {
        faults[name] = { url: `${server.url}/${name}`, options: { timeout: [10, 0.2] }, error };
      }
      const outcomes = await outcomesOf(adapter, executor, faults);
      const expected = Object.entries(faults).map(([name, { error }]) => [
        name,
        {
          name: error,
          isExported: true,
          request: true,
          after: 'fine',
        },
      ]);
      expect(outcomes).toEqual(Object.fromEntries(expected));
    },
  );
});

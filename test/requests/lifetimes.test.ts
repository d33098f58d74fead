import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { HTTPAdapter, type HTTPAdapterOptions, Session, UndiciAdapter } from 'requests-futures/requests';
import { gate } from '../helpers/async.js';
import { runNode } from '../helpers/child.js';
import { echo, startHttpServer } from '../helpers/servers/http-server.js';

const adapters = [
  ['HTTPAdapter', (options?: HTTPAdapterOptions) => new HTTPAdapter(options)],
  ['UndiciAdapter', (options?: HTTPAdapterOptions) => new UndiciAdapter(options)],
] as [name: string, make: (options?: HTTPAdapterOptions) => HTTPAdapter][];

function sessionWith(adapter: HTTPAdapter): Session {
  const session = new Session();
  session.mount('http://', adapter);
  return session;
}

describe.each(adapters)('over %s', (name, newAdapter) => {
  test('an idle connection is closed after pool_idle_timeout, and none with null', async () => {
    await using server = await startHttpServer(echo);
    await using patient = sessionWith(newAdapter({ pool_idle_timeout: null }));
    await using hasty = sessionWith(newAdapter({ pool_idle_timeout: 0.05 }));
    await patient.get(server.url);
    const urls = Array.from({ length: 3 }, (_, i) => `${server.url}/${i}`);
    await Promise.all(urls.map((url) => hasty.get(url)));
    expect(server.connections).toBe(4);
    await server.waitForOpenConnections(1);
    await patient.get(server.url);
    expect(server.connections).toBe(4);
    await hasty.get(server.url);
    await server.waitForOpenConnections(1);
    expect(server.connections).toBe(5);
  });

  test('pool_idle_timeout does not limit how long an answer on a kept connection may take', async () => {
    await using server = await startHttpServer((request, response) => {
      setTimeout(() => response.end('late'), request.url === '/late' ? 200 : 0);
    });
    await using session = sessionWith(newAdapter({ pool_idle_timeout: 0.05 }));
    await session.get(server.url);
    const answers = [await session.get(`${server.url}/late`), await session.get(`${server.url}/late`)];
    expect(answers.map(({ text }) => text)).toEqual(['late', 'late']);
  });

  test('a bad pool_idle_timeout is refused, and the default is 15 seconds', () => {
    for (const bad of [0, -1, Number.NaN, '5']) {
      expect(() => newAdapter({ pool_idle_timeout: bad as number })).toThrow(
        /^pool_idle_timeout must be a number of seconds above 0, or null, not /,
      );
    }
    expect(newAdapter().poolmanager.idle_timeout).toBe(15);
    expect(newAdapter({ pool_idle_timeout: Infinity }).poolmanager.idle_timeout).toBeNull();
  });

  test('the idle connections of collected sessions are closed', async () => {
    await using server = await startHttpServer(echo);
    const child = runCollecting(
      `const send = async (Kind) => {
         const session = new Kind();
         session.mount('http://', new ${name}({ pool_idle_timeout: null }));
         await session.get(url);
       };
       for (let i = 0; i < 30; i += 1) await Promise.all([send(Session), send(FuturesSession)]);
       console.log('sent');
       await collect(() => sockets() === 0);
       console.log('sockets', sockets());`,
      server.url,
    );
    expect(await child).toEqual({ code: 0, stdout: 'sent\nsockets 0\n', stderr: '' });
    expect(server.connections).toBe(60);
  });

  test.each(['http', 'https'])(
    'an abort closes the connection to a SOCKS proxy that says nothing (%s)',
    async (scheme) => {
      const greeted = gate();
      const closed = gate();
      const proxy = createServer((socket) => {
        socket.once('data', () => {
          greeted.open();
        });
        socket
          .on('error', () => undefined)
          .once('close', () => {
            closed.open();
          });
      }).listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      const { port } = proxy.address() as AddressInfo;
      await using session = sessionWith(newAdapter());
      session.mount('https://', newAdapter());
      const controller = new AbortController();
      const answer = session.get(`${scheme}://127.0.0.9/`, {
        proxies: { all: `socks5://127.0.0.1:${port}` },
        signal: controller.signal,
      });
      const outcome = answer.then(
        () => 'answered',
        (error: unknown) => (error as Error).name,
      );
      await greeted.promise;
      controller.abort();
      expect(await outcome).toBe('AbortError');
      await closed.promise;
      proxy.close();
    },
  );

  const streams = {
    endless: (response: ServerResponse): void => void response.write('a piece'),
    'fed for ever': (response: ServerResponse): void => {
      const timer = setInterval(() => response.write('a piece'), 1);
      response.on('close', () => {
        clearInterval(timer);
      });
    },
  };

  test.each(Object.keys(streams) as (keyof typeof streams)[])(
    'a stream that nothing reads does not keep the process alive (%s)',
    async (kind) => {
      await using server = await startHttpServer((_request, response) => {
        streams[kind](response);
      });
      const program = `
        const response = await session.get(url, { stream: true });
        const half = await session.get(url, { stream: true });
        for await (const piece of half.iter_content(null)) if (piece.length > 0) break;
        console.log(response.status_code);`;
      for (const Kind of ['Session', 'FuturesSession']) {
        const source = `const session = new ${Kind}(); session.mount('http://', new ${name}());${program}`;
        expect(await runCollecting(source, server.url)).toEqual({ code: 0, stdout: '200\n', stderr: '' });
      }
    },
  );

  test('a reader that waits for a stream keeps the process alive, and so does the request after it', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.write('first ');
      setTimeout(() => response.end('last'), 300);
    });
    const source = `
      const session = new Session();
      session.mount('http://', new ${name}());
      const response = await session.get(url, { stream: true });
      let text = '';
      for await (const piece of response.iter_content(null)) text += piece;
      const again = await session.get(url);
      const streamed = await session.get(url, { stream: true });
      await streamed.read();
      console.log(text, again.text, streamed.text);`;
    expect(await runCollecting(source, server.url)).toEqual({
      code: 0,
      stdout: 'first last first last first last\n',
      stderr: '',
    });
    expect(server.connections).toBe(1);
  });

  test('a dropped stream closes its connection once it is collected, but not under a reader', async () => {
    await using server = await startHttpServer((request, response) => {
      response.write('first ');
      if (request.url === '/end') setTimeout(() => response.end('last'), 300);
    });
    const source = `
      const session = new Session();
      session.mount('http://', new ${name}());
      const drop = async () => {
        await session.get(url, { stream: true });
        const { raw } = await session.get(url, { stream: true });
        for await (const piece of raw.stream(4)) if (piece.length > 0) break;
        const { signal } = new AbortController();
        await session.get(url, { stream: true, signal });
      };
      for (let i = 0; i < 5; i += 1) await drop();
      console.log(sockets());
      const read = async (use) => use(await session.get(url + '/end', { stream: true }));
      const all = Promise.all([
        read(({ raw }) => raw.read()),
        read(({ raw }) => raw.readAll()),
        read((response) => response.read()),
        read(async (response) => {
          const pieces = [];
          for await (const piece of response.iter_content(null)) pieces.push(piece);
          return Buffer.concat(pieces);
        }),
        read(async ({ raw }) => {
          const pieces = [];
          for await (const piece of raw) pieces.push(piece);
          return Buffer.concat(pieces);
        }),
      ]);
      let isRead = false;
      void all.then(() => (isRead = true));
      await collect(() => isRead);
      console.log((await all).join());
      await session.close();
      await collect(() => sockets() === 0);
      console.log(sockets());`;
    expect(await runCollecting(source, server.url)).toEqual({
      code: 0,
      stdout: `15\n${Array(5).fill('first last').join()}\n0\n`,
      stderr: '',
    });
  });

  test('streams whose body cannot be decoded are collected with their errors', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('Content-Encoding', 'gzip').end('not gzip');
    });
    const source = `
      const session = new Session();
      session.mount('http://', new ${name}());
      let left = 3;
      const registry = new FinalizationRegistry(() => { left -= 1; });
      const fail = async () => {
        const response = await session.get(url, { stream: true });
        registry.register(response);
        try { for await (const _piece of response.iter_content(10)); } catch (error) { console.log(error.name); }
      };
      for (let i = 0; i < 3; i += 1) await fail();
      await session.get(url).catch(() => undefined);
      await collect(() => left === 0);
      console.log(left);
      await session.close();`;
    expect(await runCollecting(source, server.url)).toEqual({
      code: 0,
      stdout: 'ContentDecodingError\nContentDecodingError\nContentDecodingError\n0\n',
      stderr: '',
    });
  });
});

test('a first request without file descriptors left is a ConnectionError, and a later one is sent', async () => {
  const source = `
    import { closeSync, openSync } from 'node:fs';
    import { createServer } from 'node:http';
    import { Session } from 'requests-futures/requests';
    const server = createServer((request, response) => response.end('sent'));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = 'http://127.0.0.1:' + server.address().port;
    const session = new Session();
    const attempt = () => session.get(url).then(({ text }) => text, ({ name }) => name);
    const files = [];
    try {
      for (;;) files.push(openSync('/dev/null'));
    } catch {}
    const first = await attempt();
    files.forEach(closeSync);
    console.log(first, await attempt());
    await session.close();
    server.close();`;
  const limited = ['-c', 'ulimit -n 256; exec "$0" "$@"', process.execPath];
  const { stdout } = await promisify(execFile)('sh', [...limited, '--input-type=module', '-e', source], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  // Before version 22, Node does not read a module again that it could not read once.
  const isReadAgain = Number.parseInt(process.versions.node) >= 22;
  expect(stdout).toMatch(isReadAgain ? /^ConnectionError sent\n$/ : /^ConnectionError /);
});

/** Runs a program that can collect garbage; `collect` waits until `isDone`, and `sockets` counts those of the process. */
function runCollecting(body: string, url: string): ReturnType<typeof runNode> {
  const source = `
    import { readdirSync, readlinkSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { FuturesSession, HTTPAdapter, Session, UndiciAdapter } from 'requests-futures';
    const url = process.env.URL_UNDER_TEST;
    const link = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
    const count = () => readdirSync('/proc/self/fd').filter((fd) => link(fd).startsWith('socket:')).length;
    const sockets = () => count() - before;
    const collect = async (isDone) => {
      for (let i = 0; i < 200 && !isDone(); i += 1) { gc(); await setTimeout(20); }
    };
    const before = count();
    ${body}`;
  return runNode(['--expose-gc', '--input-type=module', '-e', source], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { URL_UNDER_TEST: url },
  });
}

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { HTTPAdapter, type HTTPAdapterOptions, Session, UndiciAdapter } from 'requests-futures/requests';
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
});

/** Runs a program that can collect garbage; `collect` waits until `isDone`, and `sockets` counts those of the process. */
function runCollecting(body: string, url: string): ReturnType<typeof runNode> {
  const source = `
    import { readdirSync, readlinkSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { FuturesSession, HTTPAdapter, Session, UndiciAdapter } from 'requests-futures';
    const url = process.env.URL_UNDER_TEST;
    const link = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
    const all = () => readdirSync('/proc/self/fd').filter((fd) => link(fd).startsWith('socket:')).length;
    const sockets = () => all() - before;
    const collect = async (isDone) => {
      for (let i = 0; i < 200 && !isDone(); i += 1) { gc(); await setTimeout(20); }
    };
    const before = all();
    ${body}`;
  return runNode(['--expose-gc', '--input-type=module', '-e', source], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { URL_UNDER_TEST: url },
  });
}

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { FuturesSession, HTTPAdapter, UndiciAdapter } from 'requests-futures';
import { Session } from 'requests-futures/requests';
import { runNode } from '../helpers/child.js';
import { loopbackCertificate } from '../helpers/servers/certificates.js';
import { listen } from '../helpers/servers/http-server.js';
import { startProxyServer } from '../helpers/servers/proxy-server.js';
import { RawConnection, startRawServer } from '../helpers/servers/raw-server.js';
import { startSocksServer } from '../helpers/servers/socks-server.js';

const adapters = ['HTTPAdapter', 'UndiciAdapter'];
const schemes = ['http', 'https'] as const;

function answer(id: string, header = ''): string {
  return `HTTP/1.1 200 OK\r\n${header}Content-Length: ${id.length}\r\n\r\n${id}`;
}

/** What a server does some time behind an answer that leaves the connection open. */
const surprises: Record<string, (socket: Socket) => unknown> = {
  'a second answer': (socket) => socket.write(answer('stray')),
  'a 408 and the end': (socket) => {
    socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  },
  garbage: (socket) => socket.write('what is this\r\n\r\n'),
  'the end': (socket) => socket.end(),
};

interface Server extends AsyncDisposable {
  readonly url: string;
  /** A folder with a file for each answer behind which the server has done what it does. */
  readonly marks: string;
}

/** Answers each request with its path, `inPacket` in the same packet, and then has `surprise` do what it does. */
async function startServer(
  scheme: 'http' | 'https',
  surprise: (socket: Socket) => unknown,
  inPacket = '',
): Promise<Server> {
  const sockets = new Set<Socket>();
  const marks = mkdtempSync(join(tmpdir(), 'marks-'));
  let answers = 0;
  const serve = async (socket: Socket): Promise<void> => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    // Or the second of two packets would wait for the client to acknowledge the first.
    socket.setNoDelay(true);
    const connection = new RawConnection(socket, 0);
    for (;;) {
      const request = await connection.readRequest();
      if (request === '') return;
      const id = /^[A-Z]+ (?:http:\/\/[^/]+)?\/(\S*)/.exec(request)?.[1] ?? '';
      // A request that is sent again has an answer, and so a mark, for each time.
      answers += 1;
      const mark = String(answers);
      await connection.write(answer(id, `X-Mark: ${mark}\r\n`) + inPacket);
      // In a packet of its own, and marked when it has passed through whatever stands between, which shares this loop.
      setTimeout(() => {
        if (!socket.destroyed) surprise(socket);
        setTimeout(() => {
          if (existsSync(marks)) writeFileSync(join(marks, mark), '');
        }, 5);
      }, 5);
    }
  };
  const onConnection = (socket: Socket): void => void serve(socket);
  const { cert, key } = loopbackCertificate();
  const server =
    scheme === 'http' ? createServer(onConnection) : tls.createServer({ cert, key }, onConnection);
  await listen(server);
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    marks,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(marks, { recursive: true });
    },
  };
}

/** Runs a program apart from the server, so that it can compute while the server goes on; gives what it prints, as JSON. */
async function run(adapter: string, { marks, url }: Server, body: string): Promise<unknown> {
  const source = `
    import { FuturesSession, HTTPAdapter, UndiciAdapter } from 'requests-futures';
    import { urllib3 } from 'requests-futures/requests';
    import { compute } from '../fixtures/hooks.mjs';
    const url = process.env.URL_UNDER_TEST;
    const session = new FuturesSession({ max_workers: 10 });
    for (const prefix of ['http://', 'https://']) session.mount(prefix, new ${adapter}());
    session.verify = false;
    session.trust_env = false;
    urllib3.disable_warnings();
    ${body}
    await session.close();`;
  const { code, stdout, stderr } = await runNode(['-e', source], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { MARKS: marks, URL_UNDER_TEST: url },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as unknown;
}

describe.each(adapters)('over %s', (adapter) => {
  describe.each(schemes)('and %s', (scheme) => {
    test.each(Object.keys(surprises))(
      'no request gets what arrived on its connection while the program computed: %s',
      async (name) => {
        await using server = await startServer(scheme, surprises[name] as (socket: Socket) => unknown);
        const program = `
          const answers = [];
          for (let i = 0; i < 12; i += 1) {
            const method = ['GET', 'POST', 'PATCH'][i % 3];
            const future = session.request(method, url + '/' + i);
            const failure = await future.exception();
            answers.push(failure?.message ?? (await future.result()).text);
            if (failure === null) compute(await future.result());
          }
          const last = await session.get(url + '/last');
          console.log(JSON.stringify([...answers, last.text]));`;
        expect(await run(adapter, server, program)).toEqual([
          ...Array.from({ length: 12 }, (_, i) => String(i)),
          'last',
        ]);
      },
    );

    test('a hook that computes does not shift the answers', async () => {
      await using server = await startServer(scheme, (socket) => socket.write(answer('stray')));
      const program = `
        const hooks = { response: compute };
        const ids = Array.from({ length: 40 }, (_, i) => String(i));
        const texts = await Promise.all(ids.map(async (id) => (await session.get(url + '/' + id, { hooks })).text));
        console.log(JSON.stringify(texts));`;
      expect(await run(adapter, server, program)).toEqual(Array.from({ length: 40 }, (_, i) => String(i)));
    });

    test('what follows an answer in its packet is for no request', async () => {
      await using server = await startServer(scheme, () => undefined, answer('stray'));
      const program = `
        const ids = Array.from({ length: 100 }, (_, i) => String(i));
        const texts = await Promise.all(ids.map(async (id) => (await session.get(url + '/' + id)).text));
        console.log(JSON.stringify(texts));`;
      expect(await run(adapter, server, program)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
    });
  });
});

/** One after the other. */
function eachInTurn(): (socket: Socket) => void {
  const all = Object.values(surprises);
  let next = 0;
  return (socket) => {
    all[next++ % all.length]?.(socket);
  };
}

const ways: [way: string, scheme: 'http' | 'https', proxy: string | null, executor: string][] = [
  ['from a thread', 'http', null, 'threads'],
  ['from a thread by TLS', 'https', null, 'threads'],
  ['behind a proxy that forwards', 'http', 'http', 'here'],
  ['behind one that forwards, from a thread', 'http', 'http', 'threads'],
  ['in a tunnel', 'https', 'http', 'here'],
  ['behind SOCKS', 'http', 'socks5', 'here'],
  ['by TLS behind SOCKS, from a thread', 'https', 'socks5', 'threads'],
];

describe.each(adapters)('over %s', (adapter) => {
  test.each(ways)(
    'no request gets what arrived on its connection meanwhile %s',
    async (_way, scheme, proxy, executor) => {
      await using server = await startServer(scheme, eachInTurn());
      await using tunnels = await startProxyServer();
      await using socks = await startSocksServer();
      const urls: Record<string, string> = {
        http: scheme === 'http' ? server.url : tunnels.url,
        socks5: `socks5://127.0.0.1:${socks.port}`,
      };
      const program = `
        import { WorkerPoolExecutor } from 'requests-futures';
        const executor = new WorkerPoolExecutor({ max_workers: 1, threads: 1 });
        const used = ${executor === 'threads' ? 'new FuturesSession({ executor })' : 'session'};
        for (const prefix of ['http://', 'https://']) used.mount(prefix, session.get_adapter(prefix));
        Object.assign(used, { verify: false, trust_env: false, proxies: ${JSON.stringify(proxy === null ? {} : { all: urls[proxy] })} });
        const answers = [];
        for (let i = 0; i < 16; i += 1) {
          const method = ['GET', 'POST', 'PATCH', 'HEAD', 'GET'][i % 5];
          const future = used.request(method, url + '/' + i, { hooks: { response: compute }, timeout: 5 });
          const failure = await future.exception();
          answers.push(failure?.message ?? (method === 'HEAD' ? String(i) : (await future).text));
        }
        console.log(JSON.stringify(answers));
        await used.close();
        await executor.shutdown();`;
      expect(await run(adapter, server, program)).toEqual(Array.from({ length: 16 }, (_, i) => String(i)));
    },
  );
});

test.each([
  ['HTTPAdapter', HTTPAdapter],
  ['UndiciAdapter', UndiciAdapter],
] as const)(
  'a server that closes behind answers without a word loses no POST of many workers over %s',
  async (_name, Adapter) => {
    await using server = await startRawServer(async (connection) => {
      for (let served = 1; ; served += 1) {
        const request = await connection.readRequest();
        const id = /^POST \/(\d+)/.exec(request)?.[1];
        if (id === undefined) return;
        await connection.write(answer(id));
        if (served === 2) {
          connection.end();
          return;
        }
      }
    });
    await using session = new FuturesSession({ max_workers: 10 });
    session.trust_env = false;
    session.mount('http://', new Adapter());
    const ids = Array.from({ length: 400 }, (_, i) => String(i));
    const futures = ids.map((id) => session.post(`${server.url}/${id}`, { data: id }));
    expect(await Promise.all(futures.map(async (future) => (await future).text))).toEqual(ids);
    // They were kept in between.
    expect(server.connections.length).toBeLessThan(ids.length);
  },
);

test.each([
  ['with a body', { data: 'x' }],
  ['without a body', {}],
])(
  'a connection that its server closes just before a POST is not used for one %s',
  async (_title, options) => {
    await using server = await startRawServer(async (connection) => {
      for (;;) {
        const request = await connection.readRequest();
        if (request === '') return;
        await connection.write(answer(String(connection.number)));
      }
    });
    await using session = new Session();
    session.trust_env = false;
    // The clock stands, so that the answer has always come just now.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    try {
      expect((await session.get(server.url)).text).toBe('1');
      // The loop has polled its sockets by the second of these, and the request goes out behind it. The socket closes at once.
      setImmediate(() => {
        setImmediate(() => server.connections[0]?.socket.destroy());
      });
      expect((await session.post(server.url, options)).text).toBe('2');
    } finally {
      clock.mockRestore();
    }
    const methods = server.connections.map(({ received }) => received.toString('latin1', 0, 4));
    expect(methods).toEqual(['GET ', 'POST']);
  },
);

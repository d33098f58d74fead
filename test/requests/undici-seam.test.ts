import { once } from 'node:events';
import { createRequire } from 'node:module';
import * as net from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../src/builtins/index.js';
import { checkVersion, loadUndici } from '../../src/requests/transports/undici/load-undici.js';
import { answering, reply, startRawServer } from '../helpers/servers/raw-server.js';

type Body = NonNullable<Dispatcher.DispatchOptions['body']> | null;

interface Seen {
  /** What undici does, in order: `start`, `write …` and `read`. */
  readonly calls: string[];
  /** What `read` was called with. */
  readonly sizes: unknown[];
}

/** Sends one request by undici itself over a socket whose `write` and `read` are watched. */
async function watch(url: string, body: Body): Promise<Seen> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  await once(socket, 'connect');
  const seen: Seen = { calls: [], sizes: [] };
  const write = socket.write.bind(socket) as (
    data: string | Uint8Array,
    encoding?: BufferEncoding,
  ) => boolean;
  const read = socket.read.bind(socket);
  socket.write = ((data: string | Uint8Array, encoding?: BufferEncoding) => {
    const end = typeof data === 'string' ? /(?:\r\n)*$/.exec(data)?.[0].length : null;
    seen.calls.push(`write ${typeof data} ${encoding ?? ''} ${String(end)}`);
    return write(data, encoding);
  }) as typeof socket.write;
  socket.read = (size) => {
    const piece: unknown = read(size);
    // Node itself reads nothing with 0.
    if (size === 0) return piece;
    seen.calls.push(piece === null ? 'read null' : 'read');
    seen.sizes.push(size);
    return piece;
  };
  const client = new Client(url, {
    connect: (_options, callback) => {
      queueMicrotask(() => {
        callback(null, socket);
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    client.dispatch(
      { path: '/', method: 'POST', body },
      {
        onRequestStart: () => seen.calls.push('start'),
        onResponseStart: () => seen.calls.push('head'),
        onResponseData: () => undefined,
        onResponseEnd: () => {
          resolve();
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      },
    );
  });
  // The read that says that everything was handed over.
  await new Promise((resolve) => setImmediate(resolve));
  await client.destroy();
  return seen;
}

describe('undici still does what socket-seam.ts relies on', () => {
  test.each([
    ['no body', null, 'write string latin1 4'],
    ['bytes', Buffer.from('body'), 'write string latin1 4'],
    ['pieces', [Buffer.from('body')] as unknown as Body, 'write string latin1 2'],
  ])('it writes the head as one string behind onRequestStart: %s', async (_what, body, head) => {
    await using server = await startRawServer(answering(reply('x')));
    const { calls } = await watch(server.url, body);
    expect(calls[calls.indexOf('start') + 1]).toBe(head);
    expect(calls.slice(0, calls.indexOf('start')).filter((call) => call.startsWith('write'))).toEqual([]);
  });

  test('it reads without a size, until there is nothing', async () => {
    await using server = await startRawServer(answering(reply('x')));
    const { calls, sizes } = await watch(server.url, null);
    expect(sizes.every((size) => size === undefined)).toBe(true);
    const head = calls.indexOf('head');
    expect(calls.slice(head - 1, head + 2)).toEqual(['read', 'head', 'read null']);
  });

  test('it has its client where load-undici.ts looks first', async () => {
    const require = createRequire(import.meta.url);
    expect((await loadUndici()).Client).toBe(require('undici/lib/dispatcher/client.js'));
    expect((await loadUndici()).Client).toBe(Client);
  });
});

describe('the version of undici', () => {
  test('is the one that this run was started for', () => {
    const { version } = createRequire(import.meta.url)('undici/package.json') as { version: string };
    expect(version.split('.')[0]).toBe(process.env['UNDICI'] ?? '7');
  });

  test.each(['5.29.0', '6.21.3', '7.0.0', '7.29.9'])('%s is refused by name', (version) => {
    const text = `UndiciAdapter needs undici 7.30.2 or newer, and ${version} is installed: npm install undici@7`;
    expect(() => {
      checkVersion(version);
    }).toThrow(new RuntimeError(text));
  });

  test.each(['7.30.2', '7.31.0', '8.0.0', '8.13.1', '10.0.0', null])('%s is taken', (version) => {
    expect(() => {
      checkVersion(version);
    }).not.toThrow();
  });
});

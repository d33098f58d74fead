import { once } from 'node:events';
import { createRequire } from 'node:module';
import * as net from 'node:net';
import fc from 'fast-check';
import { Client, type Dispatcher } from 'undici';
import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../src/builtins/index.js';
import {
  DispatchHandler,
  type DispatchUser,
  HeaderTexts,
  InnerDispatchHandler,
} from '../../src/requests/transports/undici/dispatch-handler.js';
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

describe('the headers of a response', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'Z', '-', ':', ' ', '\t', 'é', '\xff'),
    maxLength: 12,
  });

  /** What an attempt is given of a head that came in `pieces`, the latest packet being `packet`. */
  function headed(
    pieces: Buffer[],
    packet: Buffer | null,
    isInner: boolean,
    headerTexts = new HeaderTexts(),
  ): readonly string[] {
    let given: readonly string[] = [];
    const user = {
      refusesStatus: () => false,
      headed: (_status: number, _reason: string, rawHeaders: readonly string[]) => (given = rawHeaders),
    } as unknown as DispatchUser;
    const source = { lastPacket: packet, rawHeaders: null, headerTexts };
    if (isInner) new InnerDispatchHandler(user, source).onHeaders(200, pieces, () => undefined, 'OK');
    else new DispatchHandler(user, source).onResponseStart({ rawHeaders: pieces } as never, 200, {}, 'OK');
    return given;
  }

  test('are those of its pieces, wherever these lie, and whatever the response before had', () => {
    const place = fc.constantFrom('packet', 'before', 'behind', 'elsewhere');
    const head = fc.array(fc.record({ text, place }), { maxLength: 8 });
    /** Null: the same as this one. */
    const before = fc.array(fc.option(text), { maxLength: 9 });
    fc.assert(
      fc.property(head, fc.boolean(), before, (parts, isInner, others) => {
        // One memory holds the packet and what was there before and behind it.
        const memory = Buffer.alloc(600);
        const at = { before: 0, packet: 200, behind: 400 };
        const pieces = parts.map((part) => {
          const bytes = Buffer.from(part.text, 'latin1');
          if (part.place === 'elsewhere') return bytes;
          const start = at[part.place];
          at[part.place] += bytes.length + 2;
          bytes.copy(memory, start);
          return memory.subarray(start, start + bytes.length);
        });
        const expected = parts.map((part) => part.text.replace(/[ \t]+$/, ''));
        const texts = new HeaderTexts();
        texts.of(
          others.map((other, i) => other ?? expected[i] ?? ''),
          null,
        );
        for (const packet of [memory.subarray(200, 400), memory.subarray(200, 400), null]) {
          const headers = headed(pieces, packet, isInner, texts);
          expect(headers).toEqual(expected);
          (headers as string[]).reverse();
        }
      }),
      { seed: 1, numRuns: 300 },
    );
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

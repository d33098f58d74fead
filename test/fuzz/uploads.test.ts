/** Servers that answer uploads whenever they like, and servers of HTTP/2 that send whatever frames they like. */
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { RequestException, type RequestOptions, Session } from '../../src/requests/index.js';
import { ADAPTERS } from '../helpers/adapters.js';
import { runNode } from '../helpers/child.js';
import { frame, startFrameServer } from '../helpers/servers/http2-server.js';
import { type RawConnection, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { randomOf, SEED, times } from './seed.js';

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'fuzz-uploads-'));
const FILE = join(folder, 'file');
writeFileSync(FILE, '');
truncateSync(FILE, 1 << 20);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const PIECE = Buffer.alloc(20_000);

/** A body, and what resolves when it is closed. */
function bodyOf(kind: number, pieces: number): [RequestOptions, closed: Promise<unknown>] {
  if (kind === 0) return [{ data: Buffer.alloc(pieces * PIECE.length) }, Promise.resolve()];
  if (kind < 3) {
    const file = createReadStream(FILE);
    return [kind === 1 ? { data: file } : { files: { file } }, once(file, 'close')];
  }
  let close = (): void => undefined;
  const closed = new Promise<void>((resolve) => (close = resolve));
  async function* generated(): AsyncGenerator<Uint8Array> {
    try {
      for (let i = 0; i < pieces; i++) {
        yield PIECE;
        if (i % 3 === 0) await new Promise(setImmediate);
      }
    } finally {
      close();
    }
  }
  return [{ data: generated() }, closed];
}

test.each(ADAPTERS)(
  'an upload over %s that is answered at any time ends, is closed, and leaves the next request its own answer',
  async (_name, Adapter) => {
    const random = randomOf(SEED);
    let plan = { after: 0, cut: false, then: 0 };
    await using server = await startRawServer(async (connection: RawConnection) => {
      for (;;) {
        const head = await connection.readHead();
        if (!head.endsWith('\r\n\r\n')) return;
        const id = /^\w+ \/(\d+)/.exec(head)?.[1] ?? '';
        if (head.startsWith('GET')) {
          await connection.write(reply(id));
          continue;
        }
        const { after, cut, then } = plan;
        const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
        if (then < 3) await connection.readExactly(after);
        else if (length === undefined) await connection.readUntil('0\r\n\r\n');
        else await connection.readExactly(Number(length));
        const answer = reply(id, { status: '401 Unauthorized' });
        const wrote = connection.write(cut ? answer.slice(0, -1) : answer);
        if (then === 0) {
          // It reads nothing for a while, and goes.
          connection.socket.pause();
          setTimeout(() => connection.socket.destroy(), 20);
        } else if (then === 1) connection.end();
        else if (then === 2)
          await wrote.then(() => {
            connection.reset();
          });
        else if (!cut) continue;
        return;
      }
    });
    const session = new Session();
    session.mount('http://', new Adapter({ pool_block: true, pool_maxsize: 2 }));
    let answered = 0;
    for (let i = 0; i < times(60); i++) {
      plan = {
        after: Math.floor(random() ** 3 * PIECE.length),
        cut: random() < 0.2,
        then: Math.floor(random() * 4),
      };
      // A body that is cut off by silence ends by the timeout alone.
      if (plan.cut && plan.then !== 2) plan.then = 1;
      const [body, closed] = bodyOf(Math.floor(random() * 4), 1 + Math.floor(random() * 60));
      try {
        const response = await session.post(`${server.url}/${String(i)}`, { ...body, timeout: 5 });
        answered += 1;
        expect([response.status_code, response.text]).toEqual([401, String(i)]);
      } catch (error) {
        if (!(error instanceof RequestException)) throw error;
      }
      await closed;
      const next = await session.get(`${server.url}/${String(i)}9`, { timeout: 5 });
      expect(next.text).toBe(`${String(i)}9`);
    }
    await session.close();
    expect(answered).toBeGreaterThan(times(60) / 4);
  },
);

const CLIENT = fileURLToPath(new URL('../fixtures/http2-client.mjs', import.meta.url));
const HEAD_200 = Buffer.of(0x88);

test('whatever frames a server of HTTP/2 sends, the client goes on, and its process ends in order', async () => {
  const random = randomOf(SEED);
  const below = (n: number): number => Math.floor(random() * n);
  const bytes = (n: number): Buffer => Buffer.from(Array.from({ length: n }, () => below(256)));
  const numbers = (...values: number[]): Buffer =>
    Buffer.concat(
      values.map((value) => {
        const buffer = Buffer.alloc(4);
        buffer.writeUInt32BE(value);
        return buffer;
      }),
    );
  await using server = await startFrameServer((stream, _request, socket) => {
    const frames: Buffer[] = [];
    for (let n = 1 + below(6); n > 0; n--) {
      const at = below(8) === 0 ? below(8) : stream;
      frames.push(
        [
          (): Buffer => frame(1, 4 + below(2), at, HEAD_200),
          (): Buffer => frame(1, 5, stream, HEAD_200),
          (): Buffer => frame(0, below(2), at, Buffer.from('piece')),
          (): Buffer => frame(3, 0, at, numbers(below(14))),
          (): Buffer => frame(7, 0, 0, numbers(below(2) * stream, below(14))),
          (): Buffer => frame(8, 0, at, numbers(below(1000))),
          (): Buffer => frame(4, 0, 0, Buffer.concat([Buffer.of(0, 1 + below(6)), numbers(below(70_000))])),
          (): Buffer => frame(below(12), below(256), at, bytes(below(20))),
          (): Buffer => frame(6, 0, 0, bytes(8)),
        ][below(9)]?.() ?? Buffer.alloc(0),
      );
    }
    if (below(10) === 0) socket.destroy();
    // A stream that nothing was said of would wait for its timeout.
    else frames.push(frame(3, 0, stream, numbers(below(14))));
    return frames;
  });
  const step = Array.from({ length: 4 }, (_, i) => [
    i % 2 === 0 ? 'GET' : 'POST',
    '/',
    { timeout: 0.2, data: 'x' },
  ]);
  const steps = Array.from({ length: times(40) }, (_, i) => (i % 7 === 6 ? 'close' : step));
  const { code, stdout, stderr } = await runNode([CLIENT, server.url, JSON.stringify(steps)], {
    env: { NODE_NO_WARNINGS: '1' },
  });
  expect([code, stderr]).toEqual([0, '']);
  const names = new Set((JSON.parse(stdout) as [string | number, string][]).map(([what]) => what));
  for (const name of names) {
    expect([200, 'ConnectionError', 'ChunkedEncodingError', 'ReadTimeout', 'ConnectTimeout']).toContain(name);
  }
});

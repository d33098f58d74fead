/** Uploads that are answered at any time. */
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type RequestOptions,
  Session,
  type UndiciAdapter,
  type HTTPAdapter,
} from 'requests-futures/requests';
import { type RawConnection, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { randomOf } from './random.js';
import { inTime, Tally } from './tally.js';

const PIECE = Buffer.alloc(20_000);

/** A body, and what resolves when it is closed. */
function bodyOf(kind: number, pieces: number, path: string): [RequestOptions, closed: Promise<unknown>] {
  if (kind === 0) return [{ data: Buffer.alloc(pieces * PIECE.length) }, Promise.resolve()];
  if (kind < 3) {
    const file = createReadStream(path);
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

/**
 * Sends `inputs` uploads over adapters of `make`, one after the other, to a server that answers each when the seed says; each must
 * end, its body must be closed, and the next request must get its own answer.
 */
export async function fuzzUploads(
  Adapter: new (options: { pool_block: boolean; pool_maxsize: number }) => HTTPAdapter | UndiciAdapter,
  inputs: number,
  seed: number,
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-uploads-'));
  const path = join(folder, 'file');
  writeFileSync(path, '');
  truncateSync(path, 1 << 20);
  const random = randomOf(seed);
  const tally = new Tally();
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
  session.trust_env = false;
  session.mount('http://', new Adapter({ pool_block: true, pool_maxsize: 2 }));
  const send = async (id: string): Promise<void> => {
    plan = {
      after: Math.floor(random() ** 3 * PIECE.length),
      cut: random() < 0.2,
      then: Math.floor(random() * 4),
    };
    // A body that is cut off by silence ends by the timeout alone.
    if (plan.cut && plan.then !== 2) plan.then = 1;
    const about = `upload ${id} with ${JSON.stringify(plan)}`;
    const [body, closed] = bodyOf(Math.floor(random() * 4), 1 + Math.floor(random() * 60), path);
    try {
      const response = await session.post(`${server.url}/${id}`, { ...body, timeout: 10 });
      tally.response(response.status_code, response.text, id, about, 401);
    } catch (error) {
      tally.error(error, about);
    }
    await closed;
    try {
      const next = await session.get(`${server.url}/${id}9`, { timeout: 10 });
      if (next.text !== `${id}9`) tally.fault('foreign', `the request after ${about}: ${next.text}`);
    } catch (error) {
      tally.fault('crashes', `the request after ${about}: ${String(error)}`);
    }
  };
  for (let i = 0; i < inputs; i++) {
    tally.inputs += 1;
    await inTime(send(String(i)), tally, `upload ${String(i)}`);
    if (i % 100 === 99) server.connections.length = 0;
  }
  await session.close();
  rmSync(folder, { recursive: true });
  return tally;
}

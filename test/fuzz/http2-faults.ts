/** Servers of HTTP/2 that send whatever frames they like, to clients in processes of their own. */
import { fileURLToPath } from 'node:url';
import { runNode } from '../helpers/child.js';
import { frame, startFrameServer } from '../helpers/servers/http2-server.js';
import { randomOf } from './random.js';
import { Tally } from './tally.js';

const CLIENT = fileURLToPath(new URL('../fixtures/http2-client.mjs', import.meta.url));
const HEAD_200 = Buffer.of(0x88);
/** What a frame of data holds; no other text may come of it. */
const PIECE = 'piece';
const ERRORS = ['ConnectionError', 'ChunkedEncodingError', 'ReadTimeout', 'ConnectTimeout'];

/**
 * Sends `4 * steps` requests from one process. An answer without data is a valid one here, and so is one that never ends: what
 * counts is that the process goes on and ends in order.
 */
export async function fuzzHttp2(steps: number, seed: number): Promise<Tally> {
  const random = randomOf(seed);
  const tally = new Tally();
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
          (): Buffer => frame(0, below(2), at, Buffer.from(PIECE)),
          (): Buffer => frame(3, 0, at, numbers(below(14))),
          (): Buffer => frame(7, 0, 0, numbers(below(2) * stream, below(14))),
          (): Buffer => frame(8, 0, at, numbers(below(1000))),
          (): Buffer => frame(4, 0, 0, Buffer.concat([Buffer.of(0, 1 + below(6)), numbers(below(70_000))])),
          (): Buffer => frame(1 + below(11), below(256), at, bytes(below(20))),
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
  const program = Array.from({ length: steps }, (_, i) => (i % 7 === 6 ? 'close' : step));
  tally.inputs = 4 * program.filter((each) => each !== 'close').length;
  const killed = AbortSignal.timeout(30_000 + 1000 * steps);
  const run = runNode([CLIENT, server.url, JSON.stringify(program)], {
    env: { NODE_NO_WARNINGS: '1' },
    signal: killed,
  });
  const { code, stdout, stderr } = await run;
  const about = `HTTP/2 with seed ${seed}`;
  if (killed.aborted) tally.fault('hangs', about);
  else if (code !== 0 || stderr !== '') tally.fault('crashes', `${about}: code ${String(code)}, ${stderr}`);
  else {
    for (const [what, text] of JSON.parse(stdout) as [string | number, string][]) {
      if (typeof what === 'number') {
        tally.answered += 1;
        if (what !== 200 || text.replaceAll(PIECE, '') !== '')
          tally.fault('foreign', `${about}: ${what} ${text}`);
      } else if (!ERRORS.includes(what)) tally.fault('crashes', `${about}: ${what}: ${text}`);
    }
  }
  return tally;
}

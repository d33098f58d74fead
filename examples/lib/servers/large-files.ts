/** Files of 64 MiB, and at `/digest` the SHA-256 that each of them has. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { routes } from '../routes.js';

const size = 64 * 1024 * 1024;
const block = Buffer.alloc(64 * 1024, 'all work and no play makes jack a dull boy\n');

function* blocks(): Generator<Buffer> {
  for (let sent = 0; sent < size; sent += block.length) yield block;
}

export const listener = routes({
  '/digest': () => {
    const hash = createHash('sha256');
    for (const piece of blocks()) hash.update(piece);
    return hash.digest('hex');
  },
  '/big/*': ({ response }) => {
    response.writeHead(200, { 'Content-Length': size });
    // A client that leaves in the middle is not this server's problem.
    pipeline(Readable.from(blocks()), response).catch(() => undefined);
  },
});

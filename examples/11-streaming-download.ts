/**
 * A large download to disk, piece by piece, with progress, and a few at a time.
 *
 *     with session.get(url, stream=True) as r:
 *         with open(path, 'wb') as f:
 *             for chunk in r.iter_content(chunk_size=65536):
 *                 f.write(chunk)
 *
 * Without `stream` a body is held in memory as a whole. With it the future is done when the headers are there;
 * the body comes as fast as it is read, and no faster: a slow disk slows the server down. Reading happens where
 * the loop is, so the loop belongs into the slot: submit a function that downloads, and the executor bounds the
 * downloads as a whole.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ResponseTooLarge, ThreadPoolExecutor } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/large-files.js';

await using server = await serve(listener);
const directory = await mkdtemp(path.join(tmpdir(), 'download-'));
await using session = new requests.Session();
const digest = (await session.get(`${server.url}/digest`)).text;

async function download(name: string): Promise<{ name: string; bytes: number; intact: boolean }> {
  // Python: with session.get(url, stream=True) as r. Leaving the block lets go of the connection, whatever happened.
  using response = await session.get(`${server.url}/big/${name}`, { stream: true, timeout: 10 });
  response.raise_for_status();
  const total = Number(response.headers['content-length']);
  const hash = createHash('sha256');
  const file = path.join(directory, name);
  let received = 0;
  let shown = 0;

  async function* withProgress(): AsyncGenerator<Buffer> {
    for await (const chunk of response.iter_content(64 * 1024)) {
      received += chunk.length;
      hash.update(chunk);
      const quarter = Math.floor((4 * received) / total);
      if (quarter > shown) console.log(`  ${name} ${25 * (shown = quarter)} %`);
      yield chunk;
    }
  }
  // `for await … write` works as in Python, if each write is awaited. A pipeline does that, and closes the file.
  await pipeline(withProgress(), createWriteStream(file));
  const { size: bytes } = await stat(file);
  return { name, bytes, intact: hash.digest('hex') === digest };
}

let most = 0;
const sampling = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 5);
await using executor = new ThreadPoolExecutor(2);
for await (const { name, bytes, intact } of executor.map(download, ['one', 'two', 'three'])) {
  console.log(`${name}: ${bytes} bytes, ${intact ? 'intact' : 'damaged'}`);
}
clearInterval(sampling);
// What is no longer in use counts, too, until it is collected; the two bodies under way alone would be 128 MiB.
const mebibytes = most / 2 ** 20;
console.log(`never more than ${server.mostAtOnce} downloads at once`);
console.log(
  `bytes held in memory: ${mebibytes < 128 ? 'less than the files under way' : `${mebibytes.toFixed(0)} MiB`}`,
);

// A body that is buffered may be bounded: a server's mistake, or malice, is not to fill the memory. Python cannot
// do that.
try {
  await session.get(`${server.url}/big/four`, { max_response_size: 1024 * 1024 });
} catch (error) {
  if (!(error instanceof ResponseTooLarge)) throw error;
  console.log(`${error.name}: ${error.message}`);
}
await rm(directory, { recursive: true });

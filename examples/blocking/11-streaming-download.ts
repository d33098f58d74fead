/**
 * A large download to disk, piece by piece, with progress, and a few at a time.
 *
 *     with session.get(url, stream=True) as r:
 *         with open(path, 'wb') as f:
 *             for chunk in r.iter_content(chunk_size=65536):
 *                 f.write(chunk)
 *
 * Without `stream` a body is held in memory as a whole. With it the response is there when its headers are; the body comes as fast as it
 * is read, and no faster. The loop is in a function that is submitted: while it waits for a chunk, the executor's next one begins. Of
 * the functions that have begun, the last one goes on first.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { open, requests, ResponseTooLarge, ThreadPoolExecutor } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

using server = serve_elsewhere('large-files');
const directory = mkdtempSync(path.join(tmpdir(), 'download-'));
using session = new requests.Session();
const digest = session.get(`${server.url}/digest`).text;

function download(name: string): { name: string; bytes: number; intact: boolean } {
  // Python: with session.get(url, stream=True) as r. Leaving the block lets go of the connection, whatever happened.
  using response = session.get(`${server.url}/big/${name}`, { stream: true, timeout: 10 });
  response.raise_for_status();
  const total = Number(response.headers['content-length']);
  const hash = createHash('sha256');
  let received = 0;
  let shown = 0;
  using file = open(path.join(directory, name), 'wb');
  for (const chunk of response.iter_content(64 * 1024)) {
    file.write(chunk);
    received += chunk.length;
    hash.update(chunk);
    const quarter = Math.floor((4 * received) / total);
    if (quarter > shown) console.log(`  ${name} ${25 * (shown = quarter)} %`);
  }
  return { name, bytes: file.tell(), intact: hash.digest('hex') === digest };
}

using executor = new ThreadPoolExecutor(2);
for (const { name, bytes, intact } of executor.map(download, ['one', 'two', 'three'])) {
  console.log(`${name}: ${bytes} bytes, ${intact ? 'intact' : 'damaged'}`);
}
console.log(`never more than ${server.mostAtOnce} downloads at once`);

// `max_response_size` bounds a buffered body, so that no server fills the memory, by mistake or on purpose.
try {
  session.get(`${server.url}/big/four`, { max_response_size: 1024 * 1024 });
} catch (error) {
  if (!(error instanceof ResponseTooLarge)) throw error;
  console.log(`${error.name}: ${error.message}`);
}
rmSync(directory, { recursive: true });

import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { as_completed, RequestException, ThreadPoolExecutor } from 'requests-futures';
import * as requests from 'requests-futures/requests';

export async function download_all(urls: string[], directory: string, workers = 4) {
  await using session = new requests.Session();

  async function download(url: string): Promise<number> {
    using response = await session.get(url, { stream: true, timeout: [3, 30] });
    response.raise_for_status();
    const file = createWriteStream(path.join(directory, path.basename(url)));
    await pipeline(Readable.from(response.iter_content(65536)), file);
    return file.bytesWritten;
  }

  const failed = new Map<string, string>();
  let total = 0;
  await using executor = new ThreadPoolExecutor(workers);
  const futures = new Map(urls.map((url) => [executor.submit(download, url), url]));
  for await (const future of as_completed(futures)) {
    try {
      total += await future.result();
    } catch (error) {
      if (!(error instanceof RequestException)) throw error;
      failed.set(String(futures.get(future)), error.message);
    }
  }
  return { total, failed };
}

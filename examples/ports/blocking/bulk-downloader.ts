import path from 'node:path';
import {
  as_completed,
  open,
  RequestException,
  requests,
  ThreadPoolExecutor,
} from 'requests-futures/blocking';

export function download_all(urls: string[], directory: string, workers = 4) {
  using session = new requests.Session();

  function download(url: string): number {
    using response = session.get(url, { stream: true, timeout: [3, 30] });
    response.raise_for_status();
    using file = open(path.join(directory, path.basename(url)), 'wb');
    for (const chunk of response.iter_content(65536)) file.write(chunk);
    return file.tell();
  }

  const failed = new Map<string, string>();
  let total = 0;
  using executor = new ThreadPoolExecutor(workers);
  const futures = new Map(urls.map((url) => [executor.submit(download, url), url]));
  for (const future of as_completed(futures)) {
    try {
      total += future.result();
    } catch (error) {
      if (!(error instanceof RequestException)) throw error;
      failed.set(String(futures.get(future)), error.message);
    }
  }
  return { total, failed };
}

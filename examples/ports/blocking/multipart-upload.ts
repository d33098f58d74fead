import { createReadStream } from 'node:fs';
import path from 'node:path';
import { FuturesSession, wait } from 'requests-futures/blocking';

export function upload(url: string, paths: string[], album: string): string[] {
  using session = new FuturesSession({ max_workers: 3 });
  session.auth = ['uploader', 's3cret'];
  const futures = paths.map((file) =>
    session.post(url, {
      data: { album, tags: ['holiday', '2024'] },
      files: { photo: [path.basename(file), createReadStream(file), 'image/jpeg'] },
      timeout: 60,
    }),
  );
  const { done } = wait(futures);
  const ids = [];
  for (const future of done) {
    const response = future.result();
    response.raise_for_status();
    ids.push(response.json<{ id: string }>().id);
  }
  return ids;
}

import { createReadStream } from 'node:fs';
import path from 'node:path';
import { FuturesSession, wait } from 'requests-futures';

export async function upload(url: string, paths: string[], album: string): Promise<string[]> {
  await using session = new FuturesSession({ max_workers: 3 });
  session.auth = ['uploader', 's3cret'];
  const futures = paths.map((file) =>
    session.post(url, {
      data: { album, tags: ['holiday', '2024'] },
      files: { photo: [path.basename(file), createReadStream(file), 'image/jpeg'] },
      timeout: 60,
    }),
  );
  const { done } = await wait(futures);
  const ids = [];
  for (const future of done) {
    const response = await future.result();
    response.raise_for_status();
    ids.push(response.json<{ id: string }>().id);
  }
  return ids;
}

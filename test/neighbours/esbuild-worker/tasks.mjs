import { threadId } from 'node:worker_threads';
import { importable } from 'requests-futures';
import * as requests from 'requests-futures/requests';

export const inThread = importable(
  async function inThread(url) {
    const response = await requests.get(url);
    return [threadId, response.json().ok];
  },
  import.meta.url,
  'inThread',
);

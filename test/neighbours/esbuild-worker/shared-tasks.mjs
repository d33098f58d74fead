import { threadId } from 'node:worker_threads';
import { importable } from 'requests-futures';
import * as requests from 'requests-futures/requests';

// Both bundles know it by this name: CommonJS has no import.meta.url.
export const inThread = importable(
  async function inThread(url) {
    const response = await requests.get(url);
    return [threadId, response.json().ok];
  },
  'app:tasks',
  'inThread',
);

import { FuturesSession } from 'requests-futures';

/** Two at once. */
export async function run({ urls, onAnswer, workers = 2 }) {
  const session = new FuturesSession({ max_workers: workers });
  for (const future of urls.map((url) => session.get(url))) onAnswer((await future.result()).json());
  await session.close();
}

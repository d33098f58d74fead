import { FuturesSession } from 'requests-futures';

/** What a user of the package writes, with everything a Session does. */
export async function run({ urls, concurrency, onAnswer }) {
  const session = new FuturesSession({ max_workers: concurrency });
  await Promise.all(urls.map(async (url) => onAnswer((await session.get(url).result()).json())));
  await session.close();
}

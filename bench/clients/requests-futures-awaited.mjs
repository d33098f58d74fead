import { FuturesSession } from 'requests-futures';
import { Session } from 'requests-futures/requests';

/** The same as requests-futures-blocking, awaited. */
export async function run({ urls, concurrency, onAnswer }) {
  if (concurrency === 1) {
    const session = new Session();
    for (const url of urls) onAnswer((await session.get(url)).json());
    await session.close();
    return;
  }
  const session = new FuturesSession({ max_workers: concurrency });
  for (const future of urls.map((url) => session.get(url))) onAnswer((await future.result()).json());
  await session.close();
}

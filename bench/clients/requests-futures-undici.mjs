import { FuturesSession } from 'requests-futures';
import { UndiciAdapter } from 'requests-futures/requests';

/** The same session with UndiciAdapter mounted. */
export async function run({ urls, concurrency, onAnswer, pipelining = 1 }) {
  const session = new FuturesSession({ max_workers: concurrency });
  session.mount(
    'http://',
    new UndiciAdapter({ connections: Math.ceil(concurrency / pipelining), pipelining }),
  );
  await Promise.all(urls.map(async (url) => onAnswer((await session.get(url).result()).json())));
  await session.close();
}

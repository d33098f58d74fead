import { as_completed, FuturesSession } from 'requests-futures';

/** All at once, each consumed when it is there. */
export async function run({ urls, onAnswer }) {
  const session = new FuturesSession({ max_workers: urls.length });
  for await (const future of as_completed(urls.map((url) => session.get(url))))
    onAnswer((await future.result()).json());
  await session.close();
}

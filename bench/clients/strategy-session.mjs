import { Session } from 'requests-futures/requests';

/** One request after the other, over one connection that is kept. */
export async function run({ urls, onAnswer }) {
  const session = new Session();
  for (const url of urls) onAnswer((await session.get(url)).json());
  await session.close();
}

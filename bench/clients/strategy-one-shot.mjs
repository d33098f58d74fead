import * as requests from 'requests-futures/requests';

/** One request after the other, each over a connection of its own. */
export async function run({ urls, onAnswer }) {
  for (const url of urls) onAnswer((await requests.get(url)).json());
}

import { subscribe } from 'node:diagnostics_channel';
import { REQUEST_CHANNEL } from 'requests-futures';
import { run as runPlain } from './requests-futures.mjs';

/** The same session while somebody listens to what happens to its requests, and does next to nothing about it. */
export async function run(options) {
  let events = 0;
  subscribe(REQUEST_CHANNEL, () => {
    events += 1;
  });
  await runPlain(options);
  // Submitted, started, attempt, connected, headers, body, settled; an attempt more where a connection turned out dead.
  if (events < 7 * options.urls.length)
    throw new Error(`${events} events of ${options.urls.length} requests`);
}

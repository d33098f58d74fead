import { run as runFutures } from './strategy-futures-2.mjs';

/** All at once. */
export async function run(options) {
  await runFutures({ ...options, workers: options.urls.length });
}

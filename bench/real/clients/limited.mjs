import pLimit from 'p-limit';

/** How the clients without a pool of their own are driven. */
export function limitedAll(concurrency) {
  const limit = pLimit(concurrency);
  return (sends) => Promise.all(sends.map((send) => limit(send)));
}

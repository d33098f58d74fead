import pLimit from 'p-limit';

/** How every client without a pool of its own is driven: p-limit in front, all calls handed over at once. */
export async function limited(get, urls, concurrency, onAnswer) {
  const limit = pLimit(concurrency);
  await Promise.all(urls.map((url) => limit(async () => onAnswer(await get(url)))));
}

import { as_completed, FuturesSession, time } from 'requests-futures/blocking';

class RateLimiter {
  #next = performance.now() / 1000;
  constructor(readonly per_second: number) {}

  wait(): void {
    const now = performance.now() / 1000;
    const turn = Math.max(now, this.#next);
    // No lock is needed: nothing runs between these two lines.
    this.#next = turn + 1 / this.per_second;
    time.sleep(turn - now);
  }
}

export function crawl(start: string, limit: number): Map<string, number> {
  using session = new FuturesSession({ max_workers: 4 });
  const limiter = new RateLimiter(50);
  const pages = new Map<string, number>();
  const seen = new Set([start]);
  let frontier = [start];
  while (frontier.length > 0 && pages.size < limit) {
    const futures = [];
    for (const url of frontier.slice(0, limit - pages.size)) {
      limiter.wait();
      futures.push(session.get(url, { timeout: 5 }));
    }
    frontier = [];
    for (const future of as_completed(futures)) {
      const response = future.result();
      pages.set(response.url, response.status_code);
      for (const [, href = ''] of response.text.matchAll(/href="([^"]+)"/g)) {
        const url = new URL(href, response.url).href;
        if (!seen.has(url) && url.startsWith(start)) frontier.push(url);
        seen.add(url);
      }
    }
  }
  return pages;
}

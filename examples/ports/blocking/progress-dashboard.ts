import { as_completed, FuturesSession, TimeoutError } from 'requests-futures/blocking';

export function run(urls: string[], show: (line: string) => void, deadline: number): number {
  const session = new FuturesSession({ max_workers: 8 });
  const futures = urls.map((url) => Object.assign(session.get(url, { timeout: 5 }), { url }));
  const counts: Record<string, number> = {};
  let done = 0;
  try {
    for (const future of as_completed(futures, { timeout: deadline })) {
      const error = future.exception();
      const key = error === null ? String(future.result().status_code) : error.name;
      counts[key] = (counts[key] ?? 0) + 1;
      done += 1;
      const bar = '#'.repeat(Math.floor((20 * done) / urls.length)).padEnd(20);
      show(`[${bar}] ${done}/${urls.length} ${JSON.stringify(counts)}`);
    }
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    show(`deadline: ${error.message}`);
    // Python can only cancel what is queued, and waits for the rest.
    for (const future of futures) future.abort('deadline');
  }
  session.close();
  return done;
}

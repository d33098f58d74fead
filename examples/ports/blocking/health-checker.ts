import { ConnectionError, FuturesSession, Timeout } from 'requests-futures/blocking';

export function check(urls: string[]): Record<string, string> {
  using session = new FuturesSession({ max_workers: 20 });
  const futures = urls.map((url) => [url, session.head(url, { timeout: 2, allow_redirects: true })] as const);
  const report: Record<string, string> = {};
  for (const [url, future] of futures) {
    try {
      const response = future.result();
      const milliseconds = response.elapsed.total_seconds() * 1000;
      report[url] = response.ok ? `up (${milliseconds.toFixed(0)} ms)` : `failing (${response.status_code})`;
    } catch (error) {
      // ConnectTimeout is both, as in Python: ask for the timeout first.
      if (error instanceof Timeout) report[url] = 'timeout';
      else if (error instanceof ConnectionError) report[url] = 'down';
      else throw error;
    }
  }
  return report;
}

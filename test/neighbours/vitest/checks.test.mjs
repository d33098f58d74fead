import { FuturesSession } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { afterEach, expect, test, vi } from 'vitest';
import { checksOf } from './lib/checks.mjs';

const base = process.env.SERVER_URL;
for (const [name, run] of Object.entries(checksOf(base))) test(name, run);

afterEach(() => {
  vi.useRealTimers();
});

test('requests go on under fake timers: kept connections, POST, redirects, timeouts that are not reached', async () => {
  const session = new FuturesSession({ max_workers: 2 });
  await session.get(`${base}/json`).result();
  vi.useFakeTimers();
  const first = await session.post(`${base}/echo`, { data: 'x', timeout: 5 }).result();
  expect(first.json().body).toBe('x');
  const second = await session.get(`${base}/redirect`).result();
  expect(second.status_code).toBe(200);
  vi.useRealTimers();
  await session.close();
});

test('a timeout is real time under fake timers', async () => {
  vi.useFakeTimers();
  await expect(requests.get(`${base}/silent`, { timeout: 0.1 })).rejects.toThrow(requests.ReadTimeout);
});

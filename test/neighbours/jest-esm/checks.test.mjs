import { expect, jest, test } from '@jest/globals';
import * as requests from 'requests-futures/requests';
import { checksOf } from './lib/checks.mjs';

const base = process.env.SERVER_URL;
for (const [name, run] of Object.entries(checksOf(base))) test(name, run);

test('a POST on a kept connection under fake timers', async () => {
  const session = new requests.Session();
  await session.get(`${base}/json`);
  jest.useFakeTimers();
  const response = await session.post(`${base}/echo`, { data: 'x' });
  jest.useRealTimers();
  expect(response.json().body).toBe('x');
  await session.close();
});

import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('calls that would come too late fail at once, the others arrive at the rate', async () => {
  const { code, stderr, lines } = await runExample(['21-sixty-a-minute']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines[0]).toBe('70 calls: 30 fail at once, 20 wait for their turn');
  expect(lines[1]).toBe('worth trying again in 2.0 s');
  expect(lines[2]).toMatch(/^40 arrived, in \d\.\d s$/);
  expect(lines[3]).toMatch(/^with burst: 1 one each 0\.\d s$/);
});

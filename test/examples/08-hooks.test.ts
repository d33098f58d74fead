import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('hooks parse, see redirects, measure, are awaited, and may put another response in place', async () => {
  const { code, stderr, lines } = await runExample(['08-hooks']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines[0]).toBe('parsed in the background: 1, 2, 3');
  expect(lines[1]).toMatch(/^TypeError: a response hook must return a Response .* careless returned Object/);
  expect(lines[2]).toBe('the hook of the session saw 302, 200 and the caller 200');
  expect(lines[3]).toMatch(/^with one worker the second took \d+ times as long/);
  expect(lines[4]).toBe('after the async hook: yes - hooks run in their order: 1');
  expect(lines[5]).toBe('the fallback for a 404: 200 { id: 0 }');
  expect(lines[6]).toBe('with details: { id: 9 } { id: 900 }');
});

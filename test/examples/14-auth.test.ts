import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('each kind of credentials arrives, digest is challenged once, and none goes to another host', async () => {
  const { code, stderr, lines } = await runExample(['14-auth']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines.slice(0, -1)).toEqual([
    'basic:     Basic YWRhOmVuZ2luZQ==',
    'in the URL Basic YWRhOmVuZ2luZQ==',
    'digest:    200 ada count 00000001 - challenges so far: 1',
    'digest:    200 ada count 00000002 - challenges so far: 1',
    'digest:    200 ada count 00000003 - challenges so far: 1',
    'token:     Bearer t0ken',
    expect.stringMatching(/^signed: {4}[0-9a-f]{16}$/),
    'elsewhere: null - after 1 redirect',
  ]);
  const challenges = Number(/^futures: {3}20 of 20 let in, challenges: (\d+)$/.exec(lines.at(-1) ?? '')?.[1]);
  expect(challenges).toBeGreaterThanOrEqual(1);
  expect(challenges).toBeLessThanOrEqual(8);
});

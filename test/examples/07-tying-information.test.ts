import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('each way of tying finds the right customer, and the error knows its request', async () => {
  const { code, stderr, lines } = await runExample(['07-tying-information']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // The order is that of the answers, which is not certain on a busy machine.
  expect([
    ...lines.slice(0, 1),
    ...lines.slice(1, 4).sort(),
    lines[4],
    ...lines.slice(5, 8).sort(),
    ...lines.slice(8),
  ]).toEqual([
    'attributes',
    '  line 0: ada got 200',
    '  line 1: bob got 404',
    '  line 2: cyd got 200',
    'a Map',
    '  ada got 200',
    '  bob got 404',
    '  cyd got 200',
    'closures',
    '  cyd has 3, bob has 3, ada has 3',
    'a pair as the result',
    '  ada got 200',
    '  bob got 404',
    '  cyd got 200',
    'the error knows',
    '  ConnectionError for GET http://127.0.0.1:1/orders?customer=dee',
    '  and so does the future: true',
  ]);
});

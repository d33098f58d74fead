import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('a session opens one connection for fifty requests, unless the server or an unread body stands in the way', async () => {
  const { code, stderr, stdout } = await runExample(['02-persistent-connections']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\S.*?) +(\d+) +(\d+) +\d+\.\d\d$/gm)];
  expect(
    rows.map(([, name, requests, connections]) => [name, Number(requests), Number(connections)]),
  ).toEqual([
    ['requests.get(url)', 50, 50],
    ['session.get(url)', 50, 1],
    // The first of them goes over the connection that was there.
    ['… from a server that hangs up', 50, 49],
    ['… stream: true, body never read', 50, 50],
    ['… stream: true, body read', 50, 1],
  ]);
});

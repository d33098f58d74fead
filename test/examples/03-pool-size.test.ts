import { expect, test } from 'vitest';
import { runExample } from '../helpers/run-example.js';

test('a small pool opens connections anew, a blocking one makes requests wait, and each host needs a pool', async () => {
  const { code, stderr, stdout } = await runExample(['03-pool-size']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\S.*?) +(\d+) +(\d+) +(\d+)$/gm)];
  expect(rows.map((row) => row.slice(2).map(Number))).toEqual([
    [36, 12, 12],
    // Each round keeps three of its twelve connections.
    [36, 30, 12],
    [36, 3, 3],
  ]);
  expect(stdout).toContain('because the pool was full: 27\n');
  expect(stdout).toContain('pool_connections: 1, two hosts in turn, 10 requests: 10 connections');
  expect(stdout).toContain('pool_connections: 2, two hosts in turn, 10 requests: 2 connections');
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BullMQExecutor } from 'requests-futures/bullmq';
import * as tasks from './fixtures/tasks.mjs';
import { eventually, hasRedis, newQueue, startRedis, startWorker, worker } from './redis.js';

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [worker, ...args], { encoding: 'utf8', timeout: 60_000 });
}

describe('the command requests-futures-worker', () => {
  test('explains itself, and says its version', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    for (const flag of [
      'queue',
      'redis',
      'module',
      'max-workers',
      'threads',
      'per-second',
      'prefix',
      'grace',
      'health-port',
    ]) {
      expect(stdout).toContain(`--${flag} `);
    }
    expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('refuses what it does not understand, in one line, without a password', () => {
    for (const [args, message] of [
      [[], '--queue is required'],
      [['--queue', 'q', '--workers', '2'], "Unknown option '--workers'"],
      [['--queue', 'q', '--max-workers', 'many'], "--max-workers must be a number, got 'many'"],
      [['--queue', 'q', '--max-workers', '0'], 'max_workers must be greater than 0'],
      [['--queue', 'q', '--redis', 'user:secret@host'], 'connection must be a URL'],
      [['--queue', 'q', '--module', './nowhere.js'], 'Cannot find module'],
    ] as const) {
      const { status, stderr } = run(...args);
      expect(status).toBe(2);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain('secret');
    }
  });

  test('says which module cannot be imported, also where its import does not end', () => {
    for (const [file, message] of [
      ['fixtures/throws-at-import.mjs', 'fixtures/throws-at-import.mjs: not today'],
      ['fixtures/never-imported.mjs', 'fixtures/never-imported.mjs: its import does not end'],
    ] as const) {
      const module = fileURLToPath(new URL(file, import.meta.url));
      const { status, stderr } = run('--queue', 'q', '--module', module);
      expect(status).toBe(2);
      expect(stderr).toContain(message);
    }
  });

  test.skipIf(!hasRedis)('logs each call in a line of JSON, and tells of its health', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const started = await startWorker(redis.url, queue, ['--health-port', '0', '--prefix', 'other']);
    const ready = await started.ready;
    expect(ready['functions']).toContain('add');
    const executor = new BullMQExecutor({ queue, connection: redis.url, prefix: 'other' });
    onTestFinished(() => executor.shutdown({ wait: false }));
    await executor.submit(tasks.add, 1, 2);
    await executor.submit(tasks.fail, 'oops').exception();
    await eventually(() => started.calls).toMatchObject([
      { event: 'call', function: 'add', outcome: 'returned', seconds: expect.any(Number) as number },
      { event: 'call', function: 'fail', outcome: 'threw', error: 'TypeError: oops' },
    ]);
    const url = `http://127.0.0.1:${String(ready['health'])}/health`;
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', running: 0, served: 2, refused: 0, skipped: 0 });
    expect((await fetch(`${url}/other`)).status).toBe(404);
    await redis.stop();
    await eventually(async () => (await fetch(url)).status).toBe(503);
  });

  test.skipIf(!hasRedis)('ends at once when it is told to and has nothing to do', async () => {
    const redis = await startRedis();
    const started = await startWorker(redis.url, newQueue());
    started.kill('SIGTERM');
    expect(await started.exited).toBe(0);
    expect(started.lines.map(({ event }) => event)).toEqual(['ready', 'stopping', 'stopped']);
    expect(started.stderr).toEqual([]);
  });
});

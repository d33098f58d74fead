import { expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { type Outcome, runNode } from '../helpers/child.js';

/** Runs one of the scripts in `fixtures/`. */
function runFixture(
  script: string,
  execArgv: readonly string[] = [],
  args: readonly string[] = [],
): Promise<Outcome> {
  const path = fileURLToPath(new URL(`./fixtures/${script}`, import.meta.url));
  return runNode([...execArgv, '--import', 'tsx', path, ...args]);
}

test('27: errors that nobody reads are silent: no unhandled rejection, no output, exit code 0', async () => {
  expect(await runFixture('unread-errors.ts')).toEqual({ code: 0, stdout: 'end\n', stderr: '' });
});

test('27: a promise that somebody asked for and dropped is not', async () => {
  const { stdout } = await runFixture('unread-errors.ts', [], ['--read']);
  expect(stdout).toBe('end\nunhandled: Error: sync\n');
});

test('36: no timer lingers after its wait has ended', async () => {
  // One that did would have the child killed, which is not exit code 0.
  expect(await runFixture('no-lingering.ts')).toEqual({ code: 0, stdout: 'end\n', stderr: '' });
});

test('36: a wait with a timeout keeps the process alive; without one Node ends with code 13', async () => {
  const { code, stdout } = await runFixture('waits-with-timer.ts');
  expect([code, stdout]).toEqual([13, 'TimeoutError\n']);
});

test('126: running and queued calls are completed at exit, and the exit status is kept', async () => {
  const { code, stdout } = await runFixture('drains-at-exit.ts');
  expect(stdout).toBe('main is done\nrunning\nqueued\nqueued too\n');
  expect(code).toBe(3);
});

test('81, 96: pools and iterators keep nothing of what they are done with', async () => {
  const { stdout, stderr } = await runFixture('memory.ts', ['--expose-gc']);
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual([
    'finished call, worker busy: 0 of 4 alive',
    'cancelled call, future kept: 0 of 2 alive',
    'finished call, pool idle: 0 of 4 alive',
    'yielded by as_completed: 0 of 6 alive',
    '1 true',
  ]);
});

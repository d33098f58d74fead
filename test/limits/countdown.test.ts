import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Countdown } from '../../src/limits/countdown.js';
import { runNode } from '../helpers/child.js';

const COUNTDOWN = new URL('../../build/src/limits/countdown.js', import.meta.url).href;

/** Goes on until this many milliseconds have passed, and the loop has turned a few times since. */
async function passed(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) await setImmediate();
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
}

describe('a countdown', () => {
  test.each([0, 0.4, 1, 1.6, 12.7, 30])('ends once, and never before its time: %s ms', async (wanted) => {
    for (let round = 0; round < 10; round += 1) {
      const began = performance.now();
      let count = 0;
      const ended = await new Promise<number>((resolve) => {
        new Countdown(() => {
          count += 1;
          resolve(performance.now());
        }, wanted);
      });
      expect(ended - began).toBeGreaterThanOrEqual(wanted);
      await passed(2);
      expect(count).toBe(1);
    }
  });

  test.each([0.5, 3])('does not end once it is cancelled: %s ms', async (wanted) => {
    let hasEnded = false;
    const countdown = new Countdown(() => (hasEnded = true), wanted);
    countdown.cancel();
    await passed(wanted + 3);
    expect(hasEnded).toBe(false);
  });

  test('can be cancelled in its last millisecond', async () => {
    let hasEnded = false;
    const countdown = new Countdown(() => (hasEnded = true), 5.9);
    // Behind the timer, which is over before the countdown is.
    for (const end = performance.now() + 5.3; performance.now() < end; ) await setImmediate();
    const isOver = hasEnded;
    countdown.cancel();
    await passed(5);
    expect(hasEnded).toBe(isOver);
  });

  // Shorter than a millisecond, it is no timer of Node's.
  test.each([0.9, 20.9])('keeps the process alive only while it is to do so: %s ms', async (wanted) => {
    for (const [calls, expected] of [
      ['', 'ended\n'],
      ['countdown.unref();', ''],
      ['countdown.unref(); countdown.ref();', 'ended\n'],
    ] as const) {
      const { stdout, code } = await runNode([
        '--input-type=module',
        '--eval',
        `import { Countdown } from '${COUNTDOWN}';
         const countdown = new Countdown(() => console.log('ended'), ${wanted});
         ${calls}`,
      ]);
      expect({ stdout, code }).toEqual({ stdout: expected, code: 0 });
    }
  });
});

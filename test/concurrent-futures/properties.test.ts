/** `wait` and `as_completed` against what they must do, for random inputs and random orders of completion. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ALL_COMPLETED,
  as_completed,
  AsyncPoolExecutor,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  wait,
} from '../../src/concurrent-futures/index.js';
import { gate, isPending, settle } from '../helpers/async.js';

type Ending = 'result' | 'error' | 'cancel';

interface Plan {
  /** How each future ends. */
  endings: Ending[];
  /** In which order they end; those that come before `before` do so before the call. */
  order: number[];
  before: number;
  /** After which ones the consumer gets a turn. */
  turns: boolean[];
  /** Inputs that are given twice. */
  repeated: number[];
}

const plans: fc.Arbitrary<Plan> = fc.integer({ min: 0, max: 12 }).chain((count) =>
  fc.record({
    endings: fc.array(fc.constantFrom<Ending>('result', 'error', 'cancel'), {
      minLength: count,
      maxLength: count,
    }),
    order: fc.shuffledSubarray(
      Array.from({ length: count }, (_, index) => index),
      { minLength: count, maxLength: count },
    ),
    before: fc.integer({ min: 0, max: count }),
    turns: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
    repeated: fc.array(fc.nat(Math.max(0, count - 1)), { maxLength: count }),
  }),
);

function end(future: Future<number>, ending: Ending | undefined): void {
  if (ending === 'result') future.set_result(1);
  else if (ending === 'error') future.set_exception(new Error('x'));
  else {
    future.cancel();
    future.set_running_or_notify_cancel();
  }
}

function setUp({ endings, order, before, repeated }: Plan) {
  const futures = endings.map(() => new Future<number>());
  const pick = (index: number): Future<number> => futures[index] ?? new Future();
  const finish = (index: number): void => {
    end(pick(index), endings[index]);
  };
  for (const index of order.slice(0, before)) finish(index);
  const input = endings.length === 0 ? [] : [...futures, ...repeated.map(pick)];
  return { futures, finish, input, later: order.slice(before) };
}

test('66, 69, 70, 71: as_completed yields each future once: the done ones in input order, the others as they complete', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { futures, finish, input, later } = setUp(plan);
      const early = plan.order.slice(0, plan.before).sort((a, b) => a - b);
      const all = as_completed(input).toArray();
      await settle();
      for (const index of later) {
        finish(index);
        if (plan.turns[index]) await settle();
      }
      expect((await all).map((future) => futures.indexOf(future))).toEqual([...early, ...later]);
      expect(futures.every((future) => future._waiters === null)).toBe(true);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test.each([ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION] as const)(
  '55, 56, 57: wait returns exactly when %s says so, with exactly the futures that are complete',
  async (return_when) => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { futures, finish, input, later } = setUp(plan);
        const complete = new Set(plan.order.slice(0, plan.before));
        const enough = (): boolean =>
          complete.size === futures.length ||
          (return_when === FIRST_COMPLETED && complete.size > 0) ||
          (return_when === FIRST_EXCEPTION && [...complete].some((index) => plan.endings[index] === 'error'));

        const answer = wait(input, { return_when });
        for (const index of later) {
          expect(await isPending(answer)).toBe(!enough());
          if (enough()) break;
          finish(index);
          complete.add(index);
        }
        expect(enough()).toBe(true);
        const { done, not_done } = await answer;
        expect([...done]).toEqual(futures.filter((_, index) => complete.has(index)));
        expect([...not_done]).toEqual(futures.filter((_, index) => !complete.has(index)));
        expect(
          futures.every(({ _waiters: left }) => left === null || (left as Set<unknown>).size === 0),
        ).toBe(true);
      }),
      { seed: 2, numRuns: 25 },
    );
  },
);

test('85, 95, 118: a pool runs what was not cancelled, in order, never more than max_workers at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ cancel: fc.boolean(), async: fc.boolean(), fails: fc.boolean() }), {
        maxLength: 20,
      }),
      async (max_workers, calls) => {
        const executor = new AsyncPoolExecutor(max_workers);
        const hold = gate();
        const started: number[] = [];
        let running = 0;
        let most = 0;
        const futures = calls.map((call, index) =>
          executor.submit(() => {
            started.push(index);
            running += 1;
            most = Math.max(most, running);
            const leave = (): number => {
              running -= 1;
              if (call.fails) throw new Error('x');
              return index;
            };
            return call.async ? hold.promise.then(leave) : leave();
          }),
        );
        const cancelled = futures.map((future, index) => (calls[index]?.cancel ?? false) && future.cancel());
        expect(executor.queued).toBe(
          Math.max(0, calls.length - max_workers) - cancelled.filter(Boolean).length,
        );
        hold.open();
        await executor.shutdown();
        expect(started).toEqual([...futures.keys()].filter((index) => !cancelled[index]));
        expect(most).toBeLessThanOrEqual(max_workers);
        for (const [index, future] of futures.entries()) {
          expect(future.cancelled()).toBe(cancelled[index]);
          if (!cancelled[index]) expect(future.exception_now() !== null).toBe(calls[index]?.fails);
        }
      },
    ),
    { seed: 3, numRuns: 60 },
  );
});

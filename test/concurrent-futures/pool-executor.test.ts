import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokenProcessPool, Future } from '../../src/concurrent-futures/index.js';
import { Fifo } from '../../src/builtins/fifo.js';
import { PoolExecutor } from '../../src/concurrent-futures/pool-executor.js';
import type { WorkItem } from '../../src/concurrent-futures/work-item.js';
import { type QueueEntry, WorkQueue } from '../../src/builtins/work-queue.js';
import { rejection } from '../helpers/failures.js';

/** A pool that hands its calls to somebody else, as one with worker threads does. */
class Remote extends PoolExecutor {
  readonly sent: { item: WorkItem; args: readonly unknown[] }[] = [];
  readonly events: string[] = [];

  protected override openSlot(): void {
    this.send();
  }

  protected override drained(): void {
    this.events.push('drained');
  }

  send(): void {
    const item = this.nextCall();
    if (item === null) return;
    this.sent.push({ item, args: item.args ?? [] });
    item.future.set_abort_handler((reason) => this.events.push(`abort ${String(reason)}`));
    item.drop();
  }

  answer(index: number, value: unknown): void {
    this.sent[index]?.item.succeed(value);
    this.send();
  }

  die(): void {
    this.breakPool(() => new BrokenProcessPool('died'));
    for (const { item } of this.sent) {
      if (item.future.done()) continue;
      item.fail(new BrokenProcessPool('died'));
      this.send();
    }
  }
}

describe('a pool that sends its calls elsewhere', () => {
  test('gets them in order, at most max_workers at once, and the queue is exact', async () => {
    const pool = new Remote(2);
    const futures = [0, 1, 2, 3].map((n) => pool.submit((x: number) => x, n));
    expect(pool.sent.map(({ args }) => args)).toEqual([[0], [1]]);
    expect([pool.running, pool.queued]).toEqual([2, 2]);
    expect(futures[2]?.cancel()).toBe(true);
    const idle = pool.idle();
    pool.answer(1, 'one');
    expect(pool.sent.map(({ args }) => args)).toEqual([[0], [1], [3]]);
    pool.answer(0, 'zero');
    pool.answer(2, 'three');
    await idle;
    expect(await futures[3]).toBe('three');
    expect(pool.events).toEqual(['drained']);
  });

  test('a sent call is aborted through its handler and not withdrawn', () => {
    const pool = new Remote(1);
    const future = pool.submit(() => 1);
    expect(future.abort('why')).toBe(true);
    expect(future.running()).toBe(true);
    expect(pool.events).toEqual(['abort why']);
  });

  test('breaking fails queued calls, later submissions, and keeps counting', async () => {
    const pool = new Remote(1);
    const futures = [0, 1, 2].map((n) => pool.submit(() => n));
    pool.die();
    const errors = await Promise.all(futures.map((future) => rejection(future)));
    expect(new Set(errors).size).toBe(3);
    expect(errors.every((error) => error instanceof BrokenProcessPool)).toBe(true);
    expect(() => pool.submit(() => 1)).toThrow(BrokenProcessPool);
    await pool.shutdown();
    expect([pool.running, pool.queued]).toEqual([0, 0]);
  });
});

class Entry implements QueueEntry {
  queue: object | null = null;
  previous: this | null = null;
  next: this | null = null;
}

test('WorkQueue behaves like an array from which anything can be removed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant('push'), fc.constant('shift'), fc.nat(20)), { maxLength: 100 }),
      (steps) => {
        const queue = new WorkQueue<Entry>();
        const model: Entry[] = [];
        const all: Entry[] = [];
        for (const step of steps) {
          if (step === 'push') {
            const entry = new Entry();
            all.push(entry);
            model.push(entry);
            queue.push(entry);
          } else if (step === 'shift') {
            expect(queue.shift()).toBe(model.shift() ?? null);
          } else {
            const entry = all[step];
            if (entry === undefined) continue;
            const index = model.indexOf(entry);
            expect(queue.remove(entry)).toBe(index >= 0);
            if (index >= 0) model.splice(index, 1);
            expect([entry.queue, entry.previous, entry.next]).toEqual([null, null, null]);
          }
          expect([queue.length, queue.peek()]).toEqual([model.length, model[0] ?? null]);
        }
      },
    ),
    { seed: 20, numRuns: 200 },
  );
});

test('WorkQueue does not remove what stands in another queue', () => {
  const [one, two] = [new WorkQueue<Entry>(), new WorkQueue<Entry>()];
  const entry = new Entry();
  one.push(entry);
  expect(two.remove(entry)).toBe(false);
  expect(one.length).toBe(1);
});

test('Fifo behaves like an array', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat())), (steps) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      for (const step of steps) {
        if (step === null) expect(fifo.shift()).toBe(model.shift());
        else {
          fifo.push(step);
          model.push(step);
        }
        expect(fifo.length).toBe(model.length);
      }
    }),
    { seed: 21 },
  );
});

test('a future of a pool is a plain Future', () => {
  expect(Object.getPrototypeOf(new Remote(1).submit(() => 1))).toBe(Future.prototype);
});

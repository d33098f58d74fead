import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../src/builtins/index.js';
import * as futures from '../../src/concurrent-futures/index.js';
import {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  CancelledError,
  Future,
  FuturesError,
  InvalidStateError,
  TimeoutError,
} from '../../src/concurrent-futures/index.js';
import { rejection, thrown } from '../helpers/failures.js';
import { captureLog } from '../helpers/log.js';

const log = captureLog();

const states = {
  pending: () => new Future<number>(),
  running: () => {
    const future = new Future<number>();
    future.set_running_or_notify_cancel();
    return future;
  },
  cancelled: () => {
    const future = new Future<number>();
    future.cancel();
    return future;
  },
  notified: () => {
    const future = new Future<number>();
    future.cancel();
    future.set_running_or_notify_cancel();
    return future;
  },
  finished: () => {
    const future = new Future<number>();
    future.set_result(42);
    return future;
  },
  failed: () => {
    const future = new Future<number>();
    future.set_exception(new TypeError('bad'));
    return future;
  },
};

function flags(future: Future): string {
  return [future.running() && 'running', future.done() && 'done', future.cancelled() && 'cancelled']
    .filter(Boolean)
    .join(' ');
}

describe('states', () => {
  test('1: a new Future is pending and can be made by hand', () => {
    expect(flags(new Future())).toBe('');
    expect(String(new Future())).toMatch(/state=pending/);
  });

  test('2: running(), done() and cancelled() tell the state', () => {
    expect(Object.fromEntries(Object.entries(states).map(([name, make]) => [name, flags(make())]))).toEqual({
      pending: '',
      running: 'running',
      cancelled: 'done cancelled',
      notified: 'done cancelled',
      finished: 'done',
      failed: 'done',
    });
  });

  test('3, 4: cancel() works while pending, tells the truth afterwards and never interrupts', () => {
    const result = Object.entries(states).map(([name, make]) => {
      const future = make();
      const before = String(future);
      const cancelled = future.cancel();
      return [name, cancelled, String(future) === before];
    });
    expect(result).toEqual([
      ['pending', true, false],
      ['running', false, true],
      ['cancelled', true, true],
      ['notified', true, true],
      ['finished', false, true],
      ['failed', false, true],
    ]);
  });

  test('5: set_running_or_notify_cancel() starts a pending future and refuses a cancelled one', () => {
    const future = states.pending();
    expect(future.set_running_or_notify_cancel()).toBe(true);
    expect(future.running()).toBe(true);
    const cancelled = states.cancelled();
    expect(cancelled.set_running_or_notify_cancel()).toBe(false);
    expect(
      thrown(() => {
        cancelled.set_result(1);
      }),
    ).toHaveProperty('message', expect.stringMatching(/^CANCELLED_AND_NOTIFIED: /));
  });

  test.each(['running', 'notified', 'finished', 'failed'] as const)(
    '5, 6: set_running_or_notify_cancel() of a %s future throws, logs and changes nothing',
    (name) => {
      const future = states[name]();
      const before = String(future);
      const error = thrown(() => future.set_running_or_notify_cancel());
      expect(error).toBeInstanceOf(RuntimeError);
      expect(error).toHaveProperty('message', 'Future in unexpected state');
      expect(String(future)).toBe(before);
      expect(log).toMatchObject([
        {
          level: 'critical',
          name: 'concurrent.futures',
          message: expect.stringMatching(/in unexpected state: [A-Z]/) as string,
        },
      ]);
    },
  );

  test.each(['pending', 'running'] as const)('7: an outcome can be set while %s', (name) => {
    const good = states[name]();
    good.set_result(1);
    expect(good.result_now()).toBe(1);
    const bad = states[name]();
    const error = new Error('x');
    bad.set_exception(error);
    expect(bad.exception_now()).toBe(error);
  });

  test.each([
    ['cancelled', 'CANCELLED', 'cancelled'],
    ['notified', 'CANCELLED_AND_NOTIFIED', 'cancelled'],
    ['finished', 'FINISHED', 'finished returned number'],
    ['failed', 'FINISHED', 'finished raised TypeError'],
  ] as const)('8: a second outcome for a %s future is an InvalidStateError', (name, state, text) => {
    const future = states[name]();
    for (const set of [
      () => {
        future.set_result(7);
      },
      () => {
        future.set_exception(new Error('late'));
      },
    ]) {
      const error = thrown(set);
      expect(error).toBeInstanceOf(InvalidStateError);
      expect((error as Error).message).toMatch(
        new RegExp(`^${state}: <Future at 0x[0-9a-f]+ state=${text}>$`),
      );
    }
    expect(String(future)).toContain(`state=${text}>`);
  });

  test('15: each transition is one synchronous step: whoever is told finds the outcome', () => {
    const future = new Future<number>();
    const seen: unknown[] = [];
    future.add_done_callback((f) => seen.push(f.done(), f.result_now()));
    future.set_result(3);
    expect(seen).toEqual([true, 3]);
  });
});

describe('errors', () => {
  test('9: CancelledError and InvalidStateError derive from the Error of the module; CancelledError is empty and new each time', async () => {
    expect(futures.Error).toBe(FuturesError);
    expect(new CancelledError()).toBeInstanceOf(FuturesError);
    expect(new InvalidStateError('x')).toBeInstanceOf(FuturesError);
    expect(new CancelledError()).toBeInstanceOf(Error);
    const future = states.cancelled();
    const [first, second] = [await rejection(future.result()), await rejection(future.result())];
    expect(first).toBeInstanceOf(CancelledError);
    expect(first).toHaveProperty('message', '');
    expect(first).toHaveProperty('name', 'CancelledError');
    expect(first).not.toHaveProperty('cause');
    expect(second).not.toBe(first);
  });

  test('10: TimeoutError is the built-in one, empty, and not a FuturesError', async () => {
    const error = await rejection(new Future().result(0));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).not.toBeInstanceOf(FuturesError);
    expect(error).toHaveProperty('message', '');
  });

  test('11: the broken errors are RuntimeErrors', () => {
    for (const cls of [BrokenThreadPool, BrokenProcessPool]) {
      expect(new cls('x')).toBeInstanceOf(BrokenExecutor);
      expect(new cls('x')).toBeInstanceOf(RuntimeError);
      expect(new cls('x').name).toBe(cls.name);
    }
    expect(new BrokenThreadPool('x')).not.toBeInstanceOf(BrokenProcessPool);
  });
});

describe('as an object', () => {
  function textOf(set: (future: Future) => void): string {
    const future = new Future();
    set(future);
    return String(future).replace(/0x[0-9a-f]+/, '0xID');
  }

  test('12: the text form is that of Python', () => {
    expect(Object.values(states).map((make) => String(make()).replace(/0x[0-9a-f]+/, '0xID'))).toEqual([
      '<Future at 0xID state=pending>',
      '<Future at 0xID state=running>',
      '<Future at 0xID state=cancelled>',
      '<Future at 0xID state=cancelled>',
      '<Future at 0xID state=finished returned number>',
      '<Future at 0xID state=finished raised TypeError>',
    ]);
    for (const [value, type] of [
      [null, 'null'],
      [undefined, 'undefined'],
      ['', 'string'],
      [[], 'Array'],
      [new Map(), 'Map'],
      [Object.create(null), 'object'],
    ] as const) {
      expect(
        textOf((future) => {
          future.set_result(value);
        }),
      ).toBe(`<Future at 0xID state=finished returned ${type}>`);
    }
  });

  test('12: what decides between "raised" and "returned" is how it ended, not whether the value is truthy', () => {
    expect(
      textOf((future) => {
        future.set_exception(0);
      }),
    ).toContain('finished raised number');
    expect(
      textOf((future) => {
        future.set_result(new Error('x'));
      }),
    ).toContain('finished returned Error');
  });

  test('12: inspect() shows it too, a subclass its own name, and each future keeps its id', () => {
    class PageFuture extends Future {}
    const [one, two] = [new PageFuture(), new PageFuture()];
    expect(inspect(one)).toMatch(/^<PageFuture at 0x[0-9a-f]+ state=pending>$/);
    expect(inspect({ one })).toContain('<PageFuture at 0x');
    expect(String(one)).toBe(String(one));
    expect(String(one)).not.toBe(String(two));
  });

  test('13: futures are compared by identity and take any attribute', () => {
    const future = Object.assign(new Future<number>(), { i: 3, state: 'mine', request: null });
    future.set_result(1);
    expect(future).toMatchObject({ i: 3, state: 'mine', request: null });
    expect(new Map([[future, 'x']]).get(future)).toBe('x');
    expect(new Set([future, new Future(), future]).size).toBe(2);
  });

  test('13: a proxy in front of a future works', async () => {
    const future = new Future<number>();
    const proxy = new Proxy(future, {});
    const waiting = proxy.result();
    proxy.set_result(5);
    expect(proxy.done()).toBe(true);
    expect(await waiting).toBe(5);
  });

  test.each(Object.keys(states) as (keyof typeof states)[])('14: a %s future cannot be cloned', (name) => {
    const future = states[name]();
    expect(() => structuredClone(future)).toThrow(/could not be cloned/);
    expect(() => structuredClone({ future })).toThrow(/could not be cloned/);
  });
});

describe('as a promise', () => {
  test('D1: await, then, catch, finally and the combinators take a future', async () => {
    const good = states.finished();
    const bad = states.failed();
    expect(await good).toBe(42);
    expect(await good.then((value) => value + 1)).toBe(43);
    expect(await bad.catch((error: unknown) => String(error))).toBe('TypeError: bad');
    expect(await bad.then(null, () => 'handled')).toBe('handled');
    const order: string[] = [];
    expect(await good.finally(() => order.push('finally'))).toBe(42);
    expect(order).toEqual(['finally']);
    expect(await Promise.all([good, states.finished()])).toEqual([42, 42]);
    expect((await Promise.allSettled([good, bad])).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
    ]);
    expect(Object.prototype.toString.call(good)).toBe('[object Future]');
  });

  test('D1: an async function may return a future', async () => {
    const future = new Future<string>();
    const promise = (async () => future)();
    future.set_result('x');
    expect(await promise).toBe('x');
  });
});

describe('reading without a promise (D2)', () => {
  test('result_now() and exception_now() give the outcome of a done future', () => {
    expect(states.finished().result_now()).toBe(42);
    expect(states.finished().exception_now()).toBeNull();
    const failed = states.failed();
    expect(thrown(() => failed.result_now())).toBe(failed.exception_now());
    for (const read of ['result_now', 'exception_now'] as const) {
      expect(() => states.cancelled()[read]()).toThrow(CancelledError);
      expect(() => states.notified()[read]()).toThrow(CancelledError);
      expect(() => states.pending()[read]()).toThrow(/^PENDING: <Future at 0x[0-9a-f]+ state=pending>$/);
      expect(() => states.running()[read]()).toThrow(InvalidStateError);
    }
  });
});

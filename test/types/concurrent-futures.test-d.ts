import { expectTypeOf } from 'vitest';
import {
  as_completed,
  AsyncPoolExecutor,
  Error as BaseError,
  Executor,
  FIRST_COMPLETED,
  Future,
  type FuturesError,
  type MapIterator,
  ThreadPoolExecutor,
  wait,
} from '../../src/concurrent-futures/index.js';

const executor = new AsyncPoolExecutor(4);

// submit: arguments are checked against the function, promises are unwrapped.
expectTypeOf(executor.submit((n: number) => n + 1, 1)).toEqualTypeOf<Future<number>>();
// eslint-disable-next-line @typescript-eslint/require-await -- the type of an async function is what is tested
expectTypeOf(executor.submit(async (text: string) => text, 'a')).toEqualTypeOf<Future<string>>();
expectTypeOf(executor.submit(() => new Future<Date>())).toEqualTypeOf<Future<Date>>();
// @ts-expect-error the function takes a number
executor.submit((n: number) => n, 'a');
// @ts-expect-error an argument is missing
executor.submit((n: number) => n);
// @ts-expect-error a function is needed
executor.submit();

// A Future is a promise of its value.
declare const future: Future<number>;
expectTypeOf(future).toExtend<Promise<number>>();
expectTypeOf<Awaited<typeof future>>().toEqualTypeOf<number>();
expectTypeOf(future.result(5)).toEqualTypeOf<Promise<number>>();
expectTypeOf(future.result({ timeout: 5 })).toEqualTypeOf<Promise<number>>();
expectTypeOf(future.exception()).toEqualTypeOf<Promise<Error | null>>();
expectTypeOf(future.result_now()).toEqualTypeOf<number>();
expectTypeOf(future.then(String)).toEqualTypeOf<Promise<string>>();
expectTypeOf(future).toExtend<Future>();
// @ts-expect-error an unknown keyword
void future.result({ seconds: 5 });

// Attributes attached to a future survive, in callbacks and through the helpers.
const tagged = [1, 2].map((i) => Object.assign(executor.submit(String, i), { i }));
tagged[0]?.add_done_callback((done) => {
  expectTypeOf(done.i).toEqualTypeOf<number>();
  expectTypeOf(done.result_now()).toEqualTypeOf<string>();
});
for await (const done of as_completed(tagged)) {
  expectTypeOf(done.i).toEqualTypeOf<number>();
  expectTypeOf(await done).toEqualTypeOf<string>();
}
// A second loop over the same type: TypeScript must not take futures for their results there.
for await (const done of as_completed(tagged)) expectTypeOf(done).toEqualTypeOf<(typeof tagged)[number]>();
async function* relay(): AsyncGenerator<[Future<string>, number]> {
  const iterator = as_completed(tagged);
  for await (const done of iterator) yield [done, done.i];
  expectTypeOf((await iterator.next()).value).toEqualTypeOf<(typeof tagged)[number] | undefined>();
}
for await (const [done] of relay()) expectTypeOf(done).toEqualTypeOf<Future<string>>();
const plain = [executor.submit(String, 1)];
for await (const done of as_completed(plain)) expectTypeOf(done).toEqualTypeOf<Future<string>>();
for await (const done of as_completed(new Set(plain))) expectTypeOf(done).toEqualTypeOf<Future<string>>();
expectTypeOf((await as_completed(tagged).toArray())[0]?.i).toEqualTypeOf<number | undefined>();

// A Map of futures: the keys are taken.
const urls = new Map(['a', 'b'].map((url) => [executor.submit(String, url), url]));
for await (const done of as_completed(urls, { timeout: 3 })) {
  expectTypeOf(done).toEqualTypeOf<Future<string>>();
  expectTypeOf(urls.get(done)).toEqualTypeOf<string | undefined>();
}
expectTypeOf((await wait(urls)).done).toEqualTypeOf<Set<Future<string>>>();
expectTypeOf((await wait(new Set(tagged))).done).toEqualTypeOf<Set<(typeof tagged)[number]>>();

// wait: a pair and a record.
const [done, not_done] = await wait(tagged, 5, FIRST_COMPLETED);
expectTypeOf(done).toEqualTypeOf<Set<(typeof tagged)[number]>>();
expectTypeOf(not_done).toEqualTypeOf<Set<(typeof tagged)[number]>>();
const named = await wait(tagged, { timeout: null, return_when: 'FIRST_EXCEPTION' });
expectTypeOf(named.not_done).toEqualTypeOf<typeof not_done>();
// @ts-expect-error no such condition
void wait(tagged, { return_when: 'SOME' });
// @ts-expect-error not futures
void wait([1, 2]);

// map: one to five iterables of any kind, and options at the end.
async function* asyncTexts(): AsyncGenerator<string> {
  yield await Promise.resolve('a');
}
expectTypeOf(executor.map((n) => n * 2, [1, 2])).toEqualTypeOf<MapIterator<number>>();
expectTypeOf(executor.map((n) => Promise.resolve(n), [1])).toExtend<AsyncIterableIterator<number>>();
expectTypeOf(executor.map((a, b) => `${a}${b}`, [1], asyncTexts(), { timeout: 1 })).toEqualTypeOf<
  MapIterator<string>
>();
expectTypeOf(
  executor.map(
    (a, b, c, d, e) => [a, b, c, d, e] as const,
    [1],
    'text',
    [true],
    new Set([1n]),
    new Map([[1, 'x']]),
    {
      buffersize: 2,
    },
  ),
).toEqualTypeOf<MapIterator<readonly [number, string, boolean, bigint, [number, string]]>>();
expectTypeOf(executor.map(() => 1)).toEqualTypeOf<MapIterator<number>>();
// @ts-expect-error the elements are strings
executor.map((n: number) => n, ['a']);
// @ts-expect-error no such option
executor.map((n: number) => n, [1], { prefetch: 1 });

// The two names of one class, both ways of construction, and an executor of one's own.
expectTypeOf(ThreadPoolExecutor).toEqualTypeOf<typeof AsyncPoolExecutor>();
new ThreadPoolExecutor({ max_workers: 2, initializer: (name: string) => name, initargs: ['a'] });
new ThreadPoolExecutor(2, { thread_name_prefix: 'x' });
// @ts-expect-error a string is no number of workers
new ThreadPoolExecutor('2');
class Inline extends Executor {
  override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    return executor.submit(fn, ...args);
  }
}
expectTypeOf(new Inline().map(String, [1])).toEqualTypeOf<MapIterator<string>>();
expectTypeOf(new Inline()).toExtend<AsyncDisposable>();
expectTypeOf(BaseError).toEqualTypeOf<typeof FuturesError>();

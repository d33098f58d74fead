/** Holds the blocking door against the others, member by member: what gives a promise there gives its value here. */
import { expectTypeOf } from 'vitest';
import type * as awaitedFutures from 'requests-futures';
import type * as awaitedRequests from 'requests-futures/requests';
import type * as awaitedConcurrent from 'requests-futures/concurrent-futures';
import * as blocking from 'requests-futures/blocking';

type Keys<T> = Extract<keyof T, string>;

// Every name of every door is there.
expectTypeOf<
  Exclude<keyof typeof awaitedFutures, keyof typeof blocking | 'abort_signal'>
>().toEqualTypeOf<never>();
// The limiters hold requests back in the thread that sends, which is not the caller's: here a FuturesSession has limits.
type Limiters = 'LimiterAdapter' | 'LimiterMixin' | 'LimiterSession' | 'SharedLimiter';
expectTypeOf<
  Exclude<keyof typeof awaitedRequests, keyof typeof blocking.requests>
>().toEqualTypeOf<Limiters>();
expectTypeOf<
  Exclude<
    keyof typeof awaitedConcurrent,
    keyof typeof blocking.concurrent.futures | 'abort_signal' | 'current_worker_name'
  >
>().toEqualTypeOf<never>();

// Every name of every submodule is there, but for the pools, which send by themselves.
type Submodule = 'auth' | 'cookies' | 'exceptions' | 'hooks' | 'models' | 'structures' | 'utils';
type Missing<M extends Submodule> = Exclude<
  keyof (typeof awaitedRequests)[M],
  keyof (typeof blocking.requests)[M]
>;
expectTypeOf<{ [M in Submodule]: Missing<M> }[Submodule]>().toEqualTypeOf<never>();
expectTypeOf<
  Exclude<keyof typeof awaitedRequests.adapters, keyof typeof blocking.requests.adapters>
>().toEqualTypeOf<never>();
expectTypeOf<
  Exclude<keyof typeof awaitedRequests.urllib3, keyof typeof blocking.requests.urllib3>
>().toEqualTypeOf<'HTTPConnectionPool' | 'HTTPSConnectionPool' | 'PoolManager' | 'ProxyManager'>();

// Every member of every class is there, but for those that make a promise of an object.
type Promising = 'then' | 'catch' | 'finally' | 'set_abort_handler';
expectTypeOf<Exclude<Keys<awaitedRequests.Response>, Keys<blocking.Response>>>().toEqualTypeOf<'readNow'>();
expectTypeOf<Exclude<Keys<awaitedRequests.Session>, Keys<blocking.Session>>>().toEqualTypeOf<never>();
expectTypeOf<
  Exclude<Keys<awaitedFutures.FuturesSession>, Keys<blocking.FuturesSession>>
>().toEqualTypeOf<never>();
expectTypeOf<
  Exclude<Keys<awaitedFutures.Future>, Keys<blocking.Future> | Promising | `_${string}`>
>().toEqualTypeOf<never>();
expectTypeOf<
  Exclude<Keys<awaitedRequests.urllib3.HTTPResponse>, Keys<blocking.requests.urllib3.HTTPResponse>>
>().toEqualTypeOf<
  'reader' | 'received' | 'spent' | 'closeWhenCollected' | 'nextPart' | 'readAll' | 'readAllSync'
>();
expectTypeOf<
  Exclude<Keys<awaitedRequests.HTTPAdapter>, Keys<blocking.HTTPAdapter>>
>().toEqualTypeOf<'build_response'>();

/** What a member gives once it has settled, with the classes of this door in the place of the others'. */
type Here<T> =
  T extends Promise<infer V>
    ? Here<V>
    : T extends awaitedRequests.Response
      ? blocking.Response
      : T extends awaitedRequests.urllib3.HTTPResponse
        ? blocking.requests.urllib3.HTTPResponse
        : T extends awaitedRequests.HTTPAdapter | awaitedRequests.adapters.BaseAdapter
          ? blocking.HTTPAdapter | blocking.requests.adapters.BaseAdapter
          : T;

/** The members whose results are not those of the other door, settled. */
type Different<A, B, K extends keyof A & keyof B = keyof A & keyof B> = {
  [M in K]: A[M] extends (...args: never[]) => infer Theirs
    ? B[M] extends (...args: never[]) => infer Ours
      ? [Here<Theirs>] extends [Ours]
        ? never
        : M
      : M
    : never;
}[K];

// The iterators are plain here, and the generic ones are compared below.
type Iterators = 'iter_content' | 'iter_lines' | typeof Symbol.asyncIterator;
expectTypeOf<
  Exclude<Different<awaitedRequests.Response, blocking.Response>, Iterators>
>().toEqualTypeOf<never>();
expectTypeOf<
  Exclude<Different<awaitedRequests.Session, blocking.Session>, 'resolve_redirects' | 'get_adapter'>
>().toEqualTypeOf<never>();

// These are internal: a call that waits lends its slot to others.
type Slots = 'lend' | 'reclaim' | 'withdraw';
expectTypeOf<
  Exclude<
    Keys<awaitedConcurrent.ThreadPoolExecutor>,
    Keys<blocking.ThreadPoolExecutor> | Slots | `_${string}`
  >
>().toEqualTypeOf<never>();
expectTypeOf<
  Exclude<
    Keys<awaitedConcurrent.ProcessPoolExecutor>,
    Keys<blocking.ProcessPoolExecutor> | Slots | `_${string}`
  >
>().toEqualTypeOf<never>();
// The others are internal: the session calls them.
expectTypeOf<Exclude<Keys<awaitedFutures.SessionLimits>, Keys<blocking.SessionLimits>>>().toEqualTypeOf<
  'isOn' | 'enter' | 'far' | 'pause' | 'resume' | 'cancel' | 'isIdle' | 'idle'
>();

declare const session: blocking.Session;
declare const response: blocking.Response;
declare const future: blocking.Future<number>;

expectTypeOf<ReturnType<typeof session.get>>().toEqualTypeOf<blocking.Response>();
expectTypeOf<ReturnType<typeof session.close>>().toBeVoid();
expectTypeOf<ReturnType<blocking.FuturesSession['get']>>().toEqualTypeOf<blocking.ResponseFuture>();
expectTypeOf<ReturnType<typeof response.read>>().toEqualTypeOf<Buffer>();
expectTypeOf<ReturnType<typeof future.result>>().toEqualTypeOf<number>();
expectTypeOf<ReturnType<typeof future.exception>>().toEqualTypeOf<Error | null>();
expectTypeOf<ReturnType<typeof blocking.get>>().toEqualTypeOf<blocking.Response>();

// The exceptions, and what has no waiting in it, are the very same.
expectTypeOf<typeof blocking.ConnectionError>().toEqualTypeOf<typeof awaitedRequests.ConnectionError>();
expectTypeOf<typeof blocking.TimeoutError>().toEqualTypeOf<typeof awaitedConcurrent.TimeoutError>();
expectTypeOf<typeof blocking.Retry>().toEqualTypeOf<typeof awaitedRequests.Retry>();
expectTypeOf<typeof blocking.PreparedRequest>().toEqualTypeOf<typeof awaitedRequests.PreparedRequest>();

for (const chunk of response.iter_content(10)) expectTypeOf(chunk).toEqualTypeOf<Buffer>();
for (const done of blocking.as_completed([Object.assign(future, { i: 1 })]))
  expectTypeOf(done.i).toEqualTypeOf<number>();

// Hooks, credentials and bodies that would have to run while the thread waits are refused by the types.
declare const later: (response: blocking.Response) => Promise<blocking.Response>;
// @ts-expect-error -- a hook that returns a promise
session.get('http://a', { hooks: { response: later } });
declare const flowing: AsyncGenerator<string>;
// @ts-expect-error -- an async generator
session.post('http://a', { data: flowing });
// @ts-expect-error -- a fetch of the caller's
new blocking.HTTPAdapter({ fetch: globalThis.fetch });
// @ts-expect-error -- an unknown option
session.get('http://a', { query: 'a' });

// What both flavours share can be overridden by methods.
class OwnResponse extends blocking.Response {
  override close(): void {
    super.close();
  }
}
expectTypeOf<OwnResponse['close']>().toEqualTypeOf<() => void>();

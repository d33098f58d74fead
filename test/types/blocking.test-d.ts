/** Holds the blocking door against the others, member by member: what gives a promise there gives its value here. */
import * as awaitedFutures from 'requests-futures';
import * as awaitedRequests from 'requests-futures/requests';
import * as awaitedConcurrent from 'requests-futures/concurrent-futures';
import * as blocking from 'requests-futures/blocking';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function assert<_T extends true>(): void {
  // The type argument is the assertion.
}

type Keys<T> = Extract<keyof T, string>;

// Every name of every door is there.
assert<Equal<Exclude<keyof typeof awaitedFutures, keyof typeof blocking | 'abort_signal'>, never>>();
assert<Equal<Exclude<keyof typeof awaitedRequests, keyof typeof blocking.requests>, never>>();
assert<
  Equal<
    Exclude<
      keyof typeof awaitedConcurrent,
      keyof typeof blocking.concurrent.futures | 'abort_signal' | 'current_worker_name'
    >,
    never
  >
>();

// Every member of every class is there, but for those that make a promise of an object.
type Promising = 'then' | 'catch' | 'finally' | 'set_abort_handler';
assert<Equal<Exclude<Keys<awaitedRequests.Response>, Keys<blocking.Response>>, 'readNow'>>();
assert<Equal<Exclude<Keys<awaitedRequests.Session>, Keys<blocking.Session>>, never>>();
assert<Equal<Exclude<Keys<awaitedFutures.FuturesSession>, Keys<blocking.FuturesSession>>, never>>();
assert<
  Equal<Exclude<Keys<awaitedFutures.Future>, Keys<blocking.Future> | Promising | `_${string}`>, never>
>();
assert<
  Equal<
    Exclude<Keys<awaitedRequests.urllib3.HTTPResponse>, Keys<blocking.requests.urllib3.HTTPResponse>>,
    'awaited' | 'nextPart' | 'readAll' | 'readAllSync'
  >
>();
assert<Equal<Exclude<Keys<awaitedRequests.HTTPAdapter>, Keys<blocking.HTTPAdapter>>, 'build_response'>>();

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
assert<Equal<Exclude<Different<awaitedRequests.Response, blocking.Response>, Iterators>, never>>();
assert<
  Equal<
    Exclude<Different<awaitedRequests.Session, blocking.Session>, 'resolve_redirects' | 'get_adapter'>,
    never
  >
>();

declare const session: blocking.Session;
declare const futures: blocking.FuturesSession;
declare const response: blocking.Response;
declare const future: blocking.Future<number>;

assert<Equal<ReturnType<typeof session.get>, blocking.Response>>();
assert<Equal<ReturnType<typeof session.close>, void>>();
assert<Equal<ReturnType<typeof futures.get>, blocking.ResponseFuture>>();
assert<Equal<ReturnType<typeof response.read>, Buffer>>();
assert<Equal<ReturnType<typeof future.result>, number>>();
assert<Equal<ReturnType<typeof future.exception>, Error | null>>();
assert<Equal<ReturnType<typeof blocking.get>, blocking.Response>>();

// The exceptions, and what has no waiting in it, are the very same.
assert<Equal<typeof blocking.ConnectionError, typeof awaitedRequests.ConnectionError>>();
assert<Equal<typeof blocking.TimeoutError, typeof awaitedConcurrent.TimeoutError>>();
assert<Equal<typeof blocking.Retry, typeof awaitedRequests.Retry>>();
assert<Equal<typeof blocking.PreparedRequest, typeof awaitedRequests.PreparedRequest>>();

for (const chunk of response.iter_content(10)) assert<Equal<typeof chunk, Buffer>>();
for (const done of blocking.as_completed([Object.assign(future, { i: 1 })]))
  assert<Equal<typeof done.i, number>>();

// Hooks, credentials and bodies that would have to run while the thread waits are refused by the types.
session.get('http://a', { hooks: { response: (r) => void r.text } });
// @ts-expect-error -- async
session.get('http://a', { hooks: { response: async (r: blocking.Response) => r } });
declare const flowing: AsyncGenerator<string>;
// @ts-expect-error -- an async generator
session.post('http://a', { data: flowing });
// @ts-expect-error -- a fetch of the caller's
new blocking.HTTPAdapter({ fetch: globalThis.fetch });
// @ts-expect-error -- an unknown option
session.get('http://a', { query: 'a' });

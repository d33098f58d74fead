import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as awaited from 'requests-futures';
import {
  as_completed,
  BrokenExecutor,
  CancelledError,
  concurrent,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  FuturesSession,
  HTTPAdapter,
  ProcessPoolExecutor,
  requests,
  Session,
  ThreadPoolExecutor,
  time,
  TimeoutError,
  wait,
} from 'requests-futures/blocking';
import * as tasks from '../fixtures/tasks.mjs';
import { FarServer, runScript } from './server.js';

let server: FarServer;

beforeAll(async () => {
  server = await FarServer.start();
});

afterAll(() => server.close());

beforeEach(() => {
  server.log();
});

const slow = (ms: number, n: number | string = ''): string => `${server.url}/slow?ms=${ms}&n=${n}`;

describe('a FuturesSession', () => {
  test('sends at most max_workers requests at once', () => {
    using session = new FuturesSession({ max_workers: 3 });
    const futures = [1, 2, 3, 4, 5, 6, 7].map((n) => session.get(slow(30, n)));
    expect(futures.map((future) => future.result().text)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((n) => `slow ${n}`),
    );
    expect(server.log().most).toBe(3);
  });

  test('has all errors in its futures, also those of a call that cannot be sent', () => {
    const session = new FuturesSession();
    expect(session.get('nowhere').exception()).toBeInstanceOf(requests.MissingSchema);
    const future = session.get(`${server.url}/echo`, { params: { a: new WeakMap() as never } });
    expect(future.exception()).toMatchObject({ name: 'PicklingError' });
    expect(() => session.get(undefined as never)).toThrow(TypeError);
  });

  test('keeps what is attached to a future, and notes its request', () => {
    const session = new FuturesSession();
    const future = Object.assign(session.get(`${server.url}/echo`), { i: 7 });
    for (const done of as_completed([future])) expect(done.i).toBe(7);
    expect(future.request?.url).toBe(`${server.url}/echo`);
  });

  test('takes an executor, positional or named, and leaves it open', () => {
    using executor = new ThreadPoolExecutor(2);
    new FuturesSession(executor).close();
    using session = new FuturesSession({ executor });
    expect(session.get(`${server.url}/echo`).result().status_code).toBe(200);
    expect(session.executor).toBe(executor);
  });

  test('sends through an inner session, of the usual class or of another', () => {
    const inner = new Session();
    inner.headers['X-Inner'] = '1';
    const session = new FuturesSession({ session: inner });
    expect(session.get(`${server.url}/echo`).result().json()).toMatchObject({ headers: { 'x-inner': '1' } });
    class Based extends Session {
      override request(...args: Parameters<Session['request']>): requests.Response {
        const [method, url, options] = args as [string, string, requests.RequestOptions];
        return super.request(method, server.url + url, options);
      }
    }
    const based = new FuturesSession({ session: new Based() });
    expect(based.get('/echo').result().status_code).toBe(200);
  });

  test('sends from threads of a ProcessPoolExecutor, and brings their cookies home', () => {
    using executor = new ProcessPoolExecutor({ max_workers: 2 });
    const session = new FuturesSession({ executor });
    expect(session.get(`${server.url}/cookie?name=a&value=1`).result().text).toBe('cookie');
    expect(session.cookies.get_dict()).toEqual({ a: '1' });
  });

  test('refuses requests after it was closed', () => {
    const session = new FuturesSession();
    session.close();
    expect(() => session.get(`${server.url}/echo`)).toThrow('cannot schedule new futures after shutdown');
  });

  test('has the result of a background_callback, as it is', () => {
    const session = new FuturesSession();
    const mine = new Map([['a', () => 1]]);
    const future = session.get(`${server.url}/echo`, { background_callback: () => mine });
    expect(future.result()).toBe(mine);
  });
});

describe('a future', () => {
  test('can be asked again after a timeout', () => {
    const future = new FuturesSession().get(slow(1000, 'again'));
    expect(() => future.result(0.02)).toThrow(TimeoutError);
    expect(() => future.exception({ timeout: 0 })).toThrow(TimeoutError);
    expect(future.running()).toBe(true);
    expect(future.result({ timeout: 10 }).text).toBe('slow again');
  });

  test('of a queued request is cancelled, and it is never sent; a running one goes on', () => {
    const session = new FuturesSession({ max_workers: 1 });
    const running = session.get(slow(100, 'running'));
    const queued = session.get(slow(1, 'queued'));
    const seen: string[] = [];
    queued.add_done_callback((future) => seen.push(String(future.cancelled())));
    expect(queued.cancel()).toBe(true);
    expect(seen).toEqual(['true']);
    expect(() => queued.result()).toThrow(CancelledError);
    expect(running.cancel()).toBe(false);
    expect(running.result().text).toBe('slow running');
    expect(server.log().log).toHaveLength(1);
  });

  test('of a running request is aborted', () => {
    const session = new FuturesSession();
    const future = session.get(`${server.url}/never`);
    time.sleep(0.05);
    const reason = new Error('enough');
    expect(future.abort(reason)).toBe(true);
    expect(future.exception()).toBeInstanceOf(requests.AbortError);
    expect(future.abort()).toBe(false);
  });

  test('of a queued request is cancelled by abort(), with its reason', () => {
    const session = new FuturesSession({ max_workers: 1 });
    const [first, queued] = [session.get(slow(50)), session.get(slow(50))];
    const reason = new Error('enough');
    expect(queued.abort(reason)).toBe(true);
    expect(queued.cancelled()).toBe(true);
    expect(() => queued.exception()).toThrow(CancelledError);
    expect(() => queued.exception()).toThrow(
      expect.toSatisfy((error: unknown) => (error as Error).cause === reason),
    );
    expect(queued.abort()).toBe(false);
    expect(first.result().status_code).toBe(200);
  });

  test('follows a signal that a hook aborts', () => {
    const session = new FuturesSession();
    const controller = new AbortController();
    const future = session.get(`${server.url}/never`, { signal: controller.signal });
    session
      .get(`${server.url}/echo`, {
        hooks: {
          response: () => {
            controller.abort();
          },
        },
      })
      .result();
    expect(future.exception()).toBeInstanceOf(requests.AbortError);
  });

  test('shares a signal with others, which are all aborted by it, and leaves no listener behind', () => {
    const session = new FuturesSession();
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const [first, second] = [1, 2].map(() => session.get(`${server.url}/never`, { signal }));
    session.get(`${server.url}/echo`, { signal }).result();
    expect(listeners).toBe(2);
    controller.abort();
    expect(first?.exception()).toBeInstanceOf(requests.AbortError);
    expect(second?.exception()).toBeInstanceOf(requests.AbortError);
    expect(listeners).toBe(0);
  });

  test('calls its callbacks in their order, while the thread waits for anything', () => {
    const seen: string[] = [];
    const future = new FuturesSession().get(`${server.url}/echo`);
    future.add_done_callback(() => {
      seen.push('first');
      throw new Error('logged');
    });
    future.add_done_callback((done) => {
      seen.push(String(done.result().status_code));
    });
    const logger = concurrent.futures.set_logger({ log: (level) => void seen.push(level) });
    while (seen.length < 3) time.sleep(0.01);
    concurrent.futures.set_logger(logger);
    expect(seen).toEqual(['first', 'error', '200']);
    future.add_done_callback(() => seen.push('late'));
    expect(seen.at(-1)).toBe('late');
  });

  test('logs what an async callback rejects with', async () => {
    const future = new Future();
    future.set_result(null);
    const logged = new Promise((resolve) => {
      concurrent.futures.set_logger({
        log: (level) => {
          resolve(level);
        },
      });
    });
    future.add_done_callback(() => Promise.reject(new Error('logged')));
    expect(await logged).toBe('error');
    concurrent.futures.set_logger(null);
  });

  test('made by hand has Python’s states', () => {
    const future = new Future<number>();
    expect([future.done(), future.running(), String(future)]).toEqual([
      false,
      false,
      expect.stringMatching(/pending/),
    ]);
    expect(() => future.result_now()).toThrow(concurrent.futures.InvalidStateError);
    future.set_running_or_notify_cancel();
    expect([future.running(), future.cancel()]).toEqual([true, false]);
    future.set_result(5);
    expect([future.result(), future.exception()]).toEqual([5, null]);
    expect(() => {
      future.set_result(6);
    }).toThrow(concurrent.futures.InvalidStateError);
  });
});

describe('as_completed and wait', () => {
  test('give futures in the order of their ends, the done ones first, each once', () => {
    const session = new FuturesSession({ max_workers: 4 });
    const futures = [900, 500, 100].map((ms) => Object.assign(session.get(slow(ms)), { ms }));
    const [, , last] = futures;
    last?.result();
    const order = [...as_completed([...futures, ...futures])].map(({ ms }) => ms);
    expect(order).toEqual([100, 500, 900]);
  });

  test('take a Map, and tell in time how many are unfinished', () => {
    const session = new FuturesSession();
    const futures = new Map([[session.get(`${server.url}/never`), 'a']]);
    expect(() => [...as_completed(futures, 0.05)]).toThrow('1 (of 1) futures unfinished');
    const { done, not_done } = wait(futures, 0.02);
    expect([done.size, not_done.size]).toEqual([0, 1]);
    expect(() => [...as_completed([new awaited.Future() as never])]).toThrow(
      /futures of requests-futures\/blocking/,
    );
  });

  test('return when the first is done, or has failed', () => {
    const session = new FuturesSession();
    const never = session.get(`${server.url}/never`);
    const quick = session.get(`${server.url}/echo`);
    expect(wait([never, quick], { return_when: FIRST_COMPLETED }).done).toEqual(new Set([quick]));
    const bad = session.get('nowhere');
    expect(wait([never, bad], { return_when: FIRST_EXCEPTION }).done).toEqual(new Set([bad]));
  });
});

describe('a ThreadPoolExecutor', () => {
  test('overlaps the requests of closures, at most max_workers deep', () => {
    using executor = new ThreadPoolExecutor(3);
    let deepest = 0;
    let depth = 0;
    const load = (n: number): string => {
      depth += 1;
      deepest = Math.max(deepest, depth);
      const { text } = requests.get(slow(300, n));
      depth -= 1;
      return text;
    };
    const futures = [1, 2, 3, 4, 5].map((n) => executor.submit(load, n));
    expect(futures.map((future) => future.result())).toEqual([1, 2, 3, 4, 5].map((n) => `slow ${n}`));
    expect(deepest).toBe(3);
  });

  test('has the verbs sent by the gateway, with their session', () => {
    using executor = new ThreadPoolExecutor(2);
    const session = new Session();
    const futures = [
      executor.submit(requests.get, `${server.url}/echo`),
      // Verbs are bound to their session.
      // eslint-disable-next-line @typescript-eslint/unbound-method -- as above
      executor.submit(session.get, `${server.url}/cookie?name=v&value=1`),
      // eslint-disable-next-line @typescript-eslint/unbound-method -- as above
      executor.submit(session.post, `${server.url}/echo`, { data: 'x' }),
    ];
    wait(futures);
    expect(futures.map((future) => future.result().status_code)).toEqual([200, 200, 200]);
    expect(session.cookies.get_dict()).toEqual({ v: '1' });
  });

  test('runs importable functions in real threads', () => {
    using executor = new ThreadPoolExecutor(2);
    expect(executor.submit(tasks.add, 2, 3).result()).toBe(5);
  });

  test('maps, in order, lazily where it is told to, and cancels what is left of it', () => {
    using executor = new ThreadPoolExecutor(2);
    expect([...executor.map((a: number, b: number) => a * b, [1, 2, 3], [4, 5, 6])]).toEqual([4, 10, 18]);
    const read: number[] = [];
    const source = (function* () {
      for (let n = 0; n < 10; n += 1) {
        read.push(n);
        yield n;
      }
    })();
    for (const value of executor.map((n: number) => n, source, { buffersize: 2 })) if (value === 1) break;
    expect(read.length).toBeLessThan(10);
    const failing = executor.map(
      (n: number) => {
        if (n === 1) throw new RangeError('one');
        return n;
      },
      [0, 1, 2],
    );
    expect(failing.next().value).toBe(0);
    expect(() => failing.next()).toThrow(RangeError);
    expect(() => [...executor.map(requests.get, [slow(1000)], { timeout: 0.05 })]).toThrow(TimeoutError);
  });

  test('refuses async functions and calls after its shutdown', () => {
    const executor = new ThreadPoolExecutor(1);
    const future = executor.submit(() => Promise.resolve(1));
    expect(future.exception()).toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/promise/) as string,
    });
    executor.shutdown();
    expect(() => executor.submit(() => 1)).toThrow('cannot schedule new futures after shutdown');
    expect(() => new ThreadPoolExecutor(0)).toThrow('max_workers must be greater than 0');
  });

  test('cancels what is queued when it is told to', () => {
    const executor = new ThreadPoolExecutor(1);
    const first = executor.submit(requests.get, slow(50));
    const queued = executor.submit(() => expect.unreachable());
    executor.shutdown({ cancel_futures: true });
    expect([first.result().status_code, queued.cancelled()]).toEqual([200, true]);
  });
});

test('a ProcessPoolExecutor computes elsewhere, and refuses closures', () => {
  using executor = new ProcessPoolExecutor(2);
  expect([...executor.map(tasks.add, [1, 2], [3, 4])]).toEqual([4, 6]);
  expect(() => executor.submit(() => 1)).toThrow(/Cannot pickle function/);
});

test('a gateway that ends fails the futures that are under way', async () => {
  const { stdout } = await runScript(
    `const { Fault } = await import(${JSON.stringify(new URL('fixtures/faults.mjs', import.meta.url).href)});
     const session = new FuturesSession();
     const futures = [session.get(BASE + '/never'), session.get(BASE + '/never', { params: new Fault('exit') })];
     console.log(futures.map((future) => future.exception() instanceof BrokenExecutor).join());
     console.log(session.get(BASE + '/echo').result().status_code);`,
    { url: server.url },
  );
  expect(stdout).toBe('true,true\n200\n');
  expect(BrokenExecutor).toBe(awaited.BrokenExecutor);
});

test('a program waits at its end for closures, too', async () => {
  const { stdout, code } = await runScript(
    `const executor = new ThreadPoolExecutor(2);
     for (const n of [1, 2, 3]) executor.submit(() => { console.log(requests.get(BASE + '/slow?ms=10&n=' + n).text); });
     console.log('end');`,
    { url: server.url },
  );
  expect(stdout.split('\n').slice(0, 4).sort()).toEqual(['end', 'slow 1', 'slow 2', 'slow 3']);
  expect(code).toBe(0);
});

describe('the message for', () => {
  test.each<[slip: string, run: () => unknown, says: string]>([
    ['new FuturesSession(10)', () => new FuturesSession(10 as never), '{ max_workers: 10 }'],
    [
      'new Session({ timeout })',
      () => Reflect.construct(Session, [{ timeout: 5 }]) as unknown,
      'session.timeout = 5',
    ],
    ["stream: 'true'", () => requests.get(server.url, { stream: 'true' as never }), 'true or false'],
    ['new HTTPAdapter(3)', () => new HTTPAdapter(3 as never), 'as an object, got number'],
    ["ThreadPoolExecutor(1, 'name')", () => new ThreadPoolExecutor(1, 'a' as never), 'thread_name_prefix'],
    [
      'ThreadPoolExecutor({ initializer: 5 })',
      () => new ThreadPoolExecutor({ initializer: 5 as never }),
      'a callable',
    ],
    [
      'ProcessPoolExecutor({ max_worker: 2 })',
      () => new ProcessPoolExecutor({ max_worker: 2 } as never),
      'max_workers',
    ],
    [
      "ProcessPoolExecutor({ threads: 'x' })",
      () => new ProcessPoolExecutor({ threads: 'x' as never }),
      'an integer',
    ],
    ['submit(fn())', () => new ThreadPoolExecutor(1).submit(5 as never).result(), 'submit(fn, ...args)'],
    ['map([1], fn)', () => new ThreadPoolExecutor(1).map([1] as never, [1]), 'map(fn, ...iterables)'],
    ['wait(future)', () => wait(new ThreadPoolExecutor(1).submit(() => 1) as never), '[future]'],
    ['as_completed(5)', () => [...as_completed(5 as never)], 'takes an iterable of futures, got number'],
    [
      'background_callback: 5',
      () => new FuturesSession().get(server.url, { background_callback: 5 as never }),
      'must be a function',
    ],
  ])('%s names what to write', (_slip, run, says) => {
    expect(run).toThrow(says);
  });
});

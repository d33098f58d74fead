/** The operations that a caller can call. */
import { type Reference, standForReference } from '../../builtins/index.js';
import { type Future, WorkerPoolExecutor } from '../../concurrent-futures/index.js';
import { forgetCopies, foreignId, setHomeId } from '../../pickle/index.js';
import {
  type HTTPAdapter,
  type PreparedRequest,
  type RequestOptions,
  type Response,
  type SendOptions,
  Session,
  type SessionSendOptions,
  type UrlInput,
} from '../../requests/index.js';
import type { Caller } from './caller.js';
import type { Pool } from './pools.js';
import { abortSignal } from './resolving.js';
import { setOriginal } from './originals.js';
import { TwinFuturesSession, TwinSession } from './twin-session.js';

type Fn = (...args: unknown[]) => unknown;

/** `requests.get()` and the like: a session for one request. */
async function once(
  caller: Caller,
  adapter: HTTPAdapter,
  method: string,
  url: UrlInput,
  options: RequestOptions,
): Promise<unknown> {
  const session = new TwinSession();
  const id = foreignId(adapter);
  // In the caller's thread, the responses get an adapter of that thread.
  if (id !== undefined) for (const own of session.adapters.values()) setHomeId(own, id);
  setOriginal(session, { caller, id: '', own: new Set() });
  try {
    return await session.request(method, url, options);
  } finally {
    await session.close();
  }
}

/** Registers a future under the number of its call, to cancel and abort it. */
function follow(caller: Caller, id: number, future: Future): Promise<unknown> {
  caller.futures.set(id, future);
  future.add_done_callback(() => {
    caller.futures.delete(id);
  });
  return future.result();
}

function send(
  caller: Caller,
  id: number,
  session: TwinSession | TwinFuturesSession,
  request: PreparedRequest,
  options: SessionSendOptions,
): Promise<unknown> {
  if (session instanceof TwinFuturesSession) return follow(caller, id, session.send(request, options));
  return session.sendHere(request, options);
}

/** Runs a function in a slot of a pool: `fn` itself in a thread, or a function of the caller's in the caller's thread. */
function submit(
  caller: Caller,
  id: number,
  pool: Pool,
  fn: Fn | Reference,
  args: readonly unknown[],
): Promise<unknown> {
  if (typeof fn === 'function') {
    const handle = caller.handles.get(fn) as number;
    return follow(
      caller,
      id,
      pool.slots.submit(() => caller.ask(handle, 'run', [])),
    );
  }
  const { slots, threads } = pool;
  const there = (): void => undefined;
  // Only the threads load its module: here it could be the very program that is blocked.
  standForReference(there, fn);
  const call: Fn = there;
  if (slots === threads) return follow(caller, id, threads.submit(call, ...args));
  return follow(
    caller,
    id,
    slots.submit(() => threads.submit(call, ...args)),
  );
}

/** One of a session's verbs, or of the functions of `requests`, in a slot of a pool. */
function submitRequest(
  caller: Caller,
  id: number,
  pool: Pool,
  session: TwinSession | HTTPAdapter,
  method: string,
  url: UrlInput,
  options: RequestOptions,
): Promise<unknown> {
  const run = (): Promise<unknown> =>
    session instanceof Session
      ? session.request(method, url, options)
      : once(caller, session, method, url, options);
  return follow(caller, id, pool.slots.submit(run));
}

/** Redirects that a caller follows one by one. */
const redirects = new WeakMap<Caller, Map<number, AsyncIterator<unknown, unknown>>>();

function openRedirects(
  caller: Caller,
  id: number,
  session: Session,
  response: Response,
  request: PreparedRequest,
  settings: SendOptions,
  yield_requests: boolean,
): number {
  const open = redirects.get(caller) ?? new Map<number, AsyncIterator<unknown, unknown>>();
  redirects.set(caller, open);
  open.set(id, session.resolve_redirects(response, request, { ...settings, yield_requests }));
  return id;
}

async function followRedirect(
  caller: Caller,
  _id: number,
  steps: number,
): Promise<readonly [unknown] | null> {
  const step = await redirects.get(caller)?.get(steps)?.next();
  return step === undefined || step.done === true ? null : [step.value];
}

/** Waits for limited requests, which are not submitted yet, and then for the pool if it is the session's own. */
async function finishSession(
  _caller: Caller,
  _id: number,
  session: TwinFuturesSession,
  pool: Pool | null,
  cancel_futures: boolean,
): Promise<void> {
  if (cancel_futures) session.limits.cancel();
  session.resume();
  // A paused pool would never begin them.
  pool?.slots.resume();
  await session.limits.idle();
  await pool?.shutdown(true, cancel_futures);
}

type Operation = (caller: Caller, id: number, ...args: never[]) => unknown;

const operations: Readonly<Record<string, Operation>> = {
  once: (caller, _id, ...args: [HTTPAdapter, string, UrlInput, RequestOptions]) => once(caller, ...args),
  request: (
    caller,
    id,
    session: TwinSession | TwinFuturesSession,
    ...args: [string, UrlInput, RequestOptions]
  ) =>
    session instanceof TwinFuturesSession
      ? follow(caller, id, session.request(...args))
      : session.request(...args),
  send,
  redirects: openRedirects,
  redirect: followRedirect,
  'end-redirects': (caller, _id, steps: number) => {
    void redirects.get(caller)?.get(steps)?.return?.();
    redirects.get(caller)?.delete(steps);
  },
  adapter: (_caller, _id, adapter: HTTPAdapter, request: PreparedRequest, options: SendOptions) =>
    adapter.send(request, options),
  'close-adapter': (_caller, _id, adapter: HTTPAdapter) => {
    adapter.close();
  },
  'forget-adapters': (_caller, _id, ids: readonly string[]) => {
    forgetCopies(ids);
  },
  forget: (caller, _id, session: string) => caller.twins.forget(session),
  pieces: (caller, _id, body: number, amt: number | null, decode: boolean) =>
    caller.bodies.pieces(body, amt, decode),
  all: (caller, _id, body: number) => caller.bodies.all(body),
  tell: (caller, _id, body: number) => caller.bodies.tell(body),
  close: (caller, _id, body: number) => {
    caller.bodies.close(body);
  },
  abort: (caller, _id, handle: number, aborted: { reason: unknown }) => {
    abortSignal(caller, handle, aborted);
  },
  submit,
  'submit-request': submitRequest,
  cancel: (caller, _id, call: number) => caller.futures.get(call)?.cancel() ?? false,
  'abort-call': (caller, _id, call: number, reason: unknown) =>
    caller.futures.get(call)?.abort(reason) ?? false,
  running: (caller, _id, call: number) => caller.futures.get(call)?.running() ?? false,
  shutdown: (_caller, _id, pool: Pool, wait: boolean, cancel_futures: boolean) =>
    pool.shutdown(wait, cancel_futures),
  pool: (_caller, _id, { slots }: Pool, what: 'pause' | 'resume' | 'idle') => slots[what](),
  'pool-state': (_caller, _id, { slots }: Pool, what: 'queued' | 'running') => slots[what],
  'resize-pool': (_caller, _id, pool: Pool, workers: number) => {
    pool.resize(workers);
  },
  'kill-pool': (_caller, _id, { slots }: Pool, method: 'kill_workers' | 'terminate_workers') => {
    if (slots instanceof WorkerPoolExecutor) slots[method]();
  },
  limits: (_caller, _id, { limits }: TwinFuturesSession, method: string, args: unknown[]) =>
    Reflect.apply(Reflect.get(limits, method) as Fn, limits, args),
  pause: (_caller, _id, session: TwinFuturesSession, isPaused: boolean) => {
    // The executor holds everything else back; only limited requests are left.
    if (!isPaused || session.limits.isOn) session.pause();
  },
  resume: (_caller, _id, session: TwinFuturesSession) => {
    session.resume();
  },
  'finish-session': finishSession,
  'forget-pool': (caller, _id, pool: number) => {
    caller.pools.forget(pool);
  },
};

/** Runs `op` for a caller. */
export function operate(op: string, caller: Caller, id: number, args: readonly unknown[]): unknown {
  const operation = operations[op] as
    | ((caller: Caller, id: number, ...args: readonly unknown[]) => unknown)
    | undefined;
  if (operation === undefined) throw new TypeError(`the gateway has no operation '${op}'`);
  return operation(caller, id, ...args);
}

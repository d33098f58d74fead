import { expectTypeOf } from 'vitest';
import {
  AsyncPoolExecutor,
  type ExecutorLike,
  type FuturesRequestOptions,
  FuturesSession,
  RequestException,
  type RequestingSession,
  type RequestOptions,
  type Response,
  type ResponseFuture,
  Session,
  WorkerPoolExecutor,
} from '../../src/index.js';
import type { PreparedRequest, RequestArguments } from '../../src/requests/index.js';

declare const session: Session;
declare const futures: FuturesSession;

// Both call forms, of `request` and of the verbs.
expectTypeOf(session.request('GET', 'http://a/')).toEqualTypeOf<Promise<Response>>();
expectTypeOf(session.request(Buffer.from('GET'), new URL('http://a/'), null)).toEqualTypeOf<
  Promise<Response>
>();
expectTypeOf(session.request('GET', 'http://a/', undefined)).toEqualTypeOf<Promise<Response>>();
expectTypeOf(session.request({ method: 'GET', url: 'http://a/', timeout: 5 })).toEqualTypeOf<
  Promise<Response>
>();
expectTypeOf(session.get('http://a/', { timeout: 5 })).toEqualTypeOf<Promise<Response>>();
expectTypeOf(session.get({ url: 'http://a/', timeout: 5 })).toEqualTypeOf<Promise<Response>>();
expectTypeOf(futures.request('GET', 'http://a/')).toEqualTypeOf<ResponseFuture>();
expectTypeOf(futures.request({ method: 'GET', url: 'http://a/' })).toEqualTypeOf<ResponseFuture>();
expectTypeOf(futures.post('http://a/', { json: 1 })).toEqualTypeOf<ResponseFuture>();
// @ts-expect-error the URL is missing
void session.request('GET');
// @ts-expect-error the URL is missing among the keywords
void session.request({ method: 'GET' });
// @ts-expect-error keywords are given once
void session.request({ method: 'GET', url: 'http://a/' }, { timeout: 5 });
// @ts-expect-error a body is an option
void session.post('http://a/', 'text');
// @ts-expect-error an unknown option
void session.get('http://a/', { time_out: 5 });

// An override has the signature that it wants, and no casts.
class Logging extends Session {
  override request(method: string, url: string, options?: RequestOptions | null) {
    return super.request(method.toUpperCase(), url, options);
  }
  override get(url: string, options: RequestOptions = {}) {
    return super.get(url, { timeout: 5, ...options });
  }
}
expectTypeOf(new Logging().request('GET', 'http://a/')).toEqualTypeOf<Promise<Response>>();
expectTypeOf(new Logging()).toExtend<Session>();
expectTypeOf(new Logging()).toExtend<RequestingSession>();
class Prefixed extends Session {
  override async request(method: string, url: string, options?: RequestOptions): Promise<Response> {
    const response = await super.request(method, `http://a${url}`, options);
    response.raise_for_status();
    return response;
  }
}
expectTypeOf(new Prefixed()).toExtend<Session>();
class Counting extends FuturesSession {
  override request(method: string, url: string, options?: FuturesRequestOptions | null) {
    return super.request(method, url, options);
  }
}
expectTypeOf(new Counting().request('GET', 'http://a/')).toEqualTypeOf<ResponseFuture>();
// One that hands on whatever it was given.
class Transparent extends Session {
  override request(...args: RequestArguments<RequestOptions>) {
    return super.request(...args);
  }
}
expectTypeOf(new Transparent().request({ method: 'GET', url: 'http://a/' })).toEqualTypeOf<
  Promise<Response>
>();
class Wrong extends Session {
  // @ts-expect-error it must give a response
  override request(method: string, url: string): Promise<string> {
    return Promise.resolve(method + url);
  }
}
expectTypeOf(Wrong).toBeConstructibleWith();

// What failed is a prepared request, or nothing was.
declare const error: unknown;
if (error instanceof RequestException) {
  expectTypeOf(error.request).toEqualTypeOf<PreparedRequest | null>();
  expectTypeOf(error.request?.headers['Accept']).toEqualTypeOf<string | undefined>();
}

// The executor has the type of the one that was given.
const overThreads = new FuturesSession({ executor: new WorkerPoolExecutor() });
expectTypeOf(overThreads.executor).toEqualTypeOf<WorkerPoolExecutor>();
expectTypeOf(new FuturesSession(new AsyncPoolExecutor()).executor).toEqualTypeOf<AsyncPoolExecutor>();
expectTypeOf(futures.executor).toEqualTypeOf<ExecutorLike>();
// Every one of them is a FuturesSession.
expectTypeOf(overThreads).toExtend<FuturesSession>();

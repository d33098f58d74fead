import { type inspect, types } from 'node:util';
import {
  type EnvironmentInput,
  type EnvironmentSettings,
  type HeadersInput,
  type PreparedRequest,
  type Proxies,
  type Request,
  type RequestArguments,
  Session as AwaitedSession,
  type UrlInput,
  type WithMethodAndUrl,
  type WithUrl,
} from '../../requests/index.js';
import {
  bindRequest,
  checkAdapters,
  checkedSendOptions,
  checkNoArguments,
  checkSendCount,
  kNoAdapters,
} from '../../requests/internal.js';
import { callGateway } from '../caller/call.js';
import { link, startedLink } from '../caller/link.js';
import { onAsked, onLeaving, onRequest } from '../caller/sides.js';
import type { FuturesParts, Step } from '../wire/session-parts.js';
import { type BaseAdapter, HTTPAdapter } from './adapters/adapters.js';
import type { Response } from './response.js';
import type { Auth, Hooks, RequestOptions, ResponseHook, SessionSendOptions } from './inputs.js';
import { flatRequest } from './flat-request.js';
import { registerObjects } from './objects.js';
import { noteVerb, urlText } from './verbs.js';
import { type FIELDS, forgetSession, reduceForGateway } from './session-crossing.js';

/** Functions that see each response: push to `response`, or set it. */
export interface SessionHooks {
  /** The hooks, in order. Assign a function, several, or null to replace them. */
  get response(): ResponseHook[];
  set response(hook: Hooks['response']);
}

type Fields = Pick<AwaitedSession, Exclude<(typeof FIELDS)[number], 'auth'> | 'cookies'>;

/** A session's members, each with Python's calling convention. `R` is the result type, `O` the options. */
export interface SyncSession<R, O extends RequestOptions> extends Fields {
  /** Credentials. Default null. */
  auth: Auth | null;
  /** The adapters by URL prefix, longest first. */
  readonly adapters: Map<string, BaseAdapter | HTTPAdapter>;
  /** Sent with each request, unless it has its own of the same name. Assign other headers, or a plain object, to replace them. */
  get headers(): AwaitedSession['headers'];
  set headers(headers: HeadersInput);
  /** Functions that see each response, redirects included: push to `hooks.response` or set it. */
  get hooks(): SessionHooks;
  set hooks(hooks: Hooks | null);
  /** Sends a request with any method: `request(method, url, options)`, or `request({ method, url, … })`. */
  request(...args: RequestArguments<O>): R;
  /** Sends a GET request. */
  get(url: UrlInput | WithUrl<O>, options?: O | null): R;
  /** Sends an OPTIONS request. */
  options(url: UrlInput | WithUrl<O>, options?: O | null): R;
  /** Sends a HEAD request. Does not follow redirects unless `allow_redirects` is true. */
  head(url: UrlInput | WithUrl<O>, options?: O | null): R;
  /** Sends a POST request. */
  post(url: UrlInput | WithUrl<O>, options?: O | null): R;
  /** Sends a PUT request. */
  put(url: UrlInput | WithUrl<O>, options?: O | null): R;
  /** Sends a PATCH request. */
  patch(url: UrlInput | WithUrl<O>, options?: O | null): R;
  /** Sends a DELETE request. */
  delete(url: UrlInput | WithUrl<O>, options?: O | null): R;
  /** Sends a request made by `prepare_request` or `request.prepare()`. */
  send(request: PreparedRequest, options?: SessionSendOptions | null): R;
  /** Merges the session's state into `request` and makes it ready to send. */
  prepare_request(request: Request): PreparedRequest;
  /** The settings of one request, merged with the environment's and the session's. */
  merge_environment_settings(url: string, options?: EnvironmentInput): EnvironmentSettings;
  /** The adapter mounted for `url`: the longest prefix it starts with. Throws InvalidSchema when there is none. */
  get_adapter(url: string): BaseAdapter | HTTPAdapter;
  /** Sends URLs that start with `prefix` through `adapter`. A longer prefix wins over a shorter one. */
  mount(prefix: string, adapter: BaseAdapter | HTTPAdapter): void;
  /** The same with keywords. */
  mount(options: { prefix: string; adapter: BaseAdapter | HTTPAdapter }): void;
  /** The Location that `response` redirects to, or null. */
  get_redirect_target(response: Response): string | null;
  /** Whether `Authorization` must not follow from one URL to the other. */
  should_strip_auth(old_url: string, new_url: string): boolean;
  /** Sets the method that the next request has after `response`. */
  rebuild_method(prepared_request: PreparedRequest, response: Response): void;
  /** Strips `Authorization` when the next request goes to another host, and looks in netrc for the new one's. */
  rebuild_auth(prepared_request: PreparedRequest, response: Response): void;
  /** Looks the proxies up again for the next request. */
  rebuild_proxies(prepared_request: PreparedRequest, proxies: Proxies | null): Proxies;
  toString(): string;
  /** As {@link toString}: a session holds credentials. */
  toJSON(): string;
  [inspect.custom](): string;
}

/** TypeScript rejects overrides with other result types. */
const Base = AwaitedSession as unknown as new <R, O extends RequestOptions>(
  adapters: typeof kNoAdapters,
) => SyncSession<R, O>;

const VERBS = ['get', 'options', 'head', 'post', 'put', 'patch', 'delete'] as const;

/** The `send` that a session was made with: verbs are bound, so that each session has its own. */
const ownSend = new WeakMap<object, unknown>();

/**
 * Keeps cookies, connections and settings between requests. The attributes are defaults that each request may override.
 *
 * Every verb is bound to its session, so it can be passed around: `executor.submit(session.get, url)`.
 *
 * @example
 * ```ts
 * using session = new Session();
 * session.headers['X-Token'] = 'abc';
 * const response = session.get('https://example.org/', { timeout: 5 });
 * console.log(response.status_code, response.json());
 * ```
 */
export class Session<R = Response, O extends RequestOptions = RequestOptions>
  extends Base<R, O>
  implements Disposable
{
  constructor();
  constructor(first?: undefined) {
    super(kNoAdapters);
    checkNoArguments(first);
    this.mount('https://', new HTTPAdapter());
    this.mount('http://', new HTTPAdapter());
    ownSend.set(this, Reflect.get(this, 'send'));
    for (const verb of VERBS) noteVerb(Reflect.get(this, verb), this, verb);
  }

  override request(...args: RequestArguments<O>): R;
  override request(first: string | Uint8Array | WithMethodAndUrl<O>, second?: UrlInput, third?: O | null): R {
    const { method, url, options } = bindRequest<O>(first, second, third, arguments.length);
    return this.perform('request', [method, urlText(url), withoutIterators(options)]) as R;
  }

  override send(request: PreparedRequest, options?: SessionSendOptions | null): R {
    checkSendCount(arguments.length);
    return this.perform('send', [request, checkedSendOptions(options ?? {})]) as R;
  }

  /** Follows the redirects of `response`, sending each on demand. Throws TooManyRedirects after `max_redirects`. */
  *resolve_redirects(
    response: Response,
    request: PreparedRequest,
    options: SessionSendOptions & { yield_requests?: boolean | null | undefined } = {},
  ): Generator<Response, void, undefined> {
    const { yield_requests = false, ...settings } = options;
    const steps = this.perform('redirects', [response, request, settings, yield_requests === true]);
    try {
      for (;;) {
        const step = callGateway('redirect', [steps]) as [Response] | null;
        if (step === null) return;
        yield step[0];
      }
    } finally {
      link().tell('end-redirects', [steps]);
    }
  }

  /** Closes the adapters and their idle connections. The session can be used again afterwards. */
  close(): void {
    checkAdapters(this.adapters);
    for (const adapter of this.adapters.values()) if (!(adapter instanceof HTTPAdapter)) adapter.close();
    const started = startedLink();
    if (started !== null) forgetSession(started, this);
  }

  /** `using session = new Session()` closes it at the end of the block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The parts that make its twin a FuturesSession; null for a plain session. @internal */
  _futuresParts(): FuturesParts {
    return null;
  }

  /** Runs an operation on this session in the gateway, and waits. @internal */
  protected perform(op: string, args: readonly unknown[]): unknown {
    return callGateway(op, [this, ...args]);
  }
}

/** Whether a step of `session` is the one of this package's classes. */
export function isUsualStep(session: object, step: Step): boolean {
  const method = (session as never)[step] as unknown;
  if (step !== 'send') return method === (AwaitedSession.prototype as never)[step];
  const inherited = (Object.getPrototypeOf(session) as { send: unknown }).send;
  return method === ownSend.get(session) && inherited === Session.prototype.send;
}

/** Reads a generator of pairs here; one that is a body is read while sending. */
function withoutIterators<O extends RequestOptions>(options: O): O {
  const { params } = options;
  return types.isGeneratorObject(params) ? { ...options, params: [...(params as Iterable<never>)] } : options;
}

registerObjects();
onRequest(flatRequest);

onLeaving((object, to) => {
  if (!(object instanceof Session)) return undefined;
  return reduceForGateway(to, object as never, object._futuresParts(), (step) => isUsualStep(object, step));
});

onAsked('step', (session, [step, ...args]: [Step, ...unknown[]]) => {
  const method = (session as never)[step] as (...args: unknown[]) => unknown;
  return [method.apply(session, args), args[0]];
});

onAsked('send-step', (session, [request, options]: [PreparedRequest, SessionSendOptions]) =>
  (session as Session).send(request, options),
);

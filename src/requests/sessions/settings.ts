/** The settings that a request is sent with: its own, the environment's and the session's (spec 1.5). */
import { isEmpty } from '../../builtins/index.js';
import { checkProxies, environProxiesFor, resolve_proxies } from '../environment/proxies.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Cert, Proxies, TimeoutInput } from '../inputs.js';
import { kContext, NO_CONTEXT, type RequestContext, type SendOptions } from '../types.js';
import type { Retry, RetryCount } from '../urllib3/retry.js';
import { mergeDicts } from './merge.js';
import {
  checkCert,
  checkFlag,
  checkMaxResponseSize,
  checkVerify,
  warnAboutMilliseconds,
} from './option-shapes.js';

/** The four settings of a request that merge with the session's and the environment's. */
export interface EnvironmentSettings {
  /** Proxy URLs by scheme. */
  proxies: Proxies;
  /** Leave the body unread. */
  stream: boolean | null;
  /** Verify the certificate: yes, no, or with the bundle at this path. */
  verify: boolean | string | null;
  /** The client's certificate. */
  cert: Cert | null;
}

/** A session's own settings, for what a request leaves open. */
interface SessionSettings {
  readonly stream: boolean;
  readonly timeout: TimeoutInput | null;
  readonly verify: boolean | string | null;
  readonly cert: Cert | null;
  readonly proxies: Proxies;
  readonly max_response_size: number | null | undefined;
  readonly trust_env: boolean;
}

/**
 * What a session hands to an adapter and to hooks: every setting is there, absent ones are null. Only custom adapters look at
 * the signal, so it is made from the context's token when first read, unless the caller gave one.
 */
export class SendSettings implements SendOptions {
  stream: boolean;
  timeout: TimeoutInput | null;
  verify: boolean | string | null;
  cert: Cert | null;
  proxies: Proxies;
  max_response_size: number | null;
  max_retries: Retry | RetryCount;
  [kContext]: RequestContext;

  constructor(
    options: SendOptions,
    proxies: Proxies,
    verify: boolean | string | null | undefined,
    session: SessionSettings,
  ) {
    this.stream = options.stream ?? session.stream;
    if (typeof this.stream !== 'boolean') checkFlag('stream', this.stream);
    this.timeout = options.timeout ?? session.timeout;
    this.verify = verify ?? session.verify;
    if (this.verify !== true) checkVerify(this.verify);
    this.cert = options.cert ?? session.cert;
    if (this.cert !== null) checkCert(this.cert);
    this.proxies = proxies;
    this.max_response_size = options.max_response_size ?? session.max_response_size ?? null;
    if (this.max_response_size !== null) checkMaxResponseSize(this.max_response_size);
    if (typeof session.trust_env !== 'boolean') checkFlag('session.trust_env', session.trust_env);
    if (this.timeout !== null) warnAboutMilliseconds(this.timeout);
    this.max_retries = options.max_retries ?? null;
    this[kContext] = options[kContext] ?? NO_CONTEXT;
    const { signal } = options;
    if (signal) Object.defineProperty(this, 'signal', { value: signal, enumerable: true });
  }

  get signal(): AbortSignal | null {
    return this[kContext].token?.signal ?? null;
  }
}

/** The settings of a request to `url`. */
export function settingsOf(url: string, options: SendOptions, session: SessionSettings): SendSettings {
  return new SendSettings(
    options,
    mergeProxies(url, options, session),
    mergeVerify(options, session),
    session,
  );
}

/** The settings of a prepared request, for which only the proxies of the environment count. */
export function settingsOfPrepared(
  request: PreparedRequest,
  options: SendOptions,
  session: SessionSettings,
): SendSettings {
  checkProxies(options.proxies);
  checkProxies(session.proxies);
  const proxies = options.proxies ?? resolve_proxies(request, session.proxies, session.trust_env);
  return new SendSettings(options, proxies, options.verify, session);
}

/**
 * The request's settings over the environment's over the session's. That the environment beats the session, for proxies
 * and for the CA bundle (even if the session has `verify = false`), is Python's order and kept.
 */
export function mergeEnvironment(
  url: string,
  request: SendOptions,
  session: SessionSettings,
): EnvironmentSettings {
  return {
    proxies: mergeProxies(url, request, session),
    stream: request.stream ?? session.stream,
    verify: mergeVerify(request, session) ?? session.verify,
    cert: request.cert ?? session.cert,
  };
}

const NO_PROXIES: Proxies = Object.freeze({});

function mergeProxies(url: string, request: SendOptions, session: SessionSettings): Proxies {
  let { proxies } = request;
  checkProxies(proxies);
  checkProxies(session.proxies);
  if (session.trust_env) {
    const environment = environProxiesFor(url, proxies?.['no_proxy']);
    if (!isEmpty(environment)) proxies = { ...environment, ...proxies };
  }
  return isEmpty(proxies) && isEmpty(session.proxies) ? NO_PROXIES : mergeDicts(proxies, session.proxies);
}

/** The CA bundle of the environment takes the place of the default, not of a choice of the request. */
function mergeVerify({ verify }: SendOptions, session: SessionSettings): boolean | string | null | undefined {
  if (!session.trust_env || (verify ?? true) !== true) return verify;
  return process.env['REQUESTS_CA_BUNDLE'] || process.env['CURL_CA_BUNDLE'] || verify;
}

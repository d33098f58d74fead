import type { AbortToken } from '../../builtins/index.js';
import type { RequestTrace } from '../diagnostics/trace.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Cert, Proxies, TimeoutInput } from '../inputs.js';
import { kAbortToken, kTrace, type SendOptions } from '../types.js';
import { resolve_proxies } from '../environment/proxies.js';
import type { EnvironmentSettings } from './environment.js';

/**
 * What a session hands to an adapter and to hooks: every setting is there, absent ones are null. Without a signal of the
 * caller's, one is made of the token when first asked for, as only custom adapters look at it; `{ ...options }` keeps both.
 */
export class SendSettings implements SendOptions {
  [kAbortToken]: AbortToken | undefined;
  [kTrace]: RequestTrace | null;

  constructor(
    public stream: boolean,
    public timeout: TimeoutInput | null,
    public verify: boolean | string | null,
    public cert: Cert | null,
    public proxies: Proxies,
    public max_response_size: number | null,
    token: AbortToken | undefined,
    trace: RequestTrace | null,
    signal: AbortSignal | null,
  ) {
    this[kAbortToken] = token;
    this[kTrace] = trace;
    if (signal !== null) Object.defineProperty(this, 'signal', { value: signal, enumerable: true });
  }

  get signal(): AbortSignal | null {
    return this[kAbortToken]?.signal ?? null;
  }
}

/** A session's own settings, for what a request leaves open. */
interface SessionSettings {
  readonly stream: boolean;
  readonly timeout: TimeoutInput | null;
  readonly verify: boolean | string | null;
  readonly cert: Cert | null;
  readonly proxies: Proxies;
  readonly max_response_size: number | null;
  readonly trust_env: boolean;
}

/** The settings of a request: `merged` with what neither it nor the environment says taken from the session. */
export function sendSettings(
  options: SendOptions,
  merged: EnvironmentSettings,
  session: SessionSettings,
): SendSettings {
  return new SendSettings(
    merged.stream ?? session.stream,
    options.timeout ?? session.timeout,
    merged.verify ?? session.verify,
    merged.cert ?? session.cert,
    merged.proxies,
    options.max_response_size ?? session.max_response_size,
    options[kAbortToken],
    options[kTrace] ?? null,
    options.signal ?? null,
  );
}

/** The settings of a prepared request, for which only the proxies of the environment count. */
export function settingsToSend(
  request: PreparedRequest,
  options: SendOptions,
  session: SessionSettings,
): SendSettings {
  const { stream = null, verify = null, cert = null } = options;
  const proxies = options.proxies ?? resolve_proxies(request, session.proxies, session.trust_env);
  return sendSettings(options, { stream, verify, cert, proxies }, session);
}

import type { AbortToken } from '../../builtins/index.js';
import type { RequestTrace } from '../diagnostics/trace.js';
import {
  type Cert,
  kAbortToken,
  kTrace,
  type Proxies,
  type SendOptions,
  type TimeoutInput,
} from '../types.js';

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

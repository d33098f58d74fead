import { AbortToken } from '../builtins/index.js';
import type { Future } from '../concurrent-futures/index.js';
import { type Call, currentAbortToken, currentCall } from '../concurrent-futures/internal.js';
import { type PreparedRequest, RequestException, type Response } from '../requests/index.js';
import {
  encodeNow,
  kContext,
  mustBeClosed,
  type PauseReason,
  ProtocolError,
  requestChannel,
  type RequestContext,
  RequestTrace,
  type RetryableResponse,
} from '../requests/internal.js';
import { bodiesToHold, hold, letGo } from './held-bodies.js';
import type { LimitedCall } from './limits/index.js';
import { reclaimSlot } from './reclaim-slot.js';
import type { ResponseFuture } from './response-future.js';
import { setField, snapshot } from './snapshot.js';

/** Options on their way into the slot. The context is missing if the slot is in another thread. */
export type SlotOptions<O> = Omit<O, 'background_callback' | 'signal'> & {
  [kContext]?: RequestContext | undefined;
};

/** One submitted request, in the thread that submitted it: connects the slot with the future. */
export class PendingCall implements RequestContext {
  /** The executor's token, or one made here. Null until the slot is entered. */
  token: AbortToken | null = null;
  /** Null until the request is prepared. */
  request: PreparedRequest | null = null;
  /** Null while nothing is subscribed. */
  readonly trace: RequestTrace | null;
  /** Null until `submit` has returned it. */
  #future: ResponseFuture | null = null;
  #ownsToken = false;
  /** The executor's call; null if the executor does not provide it. */
  #call: Call | null = null;
  /** What the request sends that must be closed; null for nothing. */
  #bodies: readonly object[] | null = null;
  /** Null where the session has no limits. */
  limited: LimitedCall | null = null;

  constructor(method: unknown, url: unknown) {
    this.trace = requestChannel.hasSubscribers ? new RequestTrace(method, url) : null;
  }

  /**
   * A snapshot of the caller's options, with this call as their context. The future handles what is left out. `encodesJson`: only
   * the text of `json` will be read, which is smaller than a copy and has to be made anyway.
   */
  capture<O extends object>(options: O, encodesJson = false): SlotOptions<O> {
    const slot: Record<string | symbol, unknown> = { [kContext]: this };
    for (const name of Object.keys(options)) {
      const value: unknown = options[name as keyof O];
      if (name === 'signal' || name === 'background_callback') continue;
      const text = encodesJson && name === 'json' ? encodeNow(value) : null;
      setField(slot, name, text ?? snapshot(value, name));
    }
    const { data, files } = slot;
    if ((data != null && mustBeClosed(data)) || files) this.#bodies = bodiesToHold(data, files);
    return slot as SlotOptions<O>;
  }

  /** The call sends a request that is prepared. */
  captureRequest(request: PreparedRequest): void {
    this.prepared(request);
    if (request.body !== null) this.#bodies = bodiesToHold(request.body, null);
  }

  /** Ties the call to its future. An executor that does not queue has run it already. */
  attach(future: ResponseFuture, mayStream: boolean): void {
    this.#future = future;
    if (this.#bodies !== null) holdUntilDone(future, this.#bodies);
    if (this.#ownsToken) this.#followAborts(future);
    // A body under way references this call, which must not keep a dropped response alive.
    if (mayStream) {
      future.add_done_callback(() => {
        this.#future = null;
        this.#call = null;
      });
    }
  }

  /** Finds the token that aborts the call. Must run before the slot's first await, while the executor's call is current. */
  enterSlot(): void {
    this.#call = currentCall();
    this.token = currentAbortToken();
    if (this.token !== null) return;
    this.token = new AbortToken();
    this.#ownsToken = true;
    if (this.#future !== null) this.#followAborts(this.#future);
  }

  prepared(request: PreparedRequest): void {
    this.request = request;
    if (this.#future !== null) this.#future.request = request;
  }

  hop(request: PreparedRequest): Promise<void> | null {
    return this.limited?.needsTurn(request) === true ? this.pause('limits', null) : null;
  }

  connecting(): void {
    this.limited?.connecting();
  }

  written(): void {
    this.limited?.written();
  }

  answered(response: RetryableResponse): void {
    this.limited?.answered(response);
  }

  failed(reason: unknown): void {
    if (reason instanceof ProtocolError) this.limited?.troubled();
  }

  /** Waits without a place or a slot. After an abort it does not take the slot back. */
  async pause(reason: PauseReason, wait: (() => Promise<unknown>) | null): Promise<void> {
    const { limited, trace } = this;
    if (limited === null && wait === null) return;
    trace?.paused(reason);
    limited?.leave();
    this.#call?.lendSlot?.();
    await wait?.();
    await limited?.again(this.token);
    await reclaimSlot(this.#call, this.token);
    trace?.resumed();
  }

  #followAborts(future: ResponseFuture): void {
    future.set_abort_handler((reason) => {
      this.token?.abort(reason);
    });
  }
}

function holdUntilDone(future: ResponseFuture, bodies: readonly object[]): void {
  hold(bodies);
  future.add_done_callback(() => {
    letGo(bodies, !future.cancelled() && future.exception_now() === null);
  });
}

/** Takes the request from the future's outcome, if the slot was in another thread. */
export function noteRequest(future: Future<Response>): void {
  const handle = future as ResponseFuture;
  if (handle.request !== null || handle.cancelled()) return;
  const error: unknown = handle.exception_now();
  if (error === null) handle.request = handle.result_now().request;
  else if (error instanceof RequestException) handle.request = error.request;
}

import { AbortToken, startTimer, typeName, ValueError } from '../../builtins/index.js';
import { type DeadlinePhase, DeadlineExceeded } from '../exceptions/waiting.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';
import { kContext, type PauseReason, type RequestContext, type SendOptions } from '../types.js';

/**
 * Sends with a context that ends the request `seconds` from now, in whatever stage it is, the body of a stream included. Throws
 * TypeError and ValueError for what is no deadline.
 */
export function withDeadline(
  seconds: number,
  { [kContext]: context, signal }: SendOptions,
  send: (context: RequestContext) => Promise<Response>,
): Promise<Response> {
  checkDeadline(seconds);
  const token = new AbortToken();
  const stopFollowing = follow(token, context?.token ?? null, signal);
  const state: State = { phase: 'connecting', request: null };
  return new Promise((resolve, reject) => {
    let response: Response | null = null;
    const timer = startTimer(seconds, () => {
      const error = new DeadlineExceeded(seconds, state.phase, { request: state.request, response });
      token.abort(error);
      response?.raw?.abort(error);
      stopFollowing();
      reject(error);
    });
    const done = (): void => {
      timer.cancel();
      stopFollowing();
    };
    send(accompanied(context, token, state)).then(
      (answer) => {
        response = answer;
        if (token.reason instanceof DeadlineExceeded) answer.close();
        else if (answer.raw === null) done();
        else {
          state.phase = 'reading the body';
          timer.unref();
          answer.raw.whenDone(done);
        }
        resolve(answer);
      },
      (error: unknown) => {
        done();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is what was thrown
        reject(error);
      },
    );
  });
}

function checkDeadline(deadline: unknown): void {
  if (typeof deadline !== 'number')
    throw new TypeError(`deadline must be a number, got ${typeName(deadline)}`);
  if (!(deadline > 0)) throw new ValueError(`deadline must be greater than 0, got ${deadline}`);
}

interface State {
  phase: DeadlinePhase;
  request: PreparedRequest | null;
}

const PHASES: Readonly<Record<PauseReason, DeadlinePhase>> = {
  retry: 'pausing before a retry',
  connection: 'connecting',
  limits: 'waiting for its turn',
};

/** A context that notes what is going on. A plain object: it may be copied with another trace. */
function accompanied(context: RequestContext | undefined, token: AbortToken, state: State): RequestContext {
  return {
    token,
    trace: context?.trace,
    hasDeadline: true,
    prepared: (request) => {
      state.request = request;
      context?.prepared?.(request);
    },
    hop: (request) => {
      state.request = request;
      const turn = context?.hop?.(request) ?? null;
      state.phase = turn === null ? 'connecting' : 'waiting for its turn';
      return turn;
    },
    connecting: () => {
      state.phase = 'connecting';
      context?.connecting?.();
    },
    written: () => {
      state.phase = 'waiting for the response';
      context?.written?.();
    },
    answered: (response) => {
      state.phase = 'reading the body';
      context?.answered?.(response);
    },
    failed: (reason) => {
      context?.failed?.(reason);
    },
    pause: async (reason, wait) => {
      state.phase = PHASES[reason];
      const waited = async (): Promise<void> => {
        await wait?.();
        state.phase = 'waiting for its turn';
      };
      await (context?.pause === undefined ? wait?.() : context.pause(reason, wait === null ? null : waited));
      state.phase = 'connecting';
    },
  };
}

/** Aborts `token` with the call's own token, or with its signal. Returns how to stop that. */
function follow(
  token: AbortToken,
  parent: AbortToken | null,
  signal: AbortSignal | null | undefined,
): () => void {
  if (parent !== null) {
    return parent.onAbort((reason) => {
      token.abort(reason);
    });
  }
  return signal ? token.follow(signal) : () => undefined;
}

/** The pause before a request is sent again. */
import { type AbortToken, startTimer } from '../../builtins/index.js';
import { InvalidHeader } from '../exceptions/urllib3.js';
import { parseEmailDate } from './email-date.js';

/** Seconds from now until an HTTP date. Throws urllib3's InvalidHeader for anything else. */
export function secondsUntil(date: string): number {
  const time = parseEmailDate(date);
  if (time === null) throw new InvalidHeader(`Invalid Retry-After header: ${date}`);
  return time - Date.now() / 1000;
}

/** Resolves after `seconds`; rejects with the reason as soon as `token` aborts. */
export function pause(seconds: number, token?: AbortToken | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = startTimer(seconds, () => {
      unsubscribe?.();
      resolve();
    });
    const unsubscribe = token?.onAbort((reason) => {
      timer.cancel();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a caller's reason may be anything
      reject(reason);
    });
  });
}

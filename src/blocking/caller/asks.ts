/** Runs the caller's own functions while its thread waits, and reports the outcome to the gateway. */
import { objectAtHome } from '../../pickle/index.js';
import { Response } from '../../requests/index.js';
import type { ToCaller } from '../wire/protocol.js';
import type { Link } from './gateway.js';
import { refusePromise } from './refuse-promise.js';
import { answer } from './sides.js';
import { touchedOf } from './touched.js';

/** Handles a request of the gateway. Never throws: what the caller's code throws is the reply. */
export function answerAsk(link: Link, ask: Extract<ToCaller, { type: 'ask' }>): void {
  const { id, handle, method } = ask;
  let args: unknown = null;
  let failed = false;
  let value: unknown;
  try {
    args = link.open(ask.args);
    const object = typeof handle === 'number' ? link.handles.get(handle) : objectAtHome(handle);
    if (object === undefined) throw new ReferenceError('what the gateway asks for has been let go of');
    value = refusePromise(answer(method, object, args, link), nameOf(object, method));
  } catch (error) {
    failed = true;
    value = error;
  }
  const touched = Array.isArray(args)
    ? touchedOf(
        link,
        args.filter((arg) => arg instanceof Response),
      )
    : [];
  try {
    link.reply(id, failed, value, touched);
  } catch (error) {
    // The returned or thrown value cannot cross.
    link.reply(id, true, error, touched);
  }
}

function nameOf(object: object, method: string): string {
  const { name } = object as { readonly name?: unknown };
  if (typeof name === 'string' && name !== '') return name;
  return typeof object === 'function' ? 'an anonymous function' : method;
}

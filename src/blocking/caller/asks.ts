/** Runs the caller's own functions while its thread waits, and tells the gateway how that went. */
import { objectAtHome } from '../../pickle/index.js';
import { Response } from '../../requests/models/response.js';
import type { ToCaller } from '../wire/protocol.js';
import type { Link } from './link.js';
import { answer } from './sides.js';
import { touchedOf } from './touched.js';

/** Answers what the gateway asks. Never throws: what the caller's code throws is the answer. */
export function answerAsk(link: Link, ask: Extract<ToCaller, { type: 'ask' }>): void {
  const { id, handle, method } = ask;
  let args: unknown = null;
  let failed = false;
  let value: unknown;
  try {
    args = link.open(ask.args);
    const object = typeof handle === 'number' ? link.handles.get(handle) : objectAtHome(handle);
    if (object === undefined) throw new ReferenceError('what the gateway asks for has been let go of');
    value = refusePromise(answer(method, object, args, link), method, object);
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
    // What was returned, or thrown, cannot cross.
    link.reply(id, true, error, touched);
  }
}

function refusePromise(value: unknown, method: string, object: object): unknown {
  if (typeof value !== 'object' || value === null || !('then' in value) || typeof value.then !== 'function') {
    return value;
  }
  const { name } = object as { readonly name?: unknown };
  const what = typeof name === 'string' && name !== '' ? name : method;
  // It may reject, and nothing will ever look at it.
  void Promise.resolve(value as PromiseLike<unknown>).catch(() => undefined);
  throw new TypeError(
    `${what} returned a promise, which cannot settle while this thread waits: in requests-futures/blocking ` +
      'functions are called as in Python, without async',
  );
}

/** What `new FuturesSession()` is given, in both flavors. */
import { checkOptions, ownOptions, typeName } from '../builtins/index.js';

/** The parts of the options that are checked by what they can do. */
interface Parts {
  readonly executor?: unknown;
  readonly session?: unknown;
}

const OPTION_NAMES = ['executor', 'max_workers', 'session', 'adapter_kwargs', 'limits'];

const SETTINGS_HINT = '; settings of a session are attributes: session.timeout = 5';

/** `(executor, options)` or `(options)` as one object. @throws TypeError that shows what to write */
export function sessionOptions<O extends Parts>(first: unknown, second: O): O {
  const isExecutor = can(first, 'submit');
  if (!isExecutor && (typeof first !== 'object' || first === null)) {
    const got = typeof first === 'function' ? theClass(first) : typeName(first);
    throw new TypeError(
      `FuturesSession() takes an executor or an object of options, { max_workers: 10 }, got ${got}`,
    );
  }
  if (!isExecutor && Object.keys(second).length > 0)
    throw new TypeError('FuturesSession() takes either (executor, options) or one object with all of them');
  const others = checkOptions(
    'FuturesSession()',
    isExecutor ? second : (first as O),
    OPTION_NAMES,
    () => SETTINGS_HINT,
  );
  const options = isExecutor ? ownOptions({ ...others, executor: first }) : others;
  checkPart('executor', options.executor, 'submit');
  checkPart('session', options.session, 'request');
  return options;
}

function checkPart(name: keyof Parts, value: unknown, method: string): void {
  if (value === null || value === undefined || can(value, method)) return;
  const got = typeof value === 'function' ? theClass(value) : typeName(value);
  throw new TypeError(`FuturesSession() takes as ${name} an object with a ${method}() method, got ${got}`);
}

/** A function can be an executor or a session, too: a proxy of a remote one is. */
function can(value: unknown, method: string): boolean {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as Readonly<Record<string, unknown>>)[method] === 'function'
  );
}

function theClass({ name }: { readonly name: string }): string {
  return `the class itself; write new ${name}()`;
}

let hasWarned = false;

/** Warns once of a `background_callback`. @throws TypeError for what is no function */
export function noteBackgroundCallback(callback: unknown): void {
  if (typeof callback !== 'function') {
    throw new TypeError(`background_callback must be a function, got ${typeName(callback)}`);
  }
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    '`background_callback` is deprecated and will be removed in 1.0, use `hooks` instead',
    'DeprecationWarning',
  );
}

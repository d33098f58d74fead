/** Puts the caller's own lines first in the stack of an error from the gateway. */
import { framesAbove, stackOf, withMoreFrames } from '../../builtins/index.js';

/** Bundles of CommonJS have none. */
const HERE = import.meta.url as string | undefined;
/** Where this package is: a bundle, or its sources, which is what source maps show. */
const ROOT =
  HERE &&
  decodeURI(
    HERE.replace(/^file:\/\//, '').replace(/\/(?:dist\/src\/[^/]+|src\/blocking\/caller\/[^/]+)$/, ''),
  );
const OWN = ROOT === undefined ? [] : [`${ROOT}/dist/`, `${ROOT}/src/`];

const shown = new WeakSet<object>();

/** Adds the lines of the current caller of this package, at most once. */
export function withCallersLines(error: unknown): unknown {
  if (!(error instanceof Error) || shown.has(error)) return error;
  shown.add(error);
  const frames = callersFrames();
  if (frames === '') return error;
  const stack = stackOf(error) ?? '';
  const at = stack.search(/^ {4}at /m);
  const head = at === -1 ? stack || `${error.name}: ${error.message}` : stack.slice(0, at).trimEnd();
  const rest = at === -1 ? '' : `\n    ---- in the gateway thread ----\n${stack.slice(at)}`;
  Reflect.defineProperty(error, 'stack', {
    value: `${head}\n${frames}${rest}`,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return error;
}

function callersFrames(): string {
  const limit = Error.stackTraceLimit;
  // This package's own frames take some of them.
  const stack = withMoreFrames(() => framesAbove(withCallersLines), 20);
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  const first = frames.findIndex((line) => !OWN.some((own) => line.includes(own)));
  return first === -1 ? '' : frames.slice(first, first + limit).join('\n');
}

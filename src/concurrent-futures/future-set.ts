import { types } from 'node:util';
import { typeName } from '../builtins/index.js';

/** The futures that `wait` and `as_completed` take: of a Map, as of a Python dict, the keys. */
export type Futures<F> = Iterable<F> | ReadonlyMap<F, unknown>;

/**
 * The futures in input order, each once.
 * @param Class what they must be, which `kind` names
 */
export function futureSet<F extends object>(
  callee: string,
  fs: Futures<F>,
  Class: abstract new () => object,
  kind = 'futures',
): Set<F> {
  const iterable: unknown = types.isMap(fs) ? fs.keys() : fs;
  if (typeof (iterable as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== 'function') {
    const hint = (fs as unknown) instanceof Class ? '; write it as a list: [future]' : '';
    throw new TypeError(`${callee} takes an iterable of futures, got ${typeName(fs)}${hint}`);
  }
  const futures = new Set<F>();
  for (const future of iterable as Iterable<F>) {
    if (!((future as unknown) instanceof Class)) {
      throw new TypeError(`${callee} takes ${kind}, got ${typeName(future)}`);
    }
    futures.add(future);
  }
  return futures;
}

import { type Reference, referenceOf } from '../../builtins/index.js';
import { encode } from '../../pickle/index.js';
import type { AnyFunction } from '../work-item.js';

/** @throws RuntimeError that shows the fix, when the function is not importable */
export function importOf(fn: AnyFunction): Reference {
  const reference = referenceOf(fn) ?? encode(fn, { name: 'fn' }).message.references?.[0];
  if (reference === undefined) throw new TypeError(`'${fn.name}' cannot be imported`);
  return reference;
}

import { type Reduced, reducerOf } from '../../builtins/index.js';

/** How `value` crosses as an object of `base`, its base class at run time and its class in other threads. */
export function reduceAs(base: { readonly prototype: object }, value: object): Reduced | null {
  const reduce = reducerOf(base.prototype)?.reduce as ((object: object) => Reduced | null) | undefined;
  return reduce?.(value) ?? null;
}

import { type Reduced, reducerOf } from '../../builtins/index.js';

/** How `value` crosses as an object of `base`, which its class is derived from at run time: that is what it is elsewhere. */
export function reduceAs(base: { readonly prototype: object }, value: object): Reduced | null {
  const reduce = reducerOf(base.prototype)?.reduce as ((object: object) => Reduced | null) | undefined;
  return reduce?.(value) ?? null;
}

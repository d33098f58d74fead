/**
 * Python lets an exception have two parents; JavaScript does not. A class is given its second parent here, and the
 * parents that may be adopted answer `instanceof` by walking both lines.
 */
type Class = abstract new (...args: never[]) => object;

const secondParents = new WeakMap<object, readonly Class[]>();

/** Declares that instances of `child` are also instances of each of `parents`. */
export function alsoExtends(child: Class, ...parents: readonly Class[]): void {
  secondParents.set(child, [...(secondParents.get(child) ?? []), ...parents]);
}

/**
 * The body of a `static [Symbol.hasInstance]`: true when `value` descends from `cls` by its prototypes or through a
 * second parent of one of its classes.
 */
export function isInstanceOf(cls: unknown, value: unknown): boolean {
  if (typeof cls !== 'function' || typeof value !== 'object' || value === null) return false;
  return descends(Object.getPrototypeOf(value) as object | null, cls.prototype as object);
}

function descends(start: object | null, target: object): boolean {
  for (let proto = start; proto !== null; proto = Object.getPrototypeOf(proto) as object | null) {
    if (proto === target) return true;
    if (!Object.hasOwn(proto, 'constructor')) continue;
    const parents = secondParents.get(proto.constructor);
    if (parents?.some((parent) => descends(parent.prototype as object, target))) return true;
  }
  return false;
}

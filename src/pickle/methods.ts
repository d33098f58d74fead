/** Bound methods cross as in Python: as the object and the method's name. */
import { boundMethodOf, kMethodOwner, setBoundMethod, setReferences, typeName } from '../builtins/index.js';

type Method = (...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

function methodNamed(object: object, name: string): Method {
  const method = (object as Partial<Methods>)[name];
  if (typeof method === 'function') return method;
  throw new TypeError(`'${typeName(object)}' object has no method '${name}'`);
}

/** Calls a method. */
export function callMethod(object: object, name: string, ...args: unknown[]): unknown {
  return methodNamed(object, name).apply(object, args);
}

/**
 * The method `name` of `object`, bound to it; importable as long as `object` can cross.
 * @throws TypeError when there is no such method
 */
export function bindMethod(object: object, name: string): Method {
  const method = methodNamed(object, name);
  if (boundMethodOf(method)?.object === object) return method;
  const bound = Object.defineProperty<Method>(method.bind(object), 'name', { value: `bound ${name}` });
  setBoundMethod(bound, object);
  return bound;
}

/** The arguments of {@link callMethod} or {@link bindMethod} that stand for `fn`; null when it is no bound method. */
export function methodParts(fn: object): [object: object, name: string] | null {
  const bound = boundMethodOf(fn);
  if (bound === undefined) return null;
  const owner = (bound.object as { [kMethodOwner]?: () => object })[kMethodOwner];
  return [owner === undefined ? bound.object : owner.call(bound.object), bound.name];
}

/** The form in which a call crosses: a bound method is called through its object. */
export function crossingCall<F extends (...args: never[]) => unknown>(
  fn: F,
  args: readonly unknown[],
): [fn: F | typeof callMethod, args: readonly unknown[]] {
  const parts = typeof fn === 'function' ? methodParts(fn) : null;
  return parts === null ? [fn, args] : [callMethod, [...parts, ...args]];
}

setReferences(import.meta.url, { bindMethod, callMethod });

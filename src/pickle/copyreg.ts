import {
  checkOptions,
  type Class,
  type Reduced,
  setConstructor,
  setReducer,
  typeName,
} from '../builtins/index.js';

/** Python's module `copyreg`, as far as it applies here. */
export const copyreg: {
  /**
   * Registers how objects of class `cls` cross to another thread, as Python's `copyreg.pickle(type, function)`.
   *
   * ```ts
   * export class Point { #x; constructor(x) { this.#x = x; } get x() { return this.#x; } }
   * export const restorePoint = importable(function restorePoint(x) { return new Point(x); }, import.meta.url);
   * copyreg.pickle(Point, (point) => [restorePoint, [point.x]]);
   * ```
   *
   * Only the sender needs the registration: the other side imports the restoring function and calls it.
   * @param cls the class; objects of classes derived from it are refused, unless `subclasses` is set
   * @param reduce returns `[restore, args, state?]`: `restore(...args)` recreates the object; then `state` is passed to its
   *   `__setstate__(state)`, or assigned if it has none
   * @param options `subclasses` (default false): `reduce` also handles derived classes and restores them as such, for example by
   *   passing `object.constructor` among the arguments
   * @throws TypeError when `cls` is no class, `reduce` no function, or an option is unknown
   */
  pickle<T extends object>(
    cls: Class<T>,
    reduce: (value: T) => Reduced,
    options?: { readonly subclasses?: boolean | undefined },
  ): void;
  /**
   * Declares that `object` only restores, like Python's `copyreg.constructor(object)`: an executor over several machines
   * refuses to call any other restoring function. Threads do not need it.
   * @param object the restoring function that a reducer returns; importable
   * @throws TypeError when it is not callable
   */
  readonly constructor: (object: (...args: never[]) => unknown) => void;
} = {
  pickle(cls, reduce, options = {}) {
    if (typeof cls !== 'function')
      throw new TypeError(`copyreg.pickle() expects a class, got ${typeName(cls)}`);
    // Python's own words.
    if (typeof reduce !== 'function') throw new TypeError('reduction functions must be callable');
    setReducer(cls, reduce, checkOptions('copyreg.pickle()', options, ['subclasses']));
  },
  constructor(object) {
    // Python's own words.
    if (typeof object !== 'function') throw new TypeError('constructors must be callable');
    setConstructor(object);
  },
};

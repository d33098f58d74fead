/**
 * Python's built-in exceptions, as far as the ported libraries raise them or derive from them.
 *
 * ```
 * Exception (JavaScript's Error)
 * ├ ArithmeticError ── OverflowError
 * ├ LookupError ── KeyError
 * ├ OSError ── TimeoutError
 * ├ RuntimeError ── NotImplementedError
 * ├ ValueError (a RangeError) ── UnicodeError ── UnicodeEncodeError, UnicodeDecodeError
 * ├ AttributeError
 * └ Warning ── DeprecationWarning
 * TypeError is JavaScript's own.
 * ```
 */
import { setErrorNames } from './error-names.js';
import { isInstanceOf } from './multiple-inheritance.js';
import { setReferences } from './references.js';

/** Python's `OSError` (also `IOError`): the base of every exception that `requests` raises. */
export class OSError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstanceOf(this, value);
  }
}

/**
 * Python's built-in `TimeoutError`: a wait took longer than its `timeout`. It is neither the `DOMException` of the
 * same name nor a `requests` `Timeout`.
 */
export class TimeoutError extends OSError {}

/** Python's `ValueError`: right type, wrong value. Here it is also a `RangeError`. */
export class ValueError extends RangeError {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstanceOf(this, value);
  }
}

/** Python's `UnicodeError`: the base of the two that follow. */
export class UnicodeError extends ValueError {}

/** Python's `UnicodeEncodeError`: text has a character that the encoding cannot express. */
export class UnicodeEncodeError extends UnicodeError {}

/** Python's `UnicodeDecodeError`: bytes are not valid in the encoding. */
export class UnicodeDecodeError extends UnicodeError {}

/** Python's `RuntimeError`: the object is not in a state that allows the call. */
export class RuntimeError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstanceOf(this, value);
  }
}

/** Python's `NotImplementedError`: an abstract method was called, or a combination is not supported. */
export class NotImplementedError extends RuntimeError {}

/** Python's `LookupError`: the base of {@link KeyError}; also an unknown codec name. */
export class LookupError extends Error {}

/** Python's `KeyError`: a mapping has no such key. */
export class KeyError extends LookupError {}

/** Python's `AttributeError`: an object has no such attribute. */
export class AttributeError extends Error {}

/** Python's `Warning`: the base of everything that is issued as a warning instead of raised. */
export class Warning extends Error {}

/** Python's `DeprecationWarning`: something will go away. */
export class DeprecationWarning extends Warning {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstanceOf(this, value);
  }
}

const exceptions = {
  AttributeError,
  DeprecationWarning,
  KeyError,
  LookupError,
  NotImplementedError,
  OSError,
  RuntimeError,
  TimeoutError,
  UnicodeDecodeError,
  UnicodeEncodeError,
  UnicodeError,
  ValueError,
  Warning,
};
setErrorNames(exceptions);
// Lets exceptions cross between threads with their class.
setReferences(import.meta.url, exceptions);

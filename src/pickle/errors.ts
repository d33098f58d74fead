import { setErrorName, setReferences } from '../builtins/index.js';

/** Python's `pickle.PickleError`: the base of the two that follow. */
export class PickleError extends Error {
  static {
    setErrorName(this, 'PickleError');
  }
}

/** Python's `pickle.PicklingError`: a value cannot leave this thread. The message names the part that cannot, and the mend. */
export class PicklingError extends PickleError {
  static {
    setErrorName(this, 'PicklingError');
  }
}

/** Python's `pickle.UnpicklingError`: what arrived cannot be put together, as a module or an export of it is missing here. */
export class UnpicklingError extends PickleError {
  static {
    setErrorName(this, 'UnpicklingError');
  }
}

setReferences(import.meta.url, { PickleError, PicklingError, UnpicklingError });

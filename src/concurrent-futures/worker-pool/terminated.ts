import { isError } from '../../builtins/index.js';
import { BrokenProcessPool } from '../errors.js';

/** The error of a call whose thread is gone. Each call gets its own. */
export function terminatedAbruptly(cause: unknown): BrokenProcessPool {
  const reason = isError(cause) ? cause.message : String(cause);
  return new BrokenProcessPool(
    `A thread in the pool was terminated abruptly while the future was running: ${reason}`,
    { cause },
  );
}

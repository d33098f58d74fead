import { setErrorName, setReferences } from '../builtins/index.js';
import { BrokenExecutor } from '../concurrent-futures/index.js';

/** No worker of the queue was alive for `worker_timeout` seconds while the call waited for one. It has not run. */
export class NoWorkersError extends BrokenExecutor {
  static {
    setErrorName(this, 'NoWorkersError');
  }
}

setReferences(import.meta.url, { NoWorkersError });

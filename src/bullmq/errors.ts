import { setErrorNames, setReferences } from '../builtins/index.js';
import { BrokenExecutor } from '../concurrent-futures/index.js';

/** No worker of the queue was alive for `worker_timeout` seconds while the call waited for one. It has not run. */
export class NoWorkersError extends BrokenExecutor {}

const exceptions = { NoWorkersError };
setErrorNames(exceptions);
setReferences(import.meta.url, exceptions);

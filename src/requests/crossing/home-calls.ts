/** The functions that a pool thread has called in the main thread, besides those of the session's copy. */
import { setReferences } from '../../builtins/index.js';
import { publishEvents } from '../diagnostics/trace.js';
import { warnInsecureRequest } from '../urllib3/warnings.js';

setReferences(import.meta.url, { publishEvents, warnInsecureRequest });

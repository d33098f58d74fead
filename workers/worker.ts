/**
 * What a pool thread of a bundled program runs, to be built beside the program and named by `worker_url`. Such a thread loads
 * nothing of the package later, so everything that may cross to it is here.
 */
import '../src/requests/index.js';
import '../src/futures-session/index.js';

export { default } from './serve.js';

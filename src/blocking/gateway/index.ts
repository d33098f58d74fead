/** The code of the gateway thread. */
export { Caller } from './caller.js';
export { operate } from './operations.js';
export { Pools } from './pools.js';
export { Twins } from './twins.js';

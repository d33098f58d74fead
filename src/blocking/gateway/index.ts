/** What the gateway thread runs. */
export { Caller } from './caller.js';
export { operate } from './operations.js';
export { Pools } from './pools.js';
export { Twins } from './twins.js';

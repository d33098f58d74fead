/** The entry of a pool thread. */
export { default } from './serve.js';

// Piscina tries `require` first, for which loaders such as tsx load each module a second time, without the registrations of the
// first. A module with top-level await can only be imported.
await Promise.resolve();

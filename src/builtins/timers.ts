/**
 * The timers that requests depend on, captured when the package loads: a test that installs fake timers stops its own
 * code, not the requests that it sends. Pauses that tests like to skip (`startTimer`) follow the fake clock.
 */
const { clearImmediate, clearTimeout, queueMicrotask, setImmediate, setTimeout } = globalThis;
const nextTick: typeof process.nextTick = process.nextTick.bind(process);

export { clearImmediate, clearTimeout, nextTick, queueMicrotask, setImmediate, setTimeout };

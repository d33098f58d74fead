/**
 * What a request needs to go on, taken when the package is loaded: a test that puts fake timers in their place stops its own
 * code, and not the requests which that sends. Pauses that tests like to skip (`startTimer`) follow the fake clock.
 */
const { clearTimeout, queueMicrotask, setImmediate, setTimeout } = globalThis;
const nextTick: typeof process.nextTick = process.nextTick.bind(process);

export { clearTimeout, nextTick, queueMicrotask, setImmediate, setTimeout };

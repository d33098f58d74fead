/**
 * Records which functions of the package one thread enters, and in what order. Preloaded (`node --import`) into the main
 * thread and into each worker thread; a worker's recorder is reached over a BroadcastChannel, since a submitted function
 * would itself be recorded.
 */
import inspector from 'node:inspector';
import { isMainThread, threadId } from 'node:worker_threads';

export const CHANNEL = 'requests-futures:path';

/** V8's answers come during `post` when the session is connected to its own thread. */
class Inspector {
  #session = new inspector.Session();

  constructor() {
    this.#session.connect();
  }

  post(method, params = {}) {
    let outcome;
    this.#session.post(method, params, (error, result) => {
      if (error) throw new Error(`${method}: ${error.message}`);
      outcome = result;
    });
    return outcome;
  }

  on(event, listener) {
    this.#session.on(event, ({ params }) => listener(params));
  }
}

/** One thread's recorder. `folder` is a URL; only modules under it are recorded. */
export class Recorder {
  #inspector = new Inspector();
  #folder;
  #scripts = new Map();
  #breakpoints = [];
  #order = [];

  constructor(folder) {
    this.#folder = folder;
  }

  /** Resolves when what the last request left to do is done: its connection goes back to the pool after it has ended. */
  async quiet() {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  start() {
    this.#inspector.post('Profiler.enable');
    this.#inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  }

  /** What was entered since `start` or the last `take`: `{ url, name, start, end }`, in no order. */
  take() {
    const { result } = this.#inspector.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => url.startsWith(this.#folder))
      .flatMap(({ url, functions }) =>
        functions
          .filter(({ ranges: [{ count }] }) => count > 0)
          .map(({ functionName: name, ranges: [{ startOffset: start, endOffset: end }] }) => ({
            url,
            name,
            start,
            end,
          })),
      );
  }

  /**
   * Notes from here on when each of `functions` is entered first. Coverage has counts but no order, so each gets a
   * breakpoint whose condition notes the function and never holds.
   *
   * @param functions with `line`, `column` (from 0): where each starts
   */
  watch(functions) {
    this.#inspector.on('Debugger.scriptParsed', ({ scriptId, url }) => this.#scripts.set(url, scriptId));
    this.#inspector.post('Debugger.enable');
    this.#order = [];
    globalThis.noteEntry = (index) => void this.#order.push(index);
    for (const [index, { url, from, to }] of functions.entries()) {
      const scriptId = this.#scripts.get(url);
      const { locations } = this.#inspector.post('Debugger.getPossibleBreakpoints', {
        start: { scriptId, lineNumber: from.line, columnNumber: from.column },
        end: { scriptId, lineNumber: to.line, columnNumber: to.column },
        restrictToFunction: true,
      });
      if (locations.length === 0) continue;
      const { breakpointId } = this.#inspector.post('Debugger.setBreakpoint', {
        location: locations[0],
        condition: `noteEntry(${index})`,
      });
      this.#breakpoints.push(breakpointId);
    }
  }

  /** The indices of the watched functions, in the order of their first call. */
  unwatch() {
    for (const breakpointId of this.#breakpoints.splice(0)) {
      this.#inspector.post('Debugger.removeBreakpoint', { breakpointId });
    }
    this.#inspector.post('Debugger.disable');
    delete globalThis.noteEntry;
    return [...new Set(this.#order)];
  }
}

if (!isMainThread) {
  const recorder = new Recorder(process.env.PATH_FOLDER);
  const channel = new BroadcastChannel(CHANNEL);
  // The pool's threads end when nothing is left to do in them.
  channel.unref();
  channel.onmessage = async ({ data: { method, args } }) => {
    if (method === undefined) return;
    channel.postMessage({ threadId, result: await recorder[method](...args) });
  };
}

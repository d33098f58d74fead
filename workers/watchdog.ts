/**
 * The entry of the watchdog thread, which wakes the caller when the gateway ends. The blocked caller itself would notice too
 * late. It starts after the gateway: the first call waits for that.
 */
import { workerData } from 'node:worker_threads';
import { type Death, tellEnd, type WatchdogData } from '../src/blocking/wire/index.js';

const { gateway, watch, flags } = workerData as WatchdogData;

let death: Death = { message: 'the gateway thread could not be started', stack: '', code: null };

gateway.on('message', (reason: Death) => {
  death = reason;
});
// A thread's ports close when it ends, out of memory, too.
gateway.on('close', () => {
  watch.postMessage(death);
  tellEnd(flags);
});

/**
 * The entry of the watchdog thread, which wakes the caller when the gateway ends. The blocked caller itself would notice too
 * late. It starts after the gateway: the first call waits for that.
 */
import { workerData } from 'node:worker_threads';
import { type Death, silentDeath, tellEnd, type WatchdogData } from '../src/blocking/wire/index.js';

const { gateway, watch, flags } = workerData as WatchdogData;

let death: Death | null = null;

// Reported at once, as its thread may take long to end: it waits for what cannot be stopped, such as the look-up of a name.
gateway.on('message', (reason: Death) => {
  death = reason;
  gateway.close();
});
// A thread's ports close when it ends, out of memory, too.
gateway.on('close', () => {
  watch.postMessage(death ?? silentDeath(flags));
  tellEnd(flags);
});

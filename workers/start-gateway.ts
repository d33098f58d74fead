/** Loads the gateway, after what says why this thread ends. */
import { workerData } from 'node:worker_threads';
import { type Death, type GatewayData, STARTED } from '../src/blocking/wire/index.js';

const { watchdog, gateway, flags } = workerData as GatewayData;

let death: Death | null = null;

Atomics.store(new Int32Array(flags), STARTED, 1);
process.on('uncaughtExceptionMonitor', (error: unknown) => {
  const { message = String(error), stack = '', code } = Object(error) as Partial<Error> & { code?: unknown };
  death = { message, stack, code: typeof code === 'string' ? code : null };
});
process.on('exit', (code) => {
  watchdog.postMessage(
    death ?? { message: `the gateway thread exited with code ${code}`, stack: '', code: null },
  );
});
// A failure is an uncaught error, reported like any other.
void import(gateway);

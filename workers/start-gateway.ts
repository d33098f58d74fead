/** Loads the gateway, after what tells the watchdog why this thread ends. */
import { workerData } from 'node:worker_threads';
import type { Death, GatewayData } from '../src/blocking/wire/index.js';

const { watchdog, gateway } = workerData as GatewayData;

let told = false;

function tell(death: Death): void {
  if (told) return;
  told = true;
  watchdog.postMessage(death);
}

function tellError(error: unknown): void {
  const { message = String(error), stack = '', code } = Object(error) as Partial<Error> & { code?: unknown };
  tell({ message, stack, code: typeof code === 'string' ? code : null });
}

// Holds for an end without another word: no code runs in a thread that is out of memory.
watchdog.postMessage({
  message: 'it reached its memory limit: JS heap out of memory',
  stack: '',
  code: 'ERR_WORKER_OUT_OF_MEMORY',
} satisfies Death);
process.on('uncaughtExceptionMonitor', tellError);
process.on('exit', (code) => {
  tell({ message: `the gateway thread exited with code ${code}`, stack: '', code: null });
});
import(gateway).catch((error: unknown) => {
  tellError(error);
  throw error;
});

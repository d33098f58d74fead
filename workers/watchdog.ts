/**
 * The entry of the watchdog thread, which owns the gateway and wakes the caller when the gateway ends. The blocked caller itself
 * would notice too late.
 */
import { Worker, workerData } from 'node:worker_threads';
import { type Death, type GatewayData, tellEnd, type WatchdogData } from '../src/blocking/wire/index.js';

const { port, flags, watch, gateway: url, requestsFutures } = workerData as WatchdogData;

let told = false;

function ended(death: Death): void {
  if (told) return;
  told = true;
  watch.postMessage(death);
  tellEnd(flags);
}

try {
  const gateway = new Worker(new URL(url), {
    name: 'requests-futures gateway',
    execArgv: [],
    stdout: true,
    stderr: true,
    workerData: { requestsFutures, port, flags } satisfies GatewayData,
    transferList: [port],
  });
  gateway.on('error', (error: Error & { code?: unknown }) => {
    const { message, stack = '', code } = error;
    ended({ message, stack, code: typeof code === 'string' ? code : null });
  });
  gateway.on('exit', (code) => {
    ended({ message: `the gateway thread exited with code ${code}`, stack: '', code: null });
  });
} catch (error) {
  const { message, stack = '' } = error as Error;
  ended({ message, stack, code: null });
}

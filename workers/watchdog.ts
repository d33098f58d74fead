/**
 * What the watchdog thread runs: it owns the gateway, and wakes the caller when that ends. The caller itself, which waits, would hear
 * of it too late.
 */
import { type MessagePort, Worker, workerData } from 'node:worker_threads';
import { type Death, type GatewayData, GONE, NEWS } from '../src/blocking/wire/index.js';

const { port, flags, watch, requestsFutures } = workerData as GatewayData & { readonly watch: MessagePort };

function tell(death: Death): void {
  const shared = new Int32Array(flags);
  watch.postMessage(death);
  Atomics.store(shared, GONE, 1);
  Atomics.add(shared, NEWS, 1);
  Atomics.notify(shared, NEWS);
}

let told = false;

function ended(death: Death): void {
  if (told) return;
  told = true;
  tell(death);
}

try {
  const gateway = new Worker(new URL(import.meta.resolve('#workers/gateway')), {
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

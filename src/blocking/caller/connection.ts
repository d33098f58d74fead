/** How a thread comes to a gateway: it starts one, or it belongs to a pool and shares that of its program. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { callAtHome } from '../../builtins/index.js';
import { type Death, FLAGS, type GatewayData } from '../wire/protocol.js';
import { takeCaller } from '../wire/taking.js';
import { gatewayEnvironment } from './environ.js';
import { checkHost } from './host.js';

/** The caller's end of the channel to a gateway. */
export interface Connection {
  readonly port: MessagePort;
  readonly flags: Int32Array;
  /** Where the watchdog says why the gateway ended; null for a gateway of another thread, which says that it ended. */
  readonly watch: MessagePort | null;
}

/** @param ended called when the watchdog itself ends */
export function connect(ended: (death: Death) => void): Connection {
  checkHost();
  const { port1: port, port2 } = new MessageChannel();
  const flags = new Int32Array(new SharedArrayBuffer(FLAGS * Int32Array.BYTES_PER_ELEMENT));
  const isTaken = callAtHome(takeCaller, [port2, flags.buffer]);
  return { port, flags, watch: isTaken ? null : startGateway(port2, flags.buffer, ended) };
}

function startGateway(
  port: MessagePort,
  flags: SharedArrayBuffer,
  ended: (death: Death) => void,
): MessagePort {
  const { port1: watch, port2 } = new MessageChannel();
  const watchdog = new Worker(new URL(import.meta.resolve('#workers/watchdog')), {
    name: 'requests-futures',
    execArgv: [],
    env: gatewayEnvironment(),
    stdout: true,
    stderr: true,
    workerData: { requestsFutures: 'gateway', port, flags, watch: port2 } satisfies GatewayData & {
      readonly watch: MessagePort;
    },
    transferList: [port, port2],
  });
  watchdog.on('error', (error: Error) => {
    ended({ message: error.message, stack: error.stack ?? '', code: null });
  });
  watchdog.on('exit', (code) => {
    ended({ message: `the watchdog thread exited with code ${code}`, stack: '', code: null });
  });
  // Last, as a listener would hold the process again.
  watchdog.unref();
  return watch;
}

/** How a thread gets a gateway: it starts one, or, as a pool's thread, shares that of its program. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { callAtHome } from '../../builtins/index.js';
import { type Death, FLAGS, type GatewayData, type WatchdogData } from '../wire/protocol.js';
import { takeCaller } from '../wire/taking.js';
import { EnvironmentChanges, gatewayEnvironment } from './environ.js';
import { checkHost, workerFile } from './host.js';

/** The caller's end of the channel to a gateway. */
export interface Connection {
  readonly port: MessagePort;
  readonly flags: Int32Array;
  /** What has changed since the gateway was started. */
  readonly environ: EnvironmentChanges;
  /** Its watchdog; null for a gateway of another thread. */
  readonly watchdog: Watchdog | null;
}

interface Watchdog {
  /** Where the reason of the gateway's end arrives. */
  readonly port: MessagePort;
  /** Its own end. */
  readonly ended: Promise<Death>;
}

function start(): Connection {
  checkHost();
  const { port1: port, port2 } = new MessageChannel();
  const flags = new Int32Array(new SharedArrayBuffer(FLAGS * Int32Array.BYTES_PER_ELEMENT));
  const isTaken = callAtHome(takeCaller, [port2, flags.buffer]);
  return {
    port,
    flags,
    environ: new EnvironmentChanges(!isTaken),
    watchdog: isTaken ? null : startGateway(port2, flags.buffer),
  };
}

function startGateway(port: MessagePort, flags: SharedArrayBuffer): Watchdog {
  const { port1: watched, port2: watching } = new MessageChannel();
  const { port1: watch, port2: told } = new MessageChannel();
  const options = { execArgv: [], env: gatewayEnvironment(), stdout: true, stderr: true };
  const gateway = new Worker(new URL(workerFile('start-gateway')), {
    ...options,
    name: 'requests-futures gateway',
    workerData: {
      requestsFutures: 'gateway',
      port,
      flags,
      watchdog: watched,
      gateway: workerFile('gateway'),
    } satisfies GatewayData,
    transferList: [port, watched],
  });
  // The watchdog reports it, also while this thread waits.
  gateway.on('error', () => undefined);
  let watchdog: Worker;
  try {
    watchdog = new Worker(new URL(workerFile('watchdog')), {
      ...options,
      name: 'requests-futures',
      workerData: {
        requestsFutures: 'gateway',
        gateway: watching,
        watch: told,
        flags,
      } satisfies WatchdogData,
      transferList: [watching, told],
    });
  } catch (error) {
    void gateway.terminate();
    throw error;
  }
  const ended = new Promise<Death>((resolve) => {
    watchdog.on('error', ({ message, stack = '' }: Error) => {
      resolve({ message, stack, code: null });
    });
    watchdog.on('exit', (code) => {
      resolve({ message: `the watchdog thread exited with code ${code}`, stack: '', code: null });
    });
  });
  // What arrives from the streams of a thread, warnings of Node's, would keep the process alive.
  for (const { stdout, stderr } of [gateway, watchdog]) {
    stdout.destroy();
    stderr.destroy();
  }
  // Last, as adding a listener would keep the process alive again.
  gateway.unref();
  watchdog.unref();
  return { port: watch, ended };
}

/** Started while the program is still loading, as the first call would otherwise wait for all of it. */
let early = startEarly();

function startEarly(): Connection | null {
  try {
    return start();
  } catch {
    // The first call, if any, reports it.
    return null;
  }
}

/** A new connection. */
export function connect(): Connection {
  const connection = early ?? start();
  early = null;
  return connection;
}

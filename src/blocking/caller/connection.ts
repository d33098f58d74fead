/** How a thread gets a gateway: it starts one, or, as a pool's thread, shares that of its program. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { callAtHome } from '../../builtins/index.js';
import { type Death, FLAGS, GONE, type GatewayData, type WatchdogData } from '../wire/protocol.js';
import { silentDeath } from '../wire/end.js';
import { takeCaller } from '../wire/taking.js';
import { EnvironmentChanges, gatewayEnvironment } from './environ.js';
import { checkHost, workerFile } from './host.js';

/** The caller's end of the channel to a gateway. */
export interface Connection {
  readonly port: MessagePort;
  readonly flags: Int32Array;
  /** What has changed since the gateway was started. */
  readonly environ: EnvironmentChanges;
  /** Null for a gateway of another thread. */
  readonly gateway: Gateway | null;
}

/** A gateway that this thread has started. */
export interface Gateway {
  /** Starts its watchdog. Throws the error of `new Worker`, and then stops the gateway. */
  watch(): Watchdog;
  /** Its end, reported in a turn of this thread's loop. */
  readonly ended: Promise<Death>;
  /** Keeps the process alive. */
  ref(): void;
  unref(): void;
}

/** The thread that reports the end of a gateway. */
export interface Watchdog {
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
    gateway: isTaken ? null : startGateway(port2, flags.buffer),
  };
}

function startGateway(port: MessagePort, flags: SharedArrayBuffer): Gateway {
  const { port1: watched, port2: watching } = new MessageChannel();
  const shared = new Int32Array(flags);
  let isWatched = false;
  const gateway = startThread(
    'start-gateway',
    'requests-futures gateway',
    {
      requestsFutures: 'gateway',
      port,
      flags,
      watchdog: watched,
      gateway: workerFile('gateway'),
    } satisfies GatewayData,
    [port, watched],
  );
  const ended = new Promise<Death>((resolve) => {
    // Until the watchdog has the port. The thread may take long to end.
    watching.on('message', resolve);
    watching.unref();
    gateway.on('exit', (code) => {
      if (isWatched) {
        // The watchdog may be about to report it, with the reason.
        Atomics.wait(shared, GONE, 0, 1000);
        resolve({ message: `the gateway thread exited with code ${code}`, stack: '', code: null });
      } else {
        const received = receiveMessageOnPort(watching) as { message: Death } | undefined;
        resolve(received?.message ?? silentDeath(flags));
      }
    });
  });
  // Reported by its last message, also while this thread waits.
  gateway.on('error', () => undefined);
  // Last, as adding a listener would keep the process alive again.
  gateway.unref();
  const watch = (): Watchdog => {
    try {
      const watchdog = startWatchdog(watching, flags);
      isWatched = true;
      return watchdog;
    } catch (error) {
      void gateway.terminate();
      throw error;
    }
  };
  return {
    watch,
    ended,
    ref: () => {
      gateway.ref();
    },
    unref: () => {
      gateway.unref();
    },
  };
}

function startWatchdog(gateway: MessagePort, flags: SharedArrayBuffer): Watchdog {
  const { port1: port, port2: watch } = new MessageChannel();
  const watchdog = startThread(
    'watchdog',
    'requests-futures',
    {
      requestsFutures: 'gateway',
      gateway,
      watch,
      flags,
    } satisfies WatchdogData,
    [gateway, watch],
  );
  const ended = new Promise<Death>((resolve) => {
    watchdog.on('error', ({ message, stack = '' }: Error) => {
      resolve({ message, stack, code: null });
    });
    watchdog.on('exit', (code) => {
      resolve({ message: `the watchdog thread exited with code ${code}`, stack: '', code: null });
    });
  });
  watchdog.unref();
  return { port, ended };
}

function startThread(
  file: 'start-gateway' | 'watchdog',
  name: string,
  workerData: GatewayData | WatchdogData,
  transferList: readonly MessagePort[],
): Worker {
  const thread = new Worker(new URL(workerFile(file)), {
    name,
    workerData,
    transferList: [...transferList],
    execArgv: [],
    env: gatewayEnvironment(),
    stdout: true,
    stderr: true,
  });
  // What arrives from the streams of a thread, warnings of Node's, would keep the process alive.
  thread.stdout.destroy();
  thread.stderr.destroy();
  return thread;
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

import { SHARE_ENV, type Transferable, type Worker } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { RuntimeError, setImmediate } from '../../builtins/index.js';
import { decodeLoading, type Pickled } from '../../pickle/index.js';
import type { Opened, Opening } from './protocol.js';

/** What a thread is started with. */
export interface HostSettings {
  /** The file that it runs; null for this package's own. */
  readonly workerUrl: string | null;
  readonly resourceLimits: Readonly<Record<string, number>> | null;
}

/**
 * One thread, as a piscina pool of one: piscina starts it, loads the worker file, limits its memory, reports its end, and
 * terminates it.
 *
 * It does not carry the calls: piscina delivers everything that has arrived in a single turn of the main loop (parsing
 * 100 bodies of 1 MB stalled it for 2 s), and to abort a call it kills the thread with all its other
 * calls. So calls have their own channels.
 */
export class ThreadHost {
  readonly #settings: HostSettings;
  readonly #onExit: (cause: Error) => void;
  #piscina: Piscina | null = null;
  #worker: Worker | null = null;
  #destroyed = false;
  #crash: Error | null = null;
  /** Settles when the thread is gone. */
  readonly ended: Promise<void>;
  #markEnded: () => void = () => undefined;

  /** @param onExit called once, with the cause, when the thread ends by itself after opening */
  constructor(settings: HostSettings, onExit: (cause: Error) => void) {
    this.#settings = settings;
    this.#onExit = onExit;
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
  }

  /**
   * Starts the thread and runs its initializer.
   * @returns what the initializer threw, boxed as it may be anything; null on success
   */
  async open(opening: Opening, transferList: readonly Transferable[]): Promise<{ reason: unknown } | null> {
    try {
      const failure = await this.#open(opening, transferList);
      if (failure === null) return null;
      await this.destroy();
      return { reason: await decodeLoading(failure) };
    } catch (error) {
      // Its run() threw and lost the promise that its end would reject.
      if (error instanceof ReferenceError) this.#piscina = null;
      await this.destroy();
      throw isWithoutPiscina(error) ? new RuntimeError(WITHOUT_PISCINA, { cause: error }) : error;
    }
  }

  async #open(opening: Opening, transferList: readonly Transferable[]): Promise<Pickled | null> {
    const { Piscina } = await import('piscina');
    if (this.#destroyed) throw new Error('the thread was ended before it had started');
    const { workerUrl, resourceLimits } = this.#settings;
    const piscina = new Piscina({
      filename: workerUrl ?? ownWorkerUrl(),
      minThreads: 0,
      maxThreads: 1,
      // By default piscina ends an idle thread at once, and with it its keep-alive connections.
      idleTimeout: Infinity,
      // By default piscina blocks an idle thread's event loop, which would then miss that a server closes a connection.
      atomics: 'disabled',
      recordTiming: false,
      // In a copy, a thread would miss what the program sets later, such as a proxy.
      env: SHARE_ENV,
      ...(resourceLimits !== null && { resourceLimits }),
    });
    this.#piscina = piscina;
    const opened = piscina.run(opening, { transferList: [...transferList] }) as Promise<Opened>;
    const { failure } = await Promise.race([opened, failureToStart(piscina)]);
    if (failure !== null) return failure;
    const [worker] = piscina.threads as readonly (Worker | undefined)[];
    if (worker === undefined) throw new Error('the thread ended as soon as it had started');
    worker.once('error', (error: Error) => {
      this.#crash = error;
    });
    worker.once('exit', (code) => {
      this.#exited(code);
    });
    this.#worker = worker;
    return null;
  }

  /** Makes the thread keep the process alive, while its end is awaited. */
  ref(): void {
    this.#worker?.ref();
  }

  /** Lets the process exit while the thread runs. */
  unref(): void {
    this.#worker?.unref();
  }

  /** Terminates the thread, whatever it is doing. Resolves when it is gone. */
  async destroy(): Promise<void> {
    if (!this.#destroyed) {
      this.#destroyed = true;
      await this.#piscina?.destroy();
      this.#markEnded();
    }
    await this.ended;
  }

  #exited(code: number): void {
    this.#markEnded();
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#onExit(this.#crash ?? new Error(`the thread exited with code ${code}`));
  }
}

/** Rejects when the thread dies before it is ready. Piscina would never settle its first call. */
function failureToStart(piscina: Piscina): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    // Errors after the start arrive here as well as through the thread's own events.
    piscina.on('error', reject);
    piscina.on('workerDestroy', () => {
      // The error that ended it is emitted just after its end.
      setImmediate(reject, new Error('the thread ended while it was starting'));
    });
  });
  // No longer listened to when the thread ends normally.
  failure.catch(() => undefined);
  return failure;
}

const WITHOUT_PISCINA =
  'piscina, which starts the threads by a file of its own, is in this bundle: keep it out (esbuild --external:piscina, externals of ' +
  'webpack, external of rollup and Vite) and install it beside the bundle';

/** Whether a thread was not started because piscina looks for its file beside a bundle. */
function isWithoutPiscina(error: unknown): boolean {
  const { message = '', code } = error as Partial<NodeJS.ErrnoException>;
  return (
    message.includes('__dirname is not defined') ||
    (code === 'MODULE_NOT_FOUND' && /worker\.js'/.test(message))
  );
}

/** In a name of its own, as webpack would copy the file that a literal names, without what that imports. */
const OWN_WORKER = '#workers/thread';

/** The file that a thread runs. Throws RuntimeError in a bundle, where it is missing. */
function ownWorkerUrl(): string {
  try {
    return import.meta.resolve(OWN_WORKER);
  } catch (error) {
    throw new RuntimeError(
      'The file for worker threads is not in this bundle: keep requests-futures out of it (esbuild --external:requests-futures, ' +
        'externals of webpack, external of rollup and Vite) and install it beside the bundle, or build requests-futures/worker ' +
        'as a file of its own and name that by worker_url',
      { cause: error },
    );
  }
}

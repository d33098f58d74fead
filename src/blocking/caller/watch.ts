/**
 * Reports the end of a gateway. Its watchdog, which a waiting thread needs for that, starts late: a thread more beside the gateway's
 * start would delay the first answer by 10 ms on two CPUs.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Death } from '../wire/protocol.js';
import type { Gateway, Watchdog } from './connection.js';

export class Watch {
  readonly #report: (death: Death) => void;
  /** Null once started, and for a gateway of another thread. */
  #start: (() => Watchdog) | null;
  #port: MessagePort | null = null;

  constructor(gateway: Gateway | null, report: (death: Death) => void) {
    this.#report = report;
    this.#start = gateway === null ? null : () => gateway.watch();
    void gateway?.ended.then((death) => {
      report(this.lastWords(death));
    });
  }

  /** Whether nothing would report the end of the gateway to a waiting thread. */
  get isMissing(): boolean {
    return this.#start !== null;
  }

  /** Starts the watchdog if it is missing. */
  start(): void {
    const start = this.#start;
    if (start === null) return;
    this.#start = null;
    try {
      this.#listen(start());
    } catch (error) {
      const { message, stack = '' } = error as Error;
      this.#report({ message, stack, code: null });
    }
  }

  #listen({ port, ended }: Watchdog): void {
    this.#port = port;
    port.on('message', this.#report);
    // What it said before it ended may not have been delivered yet.
    void ended.then((death) => {
      this.#report(this.lastWords(death));
    });
    // Last, as adding a listener would keep the process alive again.
    port.unref();
  }

  /** The watchdog's message, or else `death`. */
  lastWords(death: Death): Death {
    const received = (this.#port && receiveMessageOnPort(this.#port)) as { message: Death } | undefined;
    return received?.message ?? death;
  }

  close(): void {
    this.#start = null;
    this.#port?.close();
  }
}

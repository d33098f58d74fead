import { needsOpenConnection, socketsPolled } from '../connections/kept-connections.js';
import type { Job } from '../outgoing-request.js';
import type { Attempt, Transport } from '../urlopen.js';
import { Clients, type ClientsOptions } from './clients.js';
import { loadedUndici, loadUndici, type UndiciModule } from './load-undici.js';
import { UndiciAttempt } from './undici-attempt.js';

/** Sends by the clients of undici. */
export class UndiciTransport implements Transport<Job, Clients> {
  readonly #options: ClientsOptions;

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  open({ pool, method }: Job): Clients | Promise<Clients> {
    const { clients } = pool;
    if (clients instanceof Clients) {
      if (!needsOpenConnection(method) || !clients.hasIdle) return clients;
      return socketsPolled().then(() => clients);
    }
    const undici = loadedUndici();
    if (undici !== null) return this.#clientsOf(pool, undici);
    return loadUndici().then((module) => this.#clientsOf(pool, module));
  }

  #clientsOf(pool: Job['pool'], undici: UndiciModule): Clients {
    if (pool.clients instanceof Clients) return pool.clients;
    const clients = new Clients(undici, pool, this.#options);
    pool.clients = clients;
    return clients;
  }

  /** Several requests may be on one connection. */
  get sharesConnections(): boolean {
    return this.#options.pipelining > 1 || this.#options.allowH2;
  }

  attempt(job: Job, clients: Clients): Attempt {
    return new UndiciAttempt(job, clients);
  }

  closeIdle(clients: Clients): void {
    clients.closeIdle();
  }
}

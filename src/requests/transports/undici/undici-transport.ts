import { Retry } from '../../urllib3/retry.js';
import { newsOfClosedSockets } from '../connections/closed-sockets.js';
import type { Job } from '../outgoing-request.js';
import type { Attempt, Transport } from '../urlopen.js';
import { Clients, type ClientsOptions } from './clients.js';
import { loadedUndici, loadUndici } from './load-undici.js';
import { UndiciExchange } from './undici-attempt.js';

/** Sends by the dispatchers of undici. */
export class UndiciTransport implements Transport<Clients> {
  readonly #options: ClientsOptions;

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  open({ pool, method }: Job): Clients | Promise<Clients> {
    const { clients: known } = pool;
    if (known instanceof Clients) {
      if (Retry.DEFAULT_ALLOWED_METHODS.has(method) || known.idle.length === 0) return known;
      return newsOfClosedSockets().then(() => known);
    }
    const undici = loadedUndici();
    if (undici !== null) return (pool.clients = new Clients(undici, pool, this.#options));
    return loadUndici().then((module) => {
      if (pool.clients instanceof Clients) return pool.clients;
      const clients = new Clients(module, pool, this.#options);
      pool.clients = clients;
      return clients;
    });
  }

  attempt(job: Job, clients: Clients): Attempt {
    return new UndiciExchange(job, clients);
  }

  closeIdle(clients: Clients): void {
    clients.closeIdle();
  }
}

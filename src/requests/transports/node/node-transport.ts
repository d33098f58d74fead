import { Retry } from '../../urllib3/retry.js';
import { newsOfClosedSockets } from '../connections/closed-sockets.js';
import { Exchange, type NodeFetch } from './node-attempt.js';
import type { Job } from '../outgoing-request.js';
import { closeIdle, type PoolAgent } from '../connections/pool-agent.js';
import { TracedExchange } from '../traced-attempt.js';
import type { Attempt, Transport } from '../urlopen.js';

/** Sends by node-fetch over the agents of Node. */
export class NodeFetchTransport implements Transport<PoolAgent> {
  readonly #fetch: NodeFetch;

  constructor(fetch: NodeFetch) {
    this.#fetch = fetch;
  }

  open({ pool, method }: Job): PoolAgent | Promise<PoolAgent> {
    const agent = pool.agent ?? pool.openAgent();
    if (agent instanceof Promise || Retry.DEFAULT_ALLOWED_METHODS.has(method) || !hasIdle(agent))
      return agent;
    return newsOfClosedSockets().then(() => agent);
  }

  attempt(job: Job, agent: PoolAgent): Attempt {
    return job.trace === null
      ? new Exchange(job, this.#fetch, agent)
      : new TracedExchange(job, job.trace, this.#fetch, agent);
  }

  closeIdle(agent: PoolAgent): void {
    closeIdle(agent);
  }
}

function hasIdle(agent: { readonly freeSockets: object }): boolean {
  for (const _ in agent.freeSockets) return true;
  return false;
}

import { types } from 'node:util';
import { needsOpenConnection, socketsPolled } from '../connections/kept-connections.js';
import { closeIdle, hasIdle, type PoolAgent } from '../connections/pool-agent.js';
import type { Job } from '../outgoing-request.js';
import type { Attempt, Transport } from '../urlopen.js';
import type { NodeFetch } from './fetched.js';
import { NodeAttempt } from './node-attempt.js';

/** Sends by node-fetch over the agents of Node. */
export class NodeTransport implements Transport<Job, PoolAgent> {
  readonly #fetch: NodeFetch;

  constructor(fetch: NodeFetch) {
    this.#fetch = fetch;
  }

  open({ pool, method }: Job): PoolAgent | Promise<PoolAgent> {
    const agent = pool.agent ?? pool.openAgent();
    if (types.isPromise(agent) || !needsOpenConnection(method) || !hasIdle(agent)) return agent;
    return socketsPolled().then(() => agent);
  }

  attempt(job: Job, agent: PoolAgent): Attempt {
    return new NodeAttempt(job, this.#fetch, agent);
  }

  closeIdle(agent: PoolAgent): void {
    closeIdle(agent);
  }
}

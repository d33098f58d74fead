/**
 * Node's agents as the pools need them: urllib3's limits and warnings, no work per request for names of pools, and a
 * 'timeout' of a socket told to the exchange that has it.
 */
import type { ClientRequest, ClientRequestArgs } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { getLogger } from '../../../builtins/index.js';

/** What Node's agents have that their type declarations leave out; `addRequest` is what `http.request` calls. */
export interface PoolAgent extends http.Agent {
  addRequest(request: ClientRequest, options: ClientRequestArgs): void;
  createConnection(options: object, callback?: (error: Error | null, socket: Socket) => void): Socket;
  getName(): string;
  keepSocketAlive(socket: Socket): boolean;
}

/** Carried by a socket while it serves an exchange. */
export const kExchange: unique symbol = Symbol('requests.exchange');

/** What a socket's owner is told. */
export interface SocketOwner {
  /** Nothing went over the socket for as long as its timer was set to. */
  onIdle(): void;
  /** The seconds after which the server said it will close an idle connection; null when it said nothing. */
  keepAliveSeconds(): number | null;
}

/** A socket of a pool. */
export type PoolSocket = Socket & { [kExchange]?: SocketOwner | null };

/** What {@link govern} is told about the pool. */
export interface AgentOwner {
  readonly host: string;
  readonly maxsize: number;
  closed: boolean;
  num_connections: number;
}

/** Closing this long before the server does avoids most requests that cross its goodbye. */
const KEEP_ALIVE_MARGIN = 1000;
/** Node warns of longer ones, and what the server says is no reason for warnings. */
const LONGEST_TIMER = 2 ** 31 - 1;

function tellOwner(this: PoolSocket): void {
  this[kExchange]?.onIdle();
}

function ignore(): void {
  // Whoever uses the socket is told, too.
}

/** Options that all agents share. Idle sockets are counted by {@link govern}, as Node discards silently. */
export function agentOptions(owner: AgentOwner, block: boolean): http.AgentOptions {
  return {
    keepAlive: true,
    maxFreeSockets: Infinity,
    maxSockets: block ? owner.maxsize : Infinity,
    scheduling: 'lifo',
  };
}

/** An agent for one host, which is in `options` and so overrides what a request says. */
export function directAgent(owner: AgentOwner, secure: boolean, options: http.AgentOptions): PoolAgent {
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  return govern(agent as PoolAgent, owner);
}

/** Puts an agent under the rules of its pool. */
export function govern(agent: PoolAgent, owner: AgentOwner): PoolAgent {
  // All sockets of the agent go to the same place in the same way.
  const name = 'pool';
  agent.getName = () => name;
  const createConnection = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = createConnection(options, callback);
    owner.num_connections += 1;
    // Between two requests Node listens to errors only most of the time, and one that nobody hears ends the process.
    socket.on('timeout', tellOwner).on('error', ignore);
    return socket;
  };
  agent.keepSocketAlive = (socket: PoolSocket) => {
    const hint = socket[kExchange]?.keepAliveSeconds() ?? null;
    socket[kExchange] = null;
    const idle = agent.freeSockets[name]?.length ?? 0;
    if (owner.closed) return false;
    if (idle >= owner.maxsize) {
      getLogger().log(
        'warning',
        'urllib3.connectionpool',
        `Connection pool is full, discarding connection: ${owner.host}. Connection pool size: ${idle}`,
      );
      return false;
    }
    socket.setKeepAlive(true, 1000);
    socket.unref();
    const limit =
      hint === null ? 0 : Math.min(Math.max(hint * 1000 - KEEP_ALIVE_MARGIN, hint * 500), LONGEST_TIMER);
    if (socket.timeout !== limit) socket.setTimeout(limit);
    return true;
  };
  return agent;
}

/** Closes the idle sockets. */
export function closeIdle(agent: PoolAgent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}

/**
 * Node's agents as the pools need them: urllib3's limits and warnings, no work per request for names of pools, and the
 * 'timeout' of a socket passed to the attempt that has it.
 */
import type { ClientRequest, ClientRequestArgs } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { idleLimit, mayUse, thisTurn, type Turn, warnPoolIsFull } from './kept-connections.js';
import { applySocketOptions } from './socket-settings.js';
import { type ConnectionSettings, watchFingerprint } from './tls-settings.js';
import { logConnection } from '../debug-log.js';

/** What Node's agents have that their type declarations leave out; `addRequest` is what `http.request` calls. */
export interface PoolAgent extends http.Agent {
  addRequest(request: ClientRequest, options: ClientRequestArgs): void;
  createConnection(options: object, callback?: (error: Error | null, socket: Socket) => void): Socket;
  getName(): string;
  keepSocketAlive(socket: Socket): boolean;
}

/** Leads from a socket or a request to the attempt that it serves; null on a socket that is idle. */
export const kAttempt: unique symbol = Symbol('requests.attempt');

/** The turn of the loop in which the last answer on a socket of TLS was read. */
export const kReadIn: unique symbol = Symbol('requests.read-in');

/** By `readClock()`, when the last answer on a socket came. */
const kAnsweredAt: unique symbol = Symbol('requests.answered-at');

/** The callbacks and the state of a socket's owner. */
export interface SocketOwner {
  /** Nothing went over the socket for as long as its timer was set to, by the owner or while the socket was idle. */
  socketTimedOut(): void;
  /** By `readClock()`, when the head of its response had come. */
  readonly answeredAt: number;
  /** The seconds after which the server has announced to close an idle connection; null if it has not. */
  keepAliveSeconds(): number | null;
}

/** A socket of a pool. */
export type PoolSocket = Socket & {
  [kAttempt]?: SocketOwner | null;
  [kAnsweredAt]?: number;
  [kReadIn]?: Turn;
};

/** What has a request that is on its way to the agent. */
export interface RequestOwner {
  /** The agent has the request, of which nothing is written yet. Returns the options to connect with. */
  claim(request: ClientRequest, options: ClientRequestArgs): ClientRequestArgs;
}

/** Milliseconds. Setting a timer anew takes longer than a look at the clock. */
const LATE = 500;

let offered: RequestOwner | null = null;

/**
 * The next request that an agent of a pool gets belongs to `owner`: `http.request` hands it over before it returns. Returns
 * what was offered before, to be offered again afterwards. A mock may hand it over later, or never.
 */
export function offerRequest(owner: RequestOwner | null): RequestOwner | null {
  const before = offered;
  offered = owner;
  return before;
}

/** What {@link govern} uses of the pool. */
export interface AgentOwner {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly maxsize: number;
  readonly idle_timeout: number | null;
  readonly insecure_http_parser: boolean;
  readonly settings: ConnectionSettings;
  closed: boolean;
  num_connections: number;
}

function tellOwner(this: PoolSocket): void {
  this[kAttempt]?.socketTimedOut();
}

function ignore(): void {
  // The user of the socket gets the error, too.
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

/** An agent for one host, set in `options` and so overriding that of a request. */
export function directAgent(owner: AgentOwner, secure: boolean, options: http.AgentOptions): PoolAgent {
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  return govern(agent as PoolAgent, owner);
}

/** Puts an agent under the rules of its pool. */
export function govern(agent: PoolAgent, owner: AgentOwner): PoolAgent {
  // All sockets of the agent go to the same place in the same way.
  const name = 'pool';
  agent.getName = () => name;
  const addRequest = agent.addRequest.bind(agent);
  agent.addRequest = (request, options) => {
    const requestOwner = offerRequest(null);
    const claimed = requestOwner === null ? options : requestOwner.claim(request, options);
    // It has its own method by now.
    const isReused = dropUnusable(agent.freeSockets[name], request.method);
    addRequest(request, isReused ? FOR_REUSE : claimed);
  };
  const createConnection = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = createConnection(options, callback);
    owner.num_connections += 1;
    logConnection(owner);
    // Between two requests Node listens to errors only most of the time, and an error without a listener ends the process.
    socket.on('timeout', tellOwner).on('error', ignore);
    applySocketOptions(socket, owner.settings);
    if (owner.settings.assert_fingerprint) watchFingerprint(socket, owner.settings.assert_fingerprint);
    return socket;
  };
  agent.keepSocketAlive = (socket: PoolSocket) => {
    const hint = socket[kAttempt]?.keepAliveSeconds() ?? null;
    socket[kAnsweredAt] = socket[kAttempt]?.answeredAt ?? 0;
    socket[kAttempt] = null;
    const idle = agent.freeSockets[name]?.length ?? 0;
    if (owner.closed) return false;
    if (idle >= owner.maxsize) {
      warnPoolIsFull(owner.host, idle);
      return false;
    }
    if (!owner.settings.socket_options) socket.setKeepAlive(true, 1000);
    socket.unref();
    const limit = idleLimit(owner.idle_timeout, hint);
    // A request without limits has left the timer of the time before running, since the last of its bytes.
    const isLate = performance.now() - socket[kAnsweredAt] > LATE;
    if (socket.timeout !== limit || isLate) socket.setTimeout(limit);
    return true;
  };
  if (owner.insecure_http_parser) closeAfterEach(agent);
  return agent;
}

/** Node does not report which rules an answer broke, and so whether both ends agree on where it ended. */
function closeAfterEach(agent: PoolAgent): void {
  agent.removeAllListeners('free').on('free', (socket: Socket) => {
    socket.destroy();
  });
}

/** Without what it takes to connect, which Node would copy, and without the name for TLS, which it would look for. */
const FOR_REUSE: ClientRequestArgs & { readonly servername: string } = Object.freeze({ servername: '' });

/**
 * Destroys what a request with this method may not use, from the end of `idle`, where the agent takes the next one. Returns whether
 * one is left.
 */
function dropUnusable(idle: PoolSocket[] | undefined, method: string): boolean {
  for (let socket = idle?.at(-1); socket !== undefined; socket = idle?.at(-1)) {
    if (mayUse(socket, socket[kAnsweredAt] ?? 0, method)) return true;
    idle?.pop();
    socket.destroy();
  }
  return false;
}

/**
 * Notes that an answer is read on a socket. Of two records that TLS reads in one go, Node hands out the first, and runs what
 * follows from it, before anything shows that there is a second: what comes for the next request before the loop has turned was
 * there before that request. A plain socket hands out all that it has read at once.
 */
export function noteRead(socket: PoolSocket | null): void {
  if (socket !== null && 'encrypted' in socket) socket[kReadIn] = thisTurn();
}

/** Whether any socket is idle. */
export function hasIdle(agent: PoolAgent): boolean {
  for (const _ in agent.freeSockets) return true;
  return false;
}

/** Closes the idle sockets. */
export function closeIdle(agent: PoolAgent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}

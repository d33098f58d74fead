import { isIPv6 } from 'node:net';
import { inspect } from 'node:util';
import { ownOptions, repr } from '../../../builtins/index.js';
import { defaultPort } from '../../urls/default-ports.js';
import { IDLE_TIMEOUT } from './kept-connections.js';
import { PoolPlaces } from './pool-places.js';
import type { PoolProxy } from './proxy-agents.js';
import { type AgentOwner, agentOptions, closeIdle, directAgent, type PoolAgent } from './pool-agent.js';
import { connectOptions } from './socket-settings.js';
import { type ConnectionSettings, identityOptions, trustOptions } from './tls-settings.js';

/** What a pool is made of. */
export interface PoolOptions {
  /** Where the connections lead, without brackets. */
  host: string;
  /** The port that they lead to. */
  port: number;
  /** How many idle connections are kept; with `block`, how many there may be at all. */
  maxsize: number;
  /** Whether requests wait for a connection when `maxsize` are in use. */
  block: boolean;
  /** How many seconds an idle connection is kept; null for no limit. Default 15. */
  idle_timeout?: number | null | undefined;
  /** Whether answers are read that break the rules of HTTP. Default false. */
  insecure_http_parser?: boolean | undefined;
  /** How connections are made and trusted. */
  settings: ConnectionSettings;
  /** The proxy, when there is one. */
  proxy?: PoolProxy | null | undefined;
  /** Whether `proxy` is spoken to as a proxy that forwards: then `host` and `port` are the proxy's own. */
  forwards?: boolean | undefined;
}

/** Connections that something other than an agent keeps. */
export interface PoolClients {
  /** Closes those that are idle. */
  closeIdle(): void;
  /** Closes all, those in use as soon as they are not. */
  retire(): void;
}

/** fetch gets the request-target behind this, and never connects by itself. */
const ANY_HOST = 'host.invalid';

/** The connections to one host, kept to be used again: urllib3's `HTTPConnectionPool`. */
export class HTTPConnectionPool implements AgentOwner {
  /** `http` or `https`. */
  readonly scheme: 'http' | 'https' = 'http';
  /** Where the connections lead, without brackets: the host of the URL, or the proxy that forwards to it. */
  readonly host: string;
  /** The port that the connections lead to. */
  readonly port: number;
  /** How many idle connections are kept; with `block`, how many there may be at all. */
  readonly maxsize: number;
  /** Whether requests wait for a connection when `maxsize` are in use. */
  readonly block: boolean;
  /** How many seconds an idle connection is kept; null for no limit. */
  readonly idle_timeout: number | null;
  /** Whether answers are read that break the rules of HTTP. */
  readonly insecure_http_parser: boolean;
  /** The proxy, when there is one. */
  readonly proxy: PoolProxy | null;
  /** Whether the proxy forwards each request, in place of opening a tunnel. */
  readonly forwards: boolean;
  /** Connections made so far. */
  num_connections = 0;
  /** Requests sent so far. */
  num_requests = 0;
  /** A closed pool keeps no connection that comes back to it. */
  closed = false;
  /** How the connections are made. Changes hold for connections made afterwards, once {@link changeSettings} was called. */
  readonly settings: ConnectionSettings;
  /** The value of the `Host` header, unless a request has its own. @internal */
  readonly hostHeader: string;
  /** The prefix of the path in fetch's URL. @internal */
  readonly fetchOrigin: string;
  /** The agent, once there is one. @internal */
  agent: PoolAgent | null = null;
  /** The connections of a transport that has no use for agents, once there are any. @internal */
  clients: PoolClients | null = null;
  /** Who may have a connection; null where no request waits for one. @internal */
  readonly places: PoolPlaces | null;
  /** What the agent needs with each request when the way is not direct; null for an agent of one host. @internal */
  tunnelOptions: object | null = null;
  #opening: Promise<PoolAgent> | null = null;

  constructor(options: PoolOptions, scheme: 'http' | 'https' = 'http') {
    this.scheme = scheme;
    this.host = options.host;
    this.port = options.port;
    this.maxsize = options.maxsize > 0 ? options.maxsize : Infinity;
    this.block = options.block;
    this.places = this.block && this.maxsize < Infinity ? new PoolPlaces(this.maxsize) : null;
    this.idle_timeout = options.idle_timeout === undefined ? IDLE_TIMEOUT : options.idle_timeout;
    this.insecure_http_parser = options.insecure_http_parser === true || isNodeLenient();
    this.proxy = options.proxy ?? null;
    this.forwards = options.forwards ?? false;
    this.settings = ownOptions({ ...options.settings });
    const name = hostInUrl(this.host);
    this.hostHeader = this.port === defaultPort(scheme) ? name : `${name}:${this.port}`;
    const origin = `${scheme}://${name}:${this.port}`;
    this.fetchOrigin = URL.canParse(origin) ? origin : `${scheme}://${ANY_HOST}`;
  }

  /** Whether connections lead through a SOCKS proxy or a tunnel. @internal */
  get isIndirect(): boolean {
    return this.proxy !== null && !this.forwards;
  }

  /** Makes the agent, once. Only proxies need to be waited for. @internal */
  openAgent(): PoolAgent | Promise<PoolAgent> {
    if (this.agent !== null) return this.agent;
    if (!this.isIndirect) {
      this.agent = directAgent(this, this.scheme === 'https', {
        ...agentOptions(this, this.block),
        ...this.target(),
      });
      return this.agent;
    }
    this.#opening ??= this.openIndirect().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  private async openIndirect(): Promise<PoolAgent> {
    const { indirectAgent } = await import('./proxy-agents.js');
    this.tunnelOptions ??= { ...this.target(), secureEndpoint: this.scheme === 'https' };
    if (this.agent === null) {
      const agent = await indirectAgent(this, this.proxy as PoolProxy); // There is one, or the way would be direct.
      // Agents of these packages would look for it in the stack.
      this.agent ??= Object.assign(agent, { protocol: `${this.scheme}:` });
    }
    return this.agent;
  }

  /** Where to connect and, for TLS, what to trust. @internal */
  target(): object {
    return {
      ...connectOptions(this.host, this.port, this.settings),
      ...(this.scheme === 'https'
        ? { ...trustOptions(this.settings), ...identityOptions(this.host, this.settings) }
        : {}),
    };
  }

  /** Whether anyone may be at the other end. @internal */
  get isUnverified(): boolean {
    const { cert_reqs, assert_fingerprint } = this.settings;
    return cert_reqs === 'CERT_NONE' && this.scheme === 'https' && !assert_fingerprint;
  }

  /** Changes how connections are made from now on; those that are there are not used again. */
  changeSettings(changes: ConnectionSettings): void {
    Object.assign(this.settings, changes);
    this.clients?.retire();
    this.clients = null;
    if (this.agent === null) return;
    closeIdle(this.agent);
    this.agent = null;
    this.tunnelOptions = null;
  }

  /** Closes the idle connections, at once, and those in use when they come back. */
  close(): void {
    this.closed = true;
    this.clients?.closeIdle();
    if (this.agent !== null) closeIdle(this.agent);
  }

  /** The name of a connection, as messages have it. @internal */
  get connectionName(): string {
    return this.describe('Connection', this.isTunnel ? this.proxy : this);
  }

  /** Whether the way leads through a tunnel, opened by CONNECT. @internal */
  get isTunnel(): boolean {
    return this.isIndirect && !this.isSocks;
  }

  private get isSocks(): boolean {
    return this.proxy?.scheme.startsWith('socks') ?? false;
  }

  private describe(what: string, place: { host: string; port: number } | null): string {
    const { host, port } = place ?? this;
    // In Python a SOCKS connection to a plain server is not named after its scheme.
    const scheme = this.scheme.toUpperCase();
    const prefix = this.isSocks ? `SOCKS${what === 'Connection' && scheme === 'HTTP' ? '' : scheme}` : scheme;
    const { socket_path } = this.settings;
    const target = socket_path ? `socket_path=${repr(socket_path)}` : `host='${host}', port=${port}`;
    return `${prefix}${what}(${target})`;
  }

  toString(): string {
    return this.describe('ConnectionPool', this);
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** As {@link toString}. */
  toJSON(): string {
    return this.toString();
  }
}

/** The connections to one host by TLS: urllib3's `HTTPSConnectionPool`. */
export class HTTPSConnectionPool extends HTTPConnectionPool {
  constructor(options: PoolOptions) {
    super(options, 'https');
  }
}

function hostInUrl(host: string): string {
  // Node compiles a large pattern at its first question, which takes as long as two requests.
  return host.includes(':') && isIPv6(host) ? `[${host.replace(/%.*$/s, '')}]` : host;
}

/** Whether the program was started with `node --insecure-http-parser`. */
function isNodeLenient(): boolean {
  const flag = '--insecure-http-parser';
  return process.execArgv.includes(flag) || (process.env['NODE_OPTIONS']?.includes(flag) ?? false);
}

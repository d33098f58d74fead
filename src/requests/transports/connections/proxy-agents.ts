/** Agents whose connections lead through a tunnel. Loaded when the first such proxy is used, and their packages with them. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { lookup } from 'node:dns';
import { once } from 'node:events';
import type { HttpsProxyAgent as AnyTunnelAgent } from 'https-proxy-agent';
import type { ClientRequest } from 'node:http';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { LONGEST_DELAY } from '../../../builtins/index.js';
import { type AgentOwner, agentOptions, govern, kAttempt, type PoolAgent } from './pool-agent.js';
import { resolveName, wayOptions } from './socket-settings.js';
import { trustOptions } from './tls-settings.js';

/** The proxy that a pool's connections go through. */
export interface PoolProxy {
  /** How the proxy is spoken to. */
  readonly scheme: 'http' | 'https' | 'socks4' | 'socks4a' | 'socks5' | 'socks5h';
  /** Without brackets. */
  readonly host: string;
  /** The proxy's port. */
  readonly port: number;
  /** For the proxy alone: its credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a SOCKS proxy. */
  readonly username?: string | undefined;
  /** Of a SOCKS proxy. */
  readonly password?: string | undefined;
}

/** A pool whose connections lead through a tunnel. */
export interface ProxiedPool extends AgentOwner {
  readonly block: boolean;
}

/** What waits for a tunnel. */
export interface TunnelOwner {
  /** The socket that leads to the proxy; it is still connecting. */
  onProxySocket(socket: net.Socket): void;
  /** The socket to a SOCKS proxy, which ends with the attempt. */
  onSocksSocket(socket: net.Socket): void;
  /** Milliseconds for making the connection; 0 for no limit. */
  readonly connectLimit: number;
}

/** A request that leads to what waits for its tunnel. */
type TunnelRequest = ClientRequest & { [kAttempt]?: TunnelOwner };

/** What an agent of these packages takes for the connection to make. */
type ConnectOptions = Parameters<AnyTunnelAgent<string>['connect']>[1];

/** The owner's own timer fires first; this one closes the connection, which only the package can reach. */
const GRACE = 1000;

/** The agent for a pool behind a proxy that makes tunnels. */
export async function indirectAgent(pool: ProxiedPool, proxy: PoolProxy): Promise<PoolAgent> {
  const agent = await (proxy.scheme.startsWith('socks') ? socksAgent(pool, proxy) : tunnelAgent(pool, proxy));
  return govern(agent, pool);
}

function proxyUrl({ scheme, host, port }: PoolProxy, credentials = ''): string {
  return `${scheme}://${credentials}${host.includes(':') && net.isIPv6(host) ? `[${host}]` : host}:${port}`;
}

async function tunnelAgent(pool: ProxiedPool, proxy: PoolProxy): Promise<PoolAgent> {
  const { HttpsProxyAgent } = await import('https-proxy-agent');

  class TunnelAgent extends HttpsProxyAgent<string> {
    override connect(request: TunnelRequest, options: ConnectOptions): Promise<net.Socket> {
      const owner = request[kAttempt];
      if (owner === undefined) return super.connect(request, options);
      if (proxy.scheme === 'http') {
        return withProxySocket(owner, () => super.connect(request, options));
      }
      const socket = net.connect({ host: proxy.host, port: proxy.port, ...wayOptions(pool.settings) });
      owner.onProxySocket(socket);
      // This one connection is made over a socket that can be watched and closed.
      const connector = Object.create(this, {
        connectOpts: { value: { ...this.connectOpts, socket } },
      }) as this;
      return super.connect.call(connector, request, options);
    }
  }

  const agent = new TunnelAgent(proxyUrl(proxy), {
    ...agentOptions(pool, pool.block),
    ...wayOptions(pool.settings),
    ...(proxy.scheme === 'https' ? trustOptions(pool.settings) : {}),
    headers: { ...proxy.headers },
  });
  return agent as unknown as PoolAgent; // Its declarations leave out what all agents have.
}

const NEW_SOCKETS = 'net.client.socket';

/** Runs `connect` and hands `owner` the socket that it creates synchronously and keeps to itself. */
function withProxySocket<T>(owner: TunnelOwner, connect: () => T): T {
  const onSocket = (message: unknown): void => {
    owner.onProxySocket((message as { socket: net.Socket }).socket);
  };
  subscribe(NEW_SOCKETS, onSocket);
  try {
    return connect();
  } finally {
    unsubscribe(NEW_SOCKETS, onSocket);
  }
}

async function socksAgent(pool: ProxiedPool, proxy: PoolProxy): Promise<PoolAgent> {
  const [{ SocksProxyAgent }, { SocksClient }] = await Promise.all([
    import('socks-proxy-agent'),
    import('socks'),
  ]);

  class SocksAgent extends SocksProxyAgent {
    // The package's own makes the socket where nothing else can close it, and takes its limit for connecting as one for silence, too.
    override async connect(request: TunnelRequest, options: ConnectOptions): Promise<net.Socket> {
      const owner = request[kAttempt];
      const limit = owner?.connectLimit ?? 0;
      const target = options as { host?: string; port?: number; servername?: string };
      const { host: name = '', port = 0 } = target;
      const host = this.shouldLookup ? await resolveName(pool.settings.lookup ?? lookup, name) : name;
      const socket = net.connect({ host: proxy.host, port: proxy.port, ...wayOptions(pool.settings) });
      owner?.onSocksSocket(socket);
      await once(socket, 'connect');
      await SocksClient.createConnection({
        proxy: this.proxy,
        destination: { host, port },
        command: 'connect',
        // By default the package gives up after half a minute.
        timeout: limit === 0 ? LONGEST_DELAY : limit + GRACE,
        existing_socket: socket,
      });
      if (!options.secureEndpoint) return socket;
      const servername = target.servername ?? (net.isIP(name) === 0 ? name : undefined);
      // The place is the socket's.
      const ofTls: object = { ...options, servername, socket, host: undefined, port: undefined };
      return tls.connect(ofTls);
    }
  }

  const { username = '', password = '' } = proxy;
  const credentials = `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
  const url = proxyUrl(proxy, credentials === ':@' ? '' : credentials);
  const agent = new SocksAgent(url, agentOptions(pool, pool.block));
  return agent as unknown as PoolAgent; // Its declarations leave out what all agents have.
}

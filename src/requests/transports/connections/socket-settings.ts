/** How sockets are made: checked settings in urllib3's terms, and Node's options for them. */
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { types } from 'node:util';
import {
  asError,
  isError,
  ownOptions,
  repr,
  setImmediate,
  typeName,
  ValueError,
} from '../../../builtins/index.js';
import { parse_url } from '../../urls/parse-url.js';
import { unquote } from '../../urls/quote.js';
import { UNIX_HINT } from '../../urls/unix-url.js';

/**
 * One option of a socket, as `setsockopt` takes it, by the names of Python's `socket` module. Node has means for these:
 *
 * - `['IPPROTO_TCP', 'TCP_NODELAY', 1]`: small writes are sent at once. 0: they may wait for the answer to earlier ones.
 * - `['SOL_SOCKET', 'SO_KEEPALIVE', 1]`: the system probes a silent connection.
 * - `['IPPROTO_TCP', 'TCP_KEEPIDLE', seconds]`: after that much silence (macOS: `TCP_KEEPALIVE`). Needs `SO_KEEPALIVE`.
 */
export type SocketOption = readonly [
  level: 'IPPROTO_TCP' | 'SOL_TCP' | 'SOL_SOCKET',
  option: 'TCP_NODELAY' | 'SO_KEEPALIVE' | 'TCP_KEEPIDLE' | 'TCP_KEEPALIVE',
  value: number | boolean,
];

/** Where sockets lead, and what is set on them. */
export interface SocketSettings {
  /**
   * The options of each TCP connection, in place of the default `[['IPPROTO_TCP', 'TCP_NODELAY', 1]]`. By default idle
   * connections are also probed, after a second of silence.
   */
  socket_options?: readonly SocketOption[] | null | undefined;
  /** The local IP address to connect from, or `[address, port]`, with port 0 for any. Default: the system's choice. */
  source_address?: string | readonly [host: string, port: number] | null | undefined;
  /** Resolves the names of hosts and proxies, with the signature of `dns.lookup`. Default: `dns.lookup`. */
  lookup?: LookupFunction | null | undefined;
  /**
   * The UNIX socket (on Windows: the named pipe) that every connection leads to, whatever the host of the URL; proxies
   * are not used. Default: none.
   */
  socket_path?: string | null | undefined;
}

/** The names of {@link SocketSettings}. */
export const SOCKET_SETTINGS = ['socket_options', 'source_address', 'lookup', 'socket_path'] as const;

/** The settings among `options`, without those that are absent. Throws TypeError and ValueError. */
export function socketSettings(options: SocketSettings): SocketSettings {
  const present = SOCKET_SETTINGS.filter((name) => options[name] !== null && options[name] !== undefined);
  const settings: SocketSettings = ownOptions(
    Object.fromEntries(present.map((name) => [name, options[name]])),
  );
  const { socket_options, source_address, lookup, socket_path } = settings;
  if (socket_options !== undefined) parseOptions(socket_options);
  if (source_address !== undefined) localAddress(source_address);
  if (lookup !== undefined && typeof lookup !== 'function') {
    throw new TypeError(`lookup must be a function as dns.lookup is, not ${typeName(lookup)}`);
  }
  if (socket_path !== undefined) {
    if (typeof socket_path !== 'string' || socket_path === '') {
      throw new TypeError(`socket_path must be the path of a UNIX socket, not ${repr(socket_path)}`);
    }
    const other = present.find((name) => name !== 'socket_path');
    if (other !== undefined) throw new ValueError(`${other} does not go together with socket_path`);
  }
  // The caller's lists may change.
  if (socket_options) settings.socket_options = structuredClone(socket_options);
  if (source_address) settings.source_address = structuredClone(source_address);
  return settings;
}

/** The path of the socket that a URL such as `http+unix://%2Frun%2Fapp.sock/` leads to. Throws ValueError. */
export function socketPathOf(url: string): string {
  const { host, port } = parse_url(url);
  if (!host) throw new ValueError(`No socket supplied${UNIX_HINT}`);
  if (port !== null) throw new ValueError('A UNIX socket has no port; a colon in its path is written %3A');
  return unquote(host);
}

/** The options of Node for a connection that leads to `host`. */
export function connectOptions(host: string, port: number, settings: SocketSettings): object {
  const { socket_path, socket_options } = settings;
  // Agents read the one, sockets the other.
  if (socket_path) return { host, port, socketPath: socket_path, path: socket_path };
  const noDelay = socket_options ? { noDelay: parseOptions(socket_options).noDelay } : {};
  return { host, port, ...noDelay, ...wayOptions(settings) };
}

/** The options of Node for how a connection is made, wherever it leads. */
export function wayOptions({ source_address, lookup }: SocketSettings): object {
  return {
    ...(source_address ? localAddress(source_address) : {}),
    ...(lookup ? { lookup: tolerantLookup(lookup) } : {}),
  };
}

function localAddress(source: unknown): { localAddress?: string; localPort?: number } {
  const [host, port = 0, ...rest] = (
    typeof source === 'string' ? [source] : Array.isArray(source) ? source : []
  ) as unknown[];
  const isAddress = typeof host === 'string' && (host === '' || isIP(host) !== 0);
  const isPort = Number.isInteger(port) && (port as number) >= 0 && (port as number) < 65_536;
  if (!isAddress || !isPort || rest.length > 0) {
    throw new ValueError(`source_address must be an IP address or [address, port], not ${repr(source)}`);
  }
  return {
    ...(host === '' ? {} : { localAddress: host }),
    ...(port === 0 ? {} : { localPort: port as number }),
  };
}

interface ParsedOptions {
  noDelay: boolean;
  keepAlive: boolean;
  /** Seconds; null for the system's own. */
  keepIdle: number | null;
}

const SUPPORTED =
  "['IPPROTO_TCP', 'TCP_NODELAY', 0 or 1], ['SOL_SOCKET', 'SO_KEEPALIVE', 0 or 1] and ['IPPROTO_TCP', 'TCP_KEEPIDLE', seconds]";

function parseOptions(options: unknown): ParsedOptions {
  if (!Array.isArray(options)) {
    throw new TypeError(`socket_options must be a list of [level, option, value], not ${typeName(options)}`);
  }
  const parsed: ParsedOptions = { noDelay: false, keepAlive: false, keepIdle: null };
  for (const each of options as unknown[]) parseOption(each, parsed);
  if (parsed.keepIdle !== null && !parsed.keepAlive) {
    throw new ValueError("socket_options: TCP_KEEPIDLE needs ['SOL_SOCKET', 'SO_KEEPALIVE', 1] beside it");
  }
  return parsed;
}

function parseOption(option: unknown, parsed: ParsedOptions): void {
  const [level, name, value] = (Array.isArray(option) ? option : []) as unknown[];
  const isTcp = level === 'IPPROTO_TCP' || level === 'SOL_TCP';
  if (isTcp && name === 'TCP_NODELAY') parsed.noDelay = flag(name, value);
  else if (level === 'SOL_SOCKET' && name === 'SO_KEEPALIVE') parsed.keepAlive = flag(name, value);
  else if (isTcp && (name === 'TCP_KEEPIDLE' || name === 'TCP_KEEPALIVE')) {
    if (!Number.isInteger(value) || (value as number) < 1) {
      throw new ValueError(`socket_options: ${name} takes whole seconds from 1 on, not ${repr(value)}`);
    }
    parsed.keepIdle = value as number;
  } else {
    const hint =
      typeof level === 'number' || typeof name === 'number' ? '; options are named, not numbered' : '';
    throw new ValueError(
      `socket_options: Node has no means for ${repr(option)}${hint}. Supported are ${SUPPORTED}`,
    );
  }
}

function flag(name: string, value: unknown): boolean {
  if (value === 0 || value === 1 || typeof value === 'boolean') return Boolean(value);
  throw new ValueError(`socket_options: ${name} takes 0 or 1, not ${repr(value)}`);
}

/** Sets the options of a new socket. Without `socket_options` an agent of Node has set the defaults. */
export function applySocketOptions(socket: Socket, { socket_options, socket_path }: SocketSettings): void {
  if (!socket_options || socket_path) return;
  const { noDelay, keepAlive, keepIdle } = parseOptions(socket_options);
  const apply = (): void => {
    socket.setNoDelay(noDelay);
    socket.setKeepAlive(keepAlive, keepIdle === null ? 0 : keepIdle * 1000);
  };
  // Before that, Node forgets the seconds.
  if (socket.connecting) socket.once('connect', apply);
  else apply();
}

/**
 * Node asks for all addresses of a name, which functions that know of one alone overlook; it ends the process over an answer that it
 * cannot read, and connects twice where two come.
 */
function tolerantLookup(lookup: LookupFunction): LookupFunction {
  // What a function returns that has another form.
  const call: (...args: Parameters<LookupFunction>) => unknown = lookup;
  return (hostname, options, callback) => {
    let isAnswered = false;
    const fail = (reason: unknown): void => {
      if (isAnswered) return;
      isAnswered = true;
      // At once it would reach a socket that has no owner yet.
      setImmediate(
        callback,
        isError(reason) ? reason : new Error(`lookup failed: ${asError(reason).message}`),
        '',
      );
    };
    const answer = (error: unknown, address?: unknown): void => {
      if (error) {
        fail(error);
        return;
      }
      const addresses = addressesOf(address);
      const [first] = addresses ?? [];
      if (addresses === null || first === undefined) {
        fail(new TypeError(`lookup must call back with an IP address or a list, got ${repr(address)}`));
      } else if (!isAnswered) {
        isAnswered = true;
        if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      }
    };
    try {
      const result = call(hostname, options, answer);
      if (types.isPromise(result)) {
        result.then((value: unknown) => {
          if (value === undefined) return;
          fail(new TypeError('lookup must call back as dns.lookup does; it returned a promise'));
        }, fail);
      }
    } catch (error) {
      fail(error);
    }
  };
}

/** The addresses that a lookup calls back with: one or a list, as text or as `dns.lookup` has them. Null for anything else. */
function addressesOf(answer: unknown): LookupAddress[] | null {
  const addresses = (Array.isArray(answer) ? answer : [answer]).map((each: unknown) =>
    typeof each === 'object' && each !== null ? (each as Partial<LookupAddress>).address : each,
  );
  const isEach = addresses.every((each) => typeof each === 'string' && isIP(each) !== 0);
  return isEach ? (addresses as string[]).map((address) => ({ address, family: isIP(address) })) : null;
}

/** Resolves a name by `lookup`. */
export function resolveName(lookup: LookupFunction, hostname: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options: LookupOptions = { all: false };
    tolerantLookup(lookup)(hostname, options, (error, address) => {
      if (error) reject(error);
      else resolve(address as string); // As `all` is false.
    });
  });
}

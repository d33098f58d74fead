/** The adapters that send by themselves, and what tests see of their connections. */
import type { Socket } from 'node:net';
import { HTTPAdapter, type HTTPConnectionPool, UndiciAdapter } from '../../src/requests/adapters/index.js';
import type { HTTPAdapterOptions } from '../../src/requests/adapters/index.js';
import { Clients } from '../../src/requests/transports/undici/clients.js';

/** A class of adapters; its options are those that all of them have. */
export type AdapterClass = new (options?: Omit<HTTPAdapterOptions, 'fetch'>) => HTTPAdapter;

/** For `describe.each`: what holds for one holds for the other. */
export const ADAPTERS: readonly [name: string, Adapter: AdapterClass][] = [
  ['HTTPAdapter', HTTPAdapter],
  ['UndiciAdapter', UndiciAdapter],
];

export function poolsOf(adapter: HTTPAdapter): HTTPConnectionPool[] {
  return [...adapter.poolmanager.pools.values()];
}

/** The sockets that are kept for later requests. */
export function idleSockets(adapter: HTTPAdapter): Socket[] {
  return poolsOf(adapter).flatMap(({ agent, clients }) => {
    if (clients instanceof Clients) return clients.idle.map(({ socket }) => socket as Socket);
    return Object.values(agent?.freeSockets ?? {}).flatMap((list) => list ?? []);
  });
}

/** The sockets that requests are using. */
export function usedSockets(adapter: HTTPAdapter): Socket[] {
  return poolsOf(adapter).flatMap(({ agent, clients }) => {
    if (clients instanceof Clients) {
      const used = [...clients.connections].filter((connection) => !clients.idle.includes(connection));
      return used.flatMap(({ socket }) => socket ?? []);
    }
    return Object.values(agent?.sockets ?? {}).flatMap((list) => list ?? []);
  });
}

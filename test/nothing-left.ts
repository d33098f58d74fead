/**
 * Every test file ends with what it began with: no handle, timer, socket, file, thread or listener of the process more. Each file
 * has a process of its own, so what is compared here belongs to that file alone. `WHERE_OPENED=1` adds the stack of each opening.
 */
import { createHook } from 'node:async_hooks';
import { lookup } from 'node:dns/promises';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, expect } from 'vitest';
import { collectUntil } from './helpers/garbage.js';

/** What keeps a process alive until it is closed. Requests to the system are left out: they end by themselves. */
const KINDS = new Set([
  'FSEventWrap',
  'MessagePort',
  'PipeServerWrap',
  'PipeWrap',
  'ProcessWrap',
  'StatWatcher',
  'TCPServerWrap',
  'TCPSocketWrap',
  'TLSWrap',
  'TTYWrap',
  'Timeout',
  'UDPWrap',
]);

/** Threads that last as long as the process, and why, by the files that start them. */
const KEPT: readonly { readonly files: RegExp; readonly threads: number; readonly why: string }[] = [
  { files: /\/test\/blocking\//, threads: 2, why: 'the gateway and its watchdog serve the whole program' },
  { files: /\/test\/package\/tarball\.test\.ts$/, threads: Infinity, why: 'rolldown keeps its threads' },
];

/** How many there are of each, by a name that says what it is. */
type Held = ReadonlyMap<string, number>;

const linux = existsSync('/proc/self/fd');

function held(): Held {
  const counts = new Map<string, number>();
  const add = (name: string, count = 1): void => {
    counts.set(name, (counts.get(name) ?? 0) + count);
  };
  for (const kind of process.getActiveResourcesInfo()) if (KINDS.has(kind)) add(kind);
  for (const event of process.eventNames()) {
    add(`listener of process for ${String(event)}`, process.listenerCount(event));
  }
  if (linux) {
    for (const target of openDescriptors()) add(`open ${target}`);
    add('thread', readdirSync('/proc/self/task').length);
  }
  return counts;
}

/** Sockets and files. The rest of what Linux shows belongs to the event loops, one of each thread. */
function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`);
      const isOfInterest = target.startsWith('socket:') || /^\/(?!dev\/|proc\/)/.test(target);
      return isOfInterest ? [target] : [];
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
}

function moreThan(before: Held, threads: number): string[] {
  return [...held()].flatMap(([name, count]) => {
    const more = count - (before.get(name) ?? 0) - (name === 'thread' ? threads : 0);
    return more > 0 ? [more === 1 ? name : `${more} × ${name}`] : [];
  });
}

/** The two ends of a TCP connection: the ports tell which one was forgotten. */
function endsOf(socket: string): string {
  const inode = /\d+/.exec(socket)?.[0];
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/self/net/${table}`, 'utf8').split('\n')) {
      const columns = line.trim().split(/\s+/);
      if (columns[9] !== inode) continue;
      const [local, remote] = [columns[1], columns[2]].map((end) => parseInt(String(end?.split(':')[1]), 16));
      return remote === 0 ? `listening on port ${local}` : `port ${local} to port ${remote}`;
    }
  }
  return 'not TCP';
}

function describe(left: string): string {
  if (left.includes('open socket:')) return `${left} (${endsOf(left)})`;
  const event = /listener of process for (\S+)$/.exec(left)?.[1];
  if (event === undefined) return left;
  const [newest] = process.listeners(event as 'exit').slice(-1);
  return `${left} (${String(newest).replace(/\s+/g, ' ').slice(0, 80)})`;
}

/** Stacks of what is open, by its async id; null where they are not asked for. */
const openings = process.env['WHERE_OPENED'] === '1' ? new Map<number, string>() : null;

function noteOpenings(stacks: Map<number, string>): void {
  const kinds = new Set([...KINDS, 'FILEHANDLE', 'WORKER'].map((kind) => kind.toUpperCase()));
  createHook({
    init(id, type) {
      // The hooks say TCPWRAP where the list of active resources says TCPSocketWrap.
      if (
        kinds.has(
          type
            .toUpperCase()
            .replace(/^(TCP|PIPE)WRAP$/, (_, of) => (of === 'TCP' ? 'TCPSOCKETWRAP' : 'PIPEWRAP')),
        )
      )
        stacks.set(id, `${type}${(new Error().stack ?? '').split('\n').slice(2).join('\n')}`);
    },
    destroy(id) {
      stacks.delete(id);
    },
  }).enable();
}

/** Node starts these threads when they are needed first, and keeps them. */
await lookup('localhost');
// The test runner has timers too, but none that stays.
const before = new Map(held()).set('Timeout', 0);
if (openings !== null) noteOpenings(openings);

// Hooks run in reverse order: this one comes after those of the file.
afterAll(async () => {
  const file = expect.getState().testPath ?? '';
  const threads = KEPT.find(({ files }) => files.test(file))?.threads ?? 0;
  let left: string[] = [];
  // What is unreachable closes what it holds when it is collected.
  if (await collectUntil(() => (left = moreThan(before, threads)).length === 0)) return;
  const stacks = openings === null ? 'WHERE_OPENED=1 shows where' : [...openings.values()].join('\n\n');
  throw new Error(`This file leaves behind: ${left.map(describe).join('; ')}\n${stacks}`);
});

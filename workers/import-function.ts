import type { Reference } from '../src/builtins/index.js';
import { programOfThread, setImporting } from '../src/concurrent-futures/worker-pool/bootstrapping.js';
import {
  importing,
  type Message,
  type Received,
  type ReceivedReferences,
  receive,
} from '../src/pickle/index.js';

export type AnyFunction = (...args: unknown[]) => unknown;

/** The function that `reference` names; a promise when its module has to be loaded. */
export function importFunction(reference: Reference): AnyFunction | Promise<AnyFunction> {
  const known = importing.find(reference);
  if (known !== undefined) return known;
  const load = (): Promise<AnyFunction> => importing.load(reference);
  return reference.url === programOfThread() ? guarded(load) : load();
}

/** See `receive()`. */
export function receiveHere(message: Message, table?: ReceivedReferences): Received {
  const received = receive(message, table);
  const { loading } = received.imports;
  if (loading === undefined || !('references' in message)) return received;
  if (message.references.some(({ url }) => url === programOfThread())) {
    void guarded(() => loading);
  }
  return received;
}

/** Keeps the program's main module from submitting its calls again when imported here. */
async function guarded<T>(load: () => Promise<T>): Promise<T> {
  setImporting(true);
  try {
    return await load();
  } finally {
    setImporting(false);
  }
}

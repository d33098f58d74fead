import type { Reference } from '../src/builtins/index.js';
import { setImporting } from '../src/concurrent-futures/worker-pool/bootstrapping.js';
import {
  importing,
  type Message,
  type Received,
  type ReceivedReferences,
  receive,
} from '../src/pickle/index.js';

export type AnyFunction = (...args: unknown[]) => unknown;

let mainModule: string | null = null;

/** Tells which module the program was started with. */
export function setMainModule(url: string | null): void {
  mainModule = url;
}

/** The function that `reference` names; a promise when its module has to be loaded. */
export function importFunction(reference: Reference): AnyFunction | Promise<AnyFunction> {
  const known = importing.find(reference);
  if (known !== undefined) return known;
  const load = (): Promise<AnyFunction> => importing.load(reference);
  return reference.url === mainModule ? guarded(load) : load();
}

/** Takes a message in, see `receive()`. */
export function receiveHere(message: Message, table?: ReceivedReferences): Received {
  const received = receive(message, table);
  const { loading } = received.imports;
  if (loading === undefined || !('references' in message)) return received;
  if (message.references.some(({ url }) => url === mainModule)) {
    void guarded(() => loading);
  }
  return received;
}

/** The program's main module must not start its calls once more when it is imported here. */
async function guarded<T>(load: () => Promise<T>): Promise<T> {
  setImporting(mainModule);
  try {
    return await load();
  } finally {
    setImporting(null);
  }
}

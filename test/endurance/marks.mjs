/** Where a client that is busy meets its server: in files, as it hears of nothing else. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const busyMark = (folder, id) => join(folder, `${id}-busy`);
const saidMark = (folder, id) => join(folder, `${id}-said`);

/** Keeps this thread busy until the server has said all that it says for a request, wanted or not. */
export function computeUntilSaid(folder, id) {
  writeFileSync(busyMark(folder, id), '');
  const until = performance.now() + 10_000;
  while (!existsSync(saidMark(folder, id))) {
    if (performance.now() > until) throw new Error(`the server did not end what it says for ${id}`);
  }
  for (const mark of [busyMark(folder, id), saidMark(folder, id)]) rmSync(mark);
}

/** Whether the client is busy since it has the answer. */
export const isBusy = (folder, id) => existsSync(busyMark(folder, id));

/** Everything is said, and with the system of the client. */
export const said = (folder, id) => writeFileSync(saidMark(folder, id), '');

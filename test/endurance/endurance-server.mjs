import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Starts server.mjs. `marks` is the folder of marks.mjs; `connections()` says how many the server sees; `stop()` ends it. */
export async function startServer() {
  const marks = mkdtempSync(join(tmpdir(), 'endurance-'));
  const child = fork(fileURLToPath(new URL('./server.mjs', import.meta.url)), [marks]);
  const message = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
    });
  const { port } = await message();
  return {
    base: `http://127.0.0.1:${port}`,
    async connections() {
      const told = message();
      child.send('connections?');
      return (await told).connections;
    },
    marks,
    stop() {
      child.disconnect();
      rmSync(marks, { recursive: true });
    },
  };
}

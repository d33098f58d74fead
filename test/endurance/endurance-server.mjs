import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts server.mjs. `connections()` says how many the server sees; `stop()` ends it. */
export async function startServer() {
  const child = fork(fileURLToPath(new URL('./server.mjs', import.meta.url)));
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
    stop: () => child.disconnect(),
  };
}

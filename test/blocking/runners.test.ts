/** Programs that are run by something else than plain Node. Jest, Vitest, Bun, Deno and bundlers: `npm run neighbours`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FarServer } from './server.js';

const build = fileURLToPath(new URL('../../build/', import.meta.url));
let server: FarServer;
let folder = '';

beforeAll(async () => {
  server = await FarServer.start();
  // Inside of the package, so that it is found by its name.
  mkdirSync(build, { recursive: true });
  folder = mkdtempSync(path.join(build, 'runners-'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});

function program(name: string, word: string): string {
  const file = path.join(folder, name);
  writeFileSync(
    file,
    `import { requests } from 'requests-futures/blocking';
     const url: string = ${JSON.stringify(`${server.url}/slow?ms=1&n=${word}`)};
     console.log(requests.get(url).text);`.replace(': string', name.endsWith('.mts') ? ': string' : ''),
  );
  return file;
}

test('tsx runs a program in TypeScript', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', program('program.mts', 'typed')]);
  let stdout = '';
  child.stdout.on('data', (data) => (stdout += String(data)));
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'slow typed\n' });
}, 60_000);

test('node --watch runs a program again when it changes', async () => {
  const child = spawn(process.execPath, ['--watch', program('watched.mjs', 'first')]);
  let again: NodeJS.Timeout | undefined;
  try {
    let stdout = '';
    const printed = (text: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (stdout.includes(text)) resolve();
          else child.stdout.once('data', look);
        };
        look();
      });
    child.stdout.on('data', (data) => (stdout += String(data)));
    await printed('slow first');
    program('watched.mjs', 'second');
    // A change is missed that comes before the file is watched, which begins when it has been loaded.
    again = setInterval(() => program('watched.mjs', 'second'), 5000);
    await printed('slow second');
    expect(stdout.indexOf('slow first')).toBeLessThan(stdout.indexOf('slow second'));
  } finally {
    clearInterval(again);
    child.kill();
    await once(child, 'exit');
  }
}, 60_000);

/** The listings of the README run as they stand, with the installed package and this Node: none of them needs a compiler. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InstalledPackage, ROOT, run } from '../helpers/installed-package.js';

const installation = new InstalledPackage();
// In a process of its own: the blocking flavor stops this one's loop while it waits.
const server = fork(fileURLToPath(new URL('./fixtures/readme-server.mjs', import.meta.url)));
let base = '';

beforeAll(async () => {
  await installation.install(['undici']);
  [base] = (await once(server, 'message')) as [string];
}, 60_000);

afterAll(() => {
  server.disconnect();
  installation[Symbol.dispose]();
});

const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

describe('the README', () => {
  test('has its examples in JavaScript', () => {
    expect([...readme.matchAll(/^```js$/gm)].length).toBeGreaterThan(8);
  });

  test.each(
    [...readme.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(([, code = ''], i) => [i + 1, code] as const),
  )(
    'runs its example %i',
    async (number, code) => {
      const file = path.join(installation.project, `example-${number}.mjs`);
      // Nothing outside of this machine is asked.
      writeFileSync(file, code.replaceAll('https://example.com', base).replaceAll("'https://'", "'http://'"));
      const { stdout, stderr } = await run(process.execPath, [file], { timeout: 30_000 });
      expect(stderr).toBe('');
      // What a line promises to print.
      const promised = [...code.matchAll(/console\.log\(.*?\); \/\/ (\{.*\}|[^:\n]+)/g)].map(
        ([, text]) => text,
      );
      expect(promised.filter((text) => !stdout.includes(text ?? ''))).toEqual([]);
    },
    40_000,
  );
});

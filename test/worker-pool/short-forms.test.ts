/** The short way between threads has no effect that a caller sees, so that it could be lost unnoticed. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const program = fileURLToPath(new URL('fixtures/short-forms.mjs', import.meta.url));

test.each(['build', 'dist'])(
  'from %s/, requests and responses take the short way once each side has what they refer to',
  async (folder) => {
    const { stdout } = await run(process.execPath, [
      program,
      new URL(`../../${folder}/`, import.meta.url).href,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      texts: ['/1', '/2', '/3'],
      calls: [false, true, true],
      outcomes: [false, true, true],
    });
  },
);

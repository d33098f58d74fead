import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as builtFutures from 'requests-futures/concurrent-futures';
import * as builtRequests from 'requests-futures/requests';
import * as built from 'requests-futures';
import * as sourceFutures from '../../src/concurrent-futures/index.js';
import * as source from '../../src/index.js';
import * as sourceRequests from '../../src/requests/index.js';

test.each([
  ['requests-futures', built, source],
  ['requests-futures/requests', builtRequests, sourceRequests],
  ['requests-futures/concurrent-futures', builtFutures, sourceFutures],
])('%s exports what its sources do, and nothing that the bundler needs', (_name, bundled, written) => {
  expect(Object.keys(bundled).sort()).toEqual(Object.keys(written).sort());
});

test('each bundled file can be the first that is loaded', async () => {
  const folder = new URL('../../dist/src/', import.meta.url);
  const chunks = readdirSync(folder).filter((name) => name.startsWith('chunk-') && name.endsWith('.js'));
  expect(chunks.length).toBeGreaterThan(5);
  const outcomes = await Promise.all(
    chunks.map(async (chunk) => {
      const program = `await import(${JSON.stringify(new URL(chunk, folder).href)}).catch((error) => console.log(error))`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
      return [chunk, stdout];
    }),
  );
  expect(outcomes).toEqual(chunks.map((chunk) => [chunk, '']));
});

test('the bundled files are ASCII, with the same texts as their sources', () => {
  const folder = new URL('../../dist/', import.meta.url);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.c?js$/.test(name),
  );
  expect(names).toContain('src/index.js');
  // latin1, as one byte beyond ASCII is enough to find.
  expect(names.filter((name) => /[^\0-\x7f]/.test(readFileSync(new URL(name, folder), 'latin1')))).toEqual(
    [],
  );
  expect(Object.entries(built.codes)).toEqual(Object.entries(source.codes));
  expect(built.codes).toHaveProperty('✓', 200);
});

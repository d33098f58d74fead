/** One GET under V8's coverage, in a process that this one starts: `coldstart.mjs CLIENT '{"url":…}'`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceOf } from './lib/source-maps.mjs';

const [, script, name, json] = process.argv;
if (process.env.NODE_V8_COVERAGE !== undefined) {
  const { url } = JSON.parse(json);
  const client = await import(`./clients/${name}.mjs`);
  // What starts threads has them send one each.
  await (client.prepare ?? client.run)({ url, urls: [url], concurrency: 1, onAnswer: () => undefined });
  await client.close?.();
  process.exit();
}
const folder = mkdtempSync(join(tmpdir(), 'coldstart-'));
execFileSync(process.execPath, [script, name, json], { env: { ...process.env, NODE_V8_COVERAGE: folder } });
// One file for each thread. Of a pool's, all alike, one is shown in place of the program.
const results = readdirSync(folder).map(
  (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).result,
);
rmSync(folder, { recursive: true });
const result =
  results.find((scripts) => scripts.some(({ url }) => url.endsWith('/workers/thread.js'))) ?? results[0];

/** The package of a loaded file, and whether it is this one. */
function packageOf(path) {
  const found = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path);
  return found === null ? null : found[1];
}

const files = result.filter(({ url: from }) => from.startsWith('file:'));
const own = files.filter(({ url: from }) => /\/dist\/(src|workers)\//.test(from) && packageOf(from) === null);
const rows = own.map(({ url: from, functions }) => {
  const path = fileURLToPath(from);
  const source = readFileSync(path, 'utf8');
  // Functions lie inside each other: a character belongs to the innermost.
  const ran = new Uint8Array(source.length);
  for (const { ranges } of functions) {
    const [{ startOffset, endOffset, count }] = ranges;
    ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  const sum = ran.reduce((all, one) => all + one, 0);
  return { file: basename(path), from, bytes: source.length, ran: sum, source, bits: ran };
});

/** Bytes by source file, which a bundled file has many of. */
const modules = new Map();
for (const { file, from, source, bits } of rows) {
  let offset = 0;
  for (const [number, text] of source.split('\n').entries()) {
    const module = sourceOf(from, number, 0)?.file ?? file;
    const sum = modules.get(module) ?? { bytes: 0, ran: 0 };
    const end = offset + text.length + 1;
    sum.bytes += text.length + 1;
    for (let i = offset; i < end; i += 1) sum.ran += bits[i] ?? 0;
    modules.set(module, sum);
    offset = end;
  }
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(1).padStart(8);
const line = (label, { bytes, ran }) => `${kilobytes(bytes)} kB ${kilobytes(ran)} kB ran  ${label}`;
const total = rows.reduce((sum, row) => ({ bytes: sum.bytes + row.bytes, ran: sum.ran + row.ran }), {
  bytes: 0,
  ran: 0,
});
const packages = new Map();
for (const { url: from } of files) {
  const owner = packageOf(from);
  if (owner !== null) packages.set(owner, (packages.get(owner) ?? 0) + statSync(fileURLToPath(from)).size);
}
const idle = [...modules].sort((a, b) => b[1].bytes - b[1].ran - (a[1].bytes - a[1].ran)).slice(0, 40);
console.log(`${name}: one GET${results.length > 1 ? ', in a thread' : ''}

${rows.map((row) => line(row.file, row)).join('\n')}
${line('in all', total)}

Other packages
${[...packages].map(([owner, bytes]) => `${kilobytes(bytes)} kB  ${owner}`).join('\n')}

Sources with the most bytes that did not run
${idle.map(([module, sum]) => line(module, sum)).join('\n')}
`);

/** One GET under V8's precise coverage: `coldstart.mjs CLIENT '{"url":…}'`. */
import { readFileSync, statSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceOf } from './lib/source-maps.mjs';

const [, , name, json] = process.argv;
const { url } = JSON.parse(json);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
const client = await import(`./clients/${name}.mjs`);
await client.run({ urls: [url], concurrency: 1, onAnswer: () => undefined });
const { result } = await session.post('Profiler.takePreciseCoverage');
session.disconnect();

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
console.log(`${name}: one GET

${rows.map((row) => line(row.file, row)).join('\n')}
${line('in all', total)}

Other packages
${[...packages].map(([owner, bytes]) => `${kilobytes(bytes)} kB  ${owner}`).join('\n')}

Sources with the most bytes that did not run
${idle.map(([module, sum]) => line(module, sum)).join('\n')}
`);
process.exit();

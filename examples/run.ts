/**
 * `npm run example NAME`: runs one walkthrough. A number or a part of its name is enough, if it is that of one only. `blocking/NAME` is the
 * same walkthrough in the blocking flavor.
 */
import { readdirSync, readFileSync } from 'node:fs';

const directory = new URL('./', import.meta.url);
const names = ['', 'blocking/'].flatMap((folder) =>
  readdirSync(new URL(folder, directory))
    .filter((file) => /^\d\d-.*\.ts$/.test(file))
    .map((file) => folder + file.replace(/\.ts$/, '')),
);

/** The first sentence of the comment that a walkthrough opens with. */
function title(name: string): string {
  const text = readFileSync(new URL(`${name}.ts`, directory), 'utf8');
  return /^\/\*\*\s+\*?\s*(.*)/.exec(text)?.[1] ?? '';
}

function list(): string {
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => `  ${name.padEnd(width)}  ${title(name)}\n`).join('');
}

const [wanted, ...rest] = process.argv.slice(2);
const exact = wanted
  ?.replace(/^examples\//, '')
  .replace(/\.ts$/, '')
  .replace(/(?<=^|\/)\d$/, '0$&');
const isBlocking = (name: string): boolean => name.startsWith('blocking/');
const found = names.filter(
  (name) => exact !== undefined && isBlocking(name) === isBlocking(exact) && name.includes(exact),
);
const name = found.find((candidate) => candidate === exact) ?? (found.length === 1 ? found[0] : undefined);

if (name !== undefined) {
  const file = new URL(`${name}.ts`, directory);
  process.argv = [process.execPath, file.pathname, ...rest];
  await import(file.href);
} else if (wanted === undefined) {
  process.stdout.write(`npm run example NAME\n\n${list()}`);
} else {
  process.stderr.write(`There is no single example '${wanted}'. These exist:\n\n${list()}`);
  process.exitCode = 2;
}

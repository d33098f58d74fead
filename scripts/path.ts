/** `npm run path`; see the usage below. */
import { readCommandLine } from './command-line.mjs';
import { type Entered, filesOf, measurePaths } from './path/measure.js';

const USAGE = `npm run path -- [--counts]

Prints the files and functions that a request enters, in the order of their first call, for each way a request can take, and their
numbers at the end. With --counts it prints the numbers only.
`;

const { values } = readCommandLine(USAGE, { counts: { type: 'boolean', default: false } }, 0);
const ways = measurePaths();

if (!values.counts) {
  for (const { name, sides } of ways) {
    for (const [i, side] of sides.entries()) {
      console.log(`${name}${sides.length === 1 ? '' : i === 0 ? ', main thread' : ', worker thread'}`);
      for (const file of filesOf(side)) console.log(`  ${file}  ${functionsOf(side, file)}`);
      console.log();
    }
  }
}

const width = Math.max(...ways.map(({ name }) => name.length));
console.log('files / functions'.padStart(width + 19));
for (const { name, sides } of ways) {
  const counts = sides.map((side) => `${filesOf(side).length} / ${side.length}`);
  console.log(`${name.padEnd(width)}  ${counts.join(' + ')}`);
}

function functionsOf(side: readonly Entered[], file: string): string {
  return side
    .filter((entered) => entered.file === file)
    .map(({ name, line }) => `${name}:${line}`)
    .join(' ');
}

/** `npm run fuzz -- [N] [--seed S]`; see the usage below. */
import { HTTPAdapter, UndiciAdapter } from 'requests-futures/requests';
import { readCommandLine } from '../../scripts/command-line.mjs';
import { fuzzHttp2 } from './http2-faults.js';
import { fuzzPipelining } from './pipelined-answers.js';
import { Tally, watched } from './tally.js';
import { fuzzUploads } from './upload-faults.js';
import { fuzzWire } from './wire-faults.js';

const USAGE = `npm run fuzz -- [N] [--seed S]

Sends N inputs (default 10,000) of servers that count wrong, answer early, twice or not to the end, over both adapters and HTTP/2.
Prints what came of them; exits with 1 where something came that never may. The same seed gives the same inputs.
`;

const { positionals, values, wholeNumber } = readCommandLine(USAGE, { seed: { type: 'string' } }, 1);
const inputs = wholeNumber('N', positionals[0] ?? '10000');
const seed = values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('--seed', values.seed, 0);

/** Inputs in a round, of which there are as many as it takes. */
const ROUND = { wire: 4000, uploads: 60, steps: 35 };

const total = new Tally();
const names = ['inputs', 'answered', 'hangs', 'crashes', 'empty', 'foreign'] as const;

async function count(what: string, run: () => Promise<Tally>): Promise<void> {
  const tally = await watched(run);
  total.add(tally);
  console.log(`${what.padEnd(24)} ${names.map((name) => `${name} ${tally[name]}`).join(', ')}`);
  for (const fault of tally.faults) console.log(`  ${fault}`);
}

console.log(`seed ${seed}, ${inputs} inputs`);
for (let round = 0; total.inputs < inputs; round++) {
  const roundSeed = seed + round * 1_000_003;
  const left = (): number => inputs - total.inputs;
  for (const Adapter of [HTTPAdapter, UndiciAdapter]) {
    const wire = Math.min(ROUND.wire, left());
    if (wire > 0) await count(Adapter.name, () => fuzzWire(new Adapter(), wire, roundSeed));
    const uploads = Math.min(ROUND.uploads, left());
    if (uploads > 0) {
      await count(`${Adapter.name}, uploads`, () => fuzzUploads(Adapter, uploads, roundSeed));
    }
  }
  const pipelined = Math.min(ROUND.wire, left());
  if (pipelined > 0) await count('pipelining', () => fuzzPipelining(pipelined, roundSeed));
  if (left() > 0) await count('HTTP/2', () => fuzzHttp2(ROUND.steps, roundSeed));
}
console.log(`\nseed ${seed}: ${names.map((name) => `${name} ${total[name]}`).join(', ')}`);
console.log('(empty: bodies without an error; foreign: answers of another request)');
process.exitCode = total.isClean ? 0 : 1;

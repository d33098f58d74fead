/** `npm run profile -- --help` tells how it is used. */
import { existsSync } from 'node:fs';
import { readCommandLine } from '../scripts/command-line.mjs';
import { runClientText } from './lib/measure.js';
import { Servers } from './lib/servers.js';
import { WORKLOADS } from './real/workloads.mjs';

const USAGE = `npm run profile -- WORKLOAD [--client NAME] [--rows N]

Sends the requests of a workload and prints where their time and memory went: CPU and garbage collection per request, bytes
allocated per request, self time by file and by function, bytes by function. Lines are those of the TypeScript sources.

  --client NAME  one of bench/real/clients. Default: requests-futures; requests-futures-undici, which is UndiciAdapter, where
                 that cannot send the workload.
  --rows N       how many files and functions. Default: 25.

Workloads: ${WORKLOADS.map(({ name }) => name).join(', ')}
`;

const { values, positionals, wrong, wholeNumber } = readCommandLine(
  USAGE,
  { client: { type: 'string' }, rows: { type: 'string', default: '25' } },
  1,
);
const [wanted] = positionals;
const workload =
  WORKLOADS.find(({ name }) => name === wanted) ??
  wrong(wanted === undefined ? 'There is no WORKLOAD' : `No such workload: ${wanted}`);
const { name, count, clients } = workload;
const client = values.client ?? (clients === undefined ? 'requests-futures' : 'requests-futures-undici');
if (!existsSync(new URL(`./real/clients/${client}.mjs`, import.meta.url))) wrong(`No such client: ${client}`);
if (clients?.includes(client) === false) wrong(`${name} can be sent by ${clients.join(' and ')}`);
const rows = wholeNumber('--rows', values.rows);
const servers = new Servers();
try {
  const options = { workload: name, n: count, rows, ...(await servers.real()) };
  console.log(await runClientText('real/profile.mjs', client, options));
} finally {
  servers.stop();
}

/** `npm run profile -- --help` tells how it is used. */
import { parseArgs } from 'node:util';
import { runClientText } from './lib/measure.js';
import { Servers } from './lib/servers.js';
import { WORKLOADS } from './real/workloads.mjs';

const USAGE = `npm run profile -- WORKLOAD [--client NAME] [--rows N]

Sends the requests of a workload and prints where their time and memory went: CPU and garbage collection per request, bytes
allocated per request, self time by file and by function, bytes by function. Lines are those of the TypeScript sources.

  --client NAME  one of bench/real/clients. Default: requests-futures; requests-futures-undici is UndiciAdapter.
  --rows N       how many files and functions. Default: 25.

Workloads: ${WORKLOADS.map(({ name }) => name).join(', ')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    client: { type: 'string', default: 'requests-futures' },
    rows: { type: 'string', default: '25' },
    help: { type: 'boolean', default: false },
  },
});
const workload = WORKLOADS.find(({ name }) => name === positionals[0]);
if (values.help || workload === undefined) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
const servers = new Servers();
try {
  const { name, count } = workload;
  const options = { workload: name, n: count, rows: Number(values.rows), ...(await servers.real()) };
  console.log(await runClientText('real/profile.mjs', values.client, options));
} finally {
  servers.stop();
}

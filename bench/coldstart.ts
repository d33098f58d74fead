/** `npm run coldstart`; see the usage below. */
import { readCommandLine } from '../scripts/command-line.mjs';
import { runClientText } from './lib/measure.js';
import { Servers } from './lib/servers.js';

const USAGE = `npm run coldstart

Prints what a process that imports the package and sends one GET has V8 read, by file of the package, and how much of it ran; the
same for a worker thread. What did not run is what could be loaded later. npm run bench -- --suite cold-start measures the time.
`;

readCommandLine(USAGE, {}, 0);
const servers = new Servers();
try {
  for (const client of ['requests-futures', 'requests-futures-undici', 'requests-futures-threads']) {
    console.log(await runClientText('coldstart.mjs', client, { url: `${await servers.small()}/small` }));
  }
} finally {
  servers.stop();
}

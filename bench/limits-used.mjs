/**
 * `limits-used.mjs CLIENT '{"url":…,"n":…,"rate":…,"burst":…}'`: n requests under a limit of so many a second in bursts, all queued at
 * once. They take (n − burst) / rate seconds at best.
 */
import { setTimeout } from 'node:timers/promises';
import { FuturesSession, UndiciAdapter } from 'requests-futures';
import { measured } from './lib/measured.mjs';

const [, , client, json] = process.argv;
const { url, n, rate, burst } = JSON.parse(json);
const session = new FuturesSession({ max_workers: 50, limits: { per_second: rate, burst } });
if (client === 'requests-futures-undici') session.mount('http://', new UndiciAdapter());
const all = (count) => Promise.all(Array.from({ length: count }, () => session.get(url)));

// Opens connections and loads code; then the whole burst is free again.
await all(burst);
await setTimeout(1000);
await measured(
  () => all(n),
  (responses) => ({ right: responses.filter(({ ok }) => ok).length }),
);
process.exit();

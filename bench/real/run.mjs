/** One measurement, in a process of its own: `run.mjs CLIENT '{"workload":…,"n":…,"ports":…,"ca":…}'`; prints what run-client.mjs prints. */
import { measured } from '../lib/measured.mjs';
import { CONCURRENCY } from './workloads.mjs';

const [, , name, json] = process.argv;
const { workload, n, ports, ca } = JSON.parse(json);
const { open } = await import(`./clients/${name}.mjs`);
const client = await open({
  plain: `http://127.0.0.1:${ports.http}`,
  secure: `https://127.0.0.1:${ports.https}`,
  http2: `https://127.0.0.1:${ports.http2}`,
  ca,
  concurrency: CONCURRENCY,
});
const send = client.workloads[workload];
// Some load their parts with the first request.
await client.all([send]);
let right = 0;
const count = async () => {
  if (await send()) right += 1;
};
await measured(
  () => client.all(Array.from({ length: n }, () => count)),
  () => right,
);
process.exit();

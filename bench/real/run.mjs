/** One measurement, in a process of its own: `run.mjs CLIENT '{"workload":…,"n":…,"ports":…,"ca":…}'`; prints what run-client.mjs prints. */
import { measured } from '../lib/measured.mjs';
import { openWorkload } from './open.mjs';

const [, , name, json] = process.argv;
const { n, ...options } = JSON.parse(json);
const { all, send } = await openWorkload(name, options);
let right = 0;
const count = async () => {
  if (await send()) right += 1;
};
await measured(
  () => all(Array.from({ length: n }, () => count)),
  () => ({ right }),
);
process.exit();

/**
 * One measurement, in a process of its own: `run-client.mjs CLIENT '{"url":…,"n":…,"concurrency":…,"parse":…}'`. Prints a
 * line of JSON: seconds, CPU seconds, peak memory, correct answers, main-loop delay.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { measured } from './lib/measured.mjs';

const [, , name, json] = process.argv;
const { url, n, concurrency, delay, warmUp = 1 } = JSON.parse(json);
const client = await import(`./clients/${name}.mjs`);
const urls = Array.from({ length: n }, () => url);
let right = 0;
const onAnswer = (answer) => {
  if (answer?.ok === true) right += 1;
};

// What takes part in no call: to start threads, for one.
await client.prepare?.({ url, concurrency });
// Some load their parts with the first request, others when they are imported: that is for the suite `cold-start` to tell.
const before = Array.from({ length: warmUp }, () => url);
if (warmUp > 0) await client.run({ urls: before, concurrency, onAnswer() {} });
const histogram = delay ? monitorEventLoopDelay({ resolution: 1 }) : null;
histogram?.enable();
await measured(
  () => client.run({ urls, concurrency, onAnswer }),
  () => {
    const whole = process.cpuUsage();
    histogram?.disable();
    return {
      wholeCpu: (whole.user + whole.system) / 1e6,
      right,
      longestDelay: histogram ? histogram.max / 1e6 : null,
    };
  },
);
process.exit();

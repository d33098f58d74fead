/** One workload under the profilers of V8: `profile.mjs CLIENT '{"workload":…,"n":…,"rows":…,"ports":…,"ca":…}'`. */
import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { sourceOf } from '../lib/source-maps.mjs';
import { openWorkload } from './open.mjs';

const [, , name, json] = process.argv;
const { n, rows, ...options } = JSON.parse(json);
const root = fileURLToPath(new URL('../../', import.meta.url));
const { all, send } = await openWorkload(name, options);
const run = () => all(Array.from({ length: n }, () => send));
await run();

let collected = 0;
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collected += duration;
});
observer.observe({ entryTypes: ['gc'] });
const start = process.cpuUsage();
await run();
const { user, system } = process.cpuUsage(start);
// What was observed is told in a turn of its own.
await new Promise((resolve) => {
  setImmediate(resolve);
});
observer.disconnect();

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 200 });
await session.post('Profiler.start');
await run();
const { profile } = await session.post('Profiler.stop');
await session.post('HeapProfiler.startSampling', {
  samplingInterval: 4096,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
});
await run();
const { profile: heap } = await session.post('HeapProfiler.stopSampling');
session.disconnect();

/** Where a function stands: for this package, in its TypeScript. */
function place({ url, functionName, lineNumber, columnNumber }) {
  const label = functionName || '(anonymous)';
  if (url === '') return { file: '(native)', function: label };
  if (!url.startsWith('file:')) return { file: url, function: `${label} ${url}:${lineNumber + 1}` };
  const source = sourceOf(url, lineNumber, columnNumber);
  const file = source?.file ?? relative(root, fileURLToPath(url)).replace(/^.*node_modules\//, '');
  return { file, function: `${label} ${file}:${(source?.line ?? lineNumber) + 1}` };
}

/** The largest sums of `weights` by what `key` says of a node. */
function largest(nodes, weight, key) {
  const sums = new Map();
  for (const node of nodes) {
    const label = key(place(node.callFrame));
    sums.set(label, (sums.get(label) ?? 0) + weight(node));
  }
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, rows);
}

const times = new Map();
for (const [i, id] of profile.samples.entries()) {
  times.set(id, (times.get(id) ?? 0) + profile.timeDeltas[i]);
}
const isWork = ({ callFrame }) => callFrame.functionName !== '(idle)';
const selfTime = (node) => (times.get(node.id) ?? 0) / n;

const allocations = [];
const walk = (node) => {
  allocations.push(node);
  node.children.forEach(walk);
};
walk(heap.head);
const bytes = (node) => node.selfSize / n;
const total = allocations.reduce((sum, node) => sum + bytes(node), 0);

const list = (entries, digits) =>
  entries.map(([label, value]) => `${value.toFixed(digits).padStart(10)}  ${label}`).join('\n');
console.log(`${options.workload}, ${name}: ${n} requests, ten at once

CPU per request:                ${((user + system) / n).toFixed(1)} µs
garbage collection per request: ${((collected * 1000) / n).toFixed(1)} µs
allocated per request:          ${(total / 1000).toFixed(1)} kB

Self time by file, µs per request
${list(
  largest(profile.nodes.filter(isWork), selfTime, ({ file }) => file),
  2,
)}

Self time by function, µs per request
${list(
  largest(profile.nodes.filter(isWork), selfTime, (at) => at.function),
  2,
)}

Allocated by function, bytes per request
${list(
  largest(allocations, bytes, (at) => at.function),
  0,
)}`);
process.exit();

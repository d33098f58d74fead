/** Runs a port of the blocking flavor, which must not share its thread with the server. */
import { parentPort, workerData } from 'node:worker_threads';

const { file, name, args, take, calls } = workerData;
const module = await import(file);

function run() {
  const [owner, method] = name.split('.');
  if (method !== undefined) {
    const object = new module[owner]();
    return calls.map((each) => object[method](...each));
  }
  const lines = [];
  const given = args.map((arg) => (arg === 'function show' ? (line) => lines.push(line) : arg));
  const result = module[name](...given);
  if (typeof result?.next === 'function') {
    const taken = [];
    for (const item of result) if (taken.push(item) === take) break;
    return taken;
  }
  return { result, lines, args: given.filter((arg) => Array.isArray(arg)) };
}

try {
  parentPort.postMessage({ value: run() });
} catch (error) {
  parentPort.postMessage({ error: `${error.name}: ${error.message}` });
}

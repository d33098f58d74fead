/**
 * Runs in a process of its own, in a copy of the package whose modules are not bundled: sends one warm request in each way
 * and writes what was recorded to standard output, as JSON.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import { UndiciAdapter } from 'requests-futures/requests';
import { CHANNEL, Recorder } from './recorder.mjs';

/** By then every module is loaded, every memo filled and the connection open. */
const WARM_UP = 20;

const server = createServer((request, response) => {
  if (request.url === '/moved') response.writeHead(302, { Location: '/' });
  else response.writeHead(200, { 'Content-Type': 'application/json' });
  request.resume().on('end', () => response.end('{"ok": true}'));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/`;

/** The recorder of the one worker thread there is. */
class RemoteRecorder {
  #channel = new BroadcastChannel(CHANNEL);

  #call(method, ...args) {
    return new Promise((resolve) => {
      this.#channel.onmessage = ({ data }) => {
        if (data.threadId !== undefined) resolve(data.result);
      };
      this.#channel.postMessage({ method, args });
    });
  }

  quiet = () => this.#call('quiet');
  start = () => this.#call('start');
  take = () => this.#call('take');
  watch = (functions) => this.#call('watch', functions);
  unwatch = () => this.#call('unwatch');
  close = () => this.#channel.close();
}

const overUndici = () => {
  const session = new FuturesSession();
  session.mount('http://', new UndiciAdapter());
  return session;
};

const WAYS = {
  'get over HTTPAdapter': { send: (session) => session.get(url) },
  'get over UndiciAdapter': { open: overUndici, send: (session) => session.get(url) },
  'post with json, headers and params': {
    send: (session) =>
      session.post(url, {
        json: { name: 'value' },
        headers: { 'X-Name': 'value' },
        params: { key: 'value' },
      }),
  },
  'get from a worker thread': {
    open: () => new FuturesSession(new WorkerPoolExecutor({ max_workers: 1 })),
    send: (session) => session.get(url),
    threads: true,
  },
  'get with a redirect': { send: (session) => session.get(`${url}moved`) },
};

const here = new Recorder(process.env.PATH_FOLDER);
const texts = new Map();

/** The place of a character in a module, as the inspector counts: lines and columns from 0. */
function place(url, offset) {
  if (!texts.has(url)) texts.set(url, readFileSync(fileURLToPath(url), 'utf8'));
  const before = texts.get(url).slice(0, offset).split('\n');
  return { line: before.length - 1, column: before.at(-1).length };
}

async function record({ open = () => new FuturesSession(), send, threads = false }) {
  const session = open();
  for (let i = 0; i < WARM_UP; i += 1) await send(session);
  const remote = threads ? new RemoteRecorder() : null;
  const recorders = remote === null ? [here] : [here, remote];

  for (const recorder of recorders) {
    await recorder.quiet();
    await recorder.start();
    // What was entered before counts until it is taken.
    await recorder.take();
  }
  await send(session);
  const entered = [];
  for (const recorder of recorders) {
    await recorder.quiet();
    const functions = await recorder.take();
    entered.push(
      functions.map(({ url, name, start, end }) => ({
        url,
        name,
        from: place(url, start),
        to: place(url, end),
      })),
    );
  }

  for (const [i, recorder] of recorders.entries()) await recorder.watch(entered[i]);
  await send(session);
  const sides = [];
  for (const [i, recorder] of recorders.entries()) {
    await recorder.quiet();
    const order = await recorder.unwatch();
    // A function without a place to stop at has no order.
    const rest = [...entered[i].keys()].filter((index) => !order.includes(index));
    sides.push([...order, ...rest].map((index) => entered[i][index]));
  }
  remote?.close();
  await session.close();
  await session.executor.shutdown();
  return sides;
}

const recorded = {};
for (const [name, way] of Object.entries(WAYS)) recorded[name] = await record(way);
server.closeAllConnections();
server.close();
process.stdout.write(JSON.stringify(recorded));

/**
 * One measurement of bodies of 64 MiB, in a process of its own: `large.mjs CLIENT '{"url":…,"n":…,"workload":…}'`, `awaited` or
 * `blocking`. Prints a line of JSON, as `run-client.mjs` does.
 */
import { measured } from './lib/measured.mjs';

const [, , client, json] = process.argv;
const { url, n, workload } = JSON.parse(json);
const SIZE = 64 * 2 ** 20;
const PIECE = 2 ** 20;

function* pieces() {
  const piece = Buffer.alloc(PIECE, 'x');
  for (let sent = 0; sent < SIZE; sent += PIECE) yield piece;
}

/** Whether `response` says that all of the body came. */
const cameWhole = (response) => response.text === String(SIZE);

const awaited = {
  bytes: async (session, data) => cameWhole(await session.post(url, { data })),
  generator: async (session) => cameWhole(await session.post(url, { data: pieces() })),
  content: async (session) => (await session.get(url)).content.length === SIZE,
  async stream(session) {
    let size = 0;
    const response = await session.get(url, { stream: true });
    for await (const piece of response.iter_content(PIECE / 8)) size += piece.length;
    return size === SIZE;
  },
};
const blocking = {
  bytes: (session, data) => cameWhole(session.post(url, { data })),
  generator: (session) => cameWhole(session.post(url, { data: pieces() })),
  content: (session) => session.get(url).content.length === SIZE,
  stream(session) {
    let size = 0;
    for (const piece of session.get(url, { stream: true }).iter_content(PIECE / 8)) size += piece.length;
    return size === SIZE;
  },
};

const isBlocking = client === 'blocking';
const { Session } = await import(isBlocking ? 'requests-futures/blocking' : 'requests-futures/requests');
const session = new Session();
const once = (isBlocking ? blocking : awaited)[workload];
const data = Buffer.alloc(SIZE, 'x');

async function run(count) {
  let right = 0;
  for (let i = 0; i < count; i += 1) if (await once(session, data)) right += 1;
  return right;
}

await run(2);
await measured(
  () => run(n),
  (right) => ({ right }),
);
process.exit();

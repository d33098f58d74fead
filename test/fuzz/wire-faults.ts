/** Servers that send bytes behind an answer, between requests, and answers that are cut. */
import { gzipSync } from 'node:zlib';
import { type HTTPAdapter, Session } from 'requests-futures/requests';
import { type RawConnection, startRawServer } from '../helpers/servers/raw-server.js';
import { mutate, randomOf } from './random.js';
import { inTime, Tally } from './tally.js';

/** What the server does with one request. */
interface Plan {
  readonly kind: 'plain' | 'behind' | 'between' | 'cut';
  readonly writes: readonly Buffer[];
  /** What arrives on the connection when the answer is over. */
  readonly later: Buffer | null;
  readonly then: 'keep' | 'end' | 'reset';
}

const STRAY = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray';
const SURPRISES = [
  STRAY,
  'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 7\r\n\r\ntimeout',
  'HTTP/1.1 100 Continue\r\n\r\n',
  '0\r\n\r\n',
  ' \n',
  '\0',
].map((text) => Buffer.from(text, 'latin1'));

/** An answer whose body is `id`; it tells its own end, so that no part of it is a whole. */
function answerOf(id: string, random: () => number): Buffer {
  const ok = 'HTTP/1.1 200 OK\r\n';
  switch (Math.floor(random() * 4)) {
    case 0: {
      const half = id.length >> 1;
      const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
      const chunks = (half > 0 ? chunk(id.slice(0, half)) : '') + chunk(id.slice(half));
      return Buffer.from(`${ok}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    }
    case 1: {
      const body = gzipSync(id);
      const head = `${ok}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
      return Buffer.concat([Buffer.from(head), body]);
    }
    case 2: {
      const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n';
      return Buffer.from(`${hints}${ok}Content-Length: ${id.length}\r\n\r\n${id}`);
    }
    default:
      return Buffer.from(`${ok}Content-Type: text/plain\r\nContent-Length: ${id.length}\r\n\r\n${id}`);
  }
}

function planOf(id: string, random: () => number): Plan {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const whole = answerOf(id, random);
  const surplus = (): Buffer => {
    const bytes = pick(SURPRISES);
    if (random() < 0.5) return bytes;
    const damaged =
      random() < 0.5 ? bytes.subarray(0, 1 + Math.floor(random() * bytes.length)) : mutate(bytes, random);
    return damaged.length === 0 ? bytes : damaged;
  };
  const kind = pick(['plain', 'behind', 'between', 'cut'] as const);
  const then = pick(['keep', 'keep', 'end', 'reset'] as const);
  const at = Math.floor(random() * whole.length);
  switch (kind) {
    case 'behind':
      return { kind, writes: [Buffer.concat([whole, surplus()])], later: null, then };
    case 'between':
      return { kind, writes: [whole], later: surplus(), then };
    case 'cut':
      return { kind, writes: [whole.subarray(0, at)], later: null, then: then === 'reset' ? 'reset' : 'end' };
    default:
      return { kind, writes: [whole.subarray(0, at), whole.subarray(at)], later: null, then };
  }
}

/** What a program does between two requests, in which the loop does not turn. */
function compute(): void {
  const end = performance.now() + 0.5;
  while (performance.now() < end);
}

/** Sends `inputs` requests over `adapter`, 8 at a time, to a server that does with each what the seed says. */
export async function fuzzWire(adapter: HTTPAdapter, inputs: number, seed: number): Promise<Tally> {
  const tally = new Tally();
  const planFor = (id: string): Plan => planOf(id, randomOf(seed + Number(id)));
  /** Write what comes between requests. The system has it at once, and Node sees it only when the loop turns. */
  const surprises: (() => void)[] = [];
  await using server = await startRawServer(async (connection: RawConnection) => {
    // Or a second packet would wait for the client to acknowledge the first.
    connection.socket.setNoDelay(true);
    // A server that keeps no connection for long.
    for (let served = 0; served < 40; served++) {
      const request = await connection.readRequest();
      const id = /^[A-Z]+ \/(\d+)/.exec(request)?.[1];
      if (id === undefined) return;
      const { writes, later, then } = planFor(id);
      for (const bytes of writes) {
        await connection.write(bytes);
        if (writes.length > 1) await new Promise(setImmediate);
      }
      if (later !== null) {
        await new Promise<void>((resolve) => {
          surprises.push(() => void connection.write(later).then(resolve));
        });
      }
      if (then === 'keep') continue;
      if (then === 'reset') connection.reset();
      else connection.end();
      return;
    }
    connection.end();
  });
  const session = new Session();
  session.trust_env = false;
  session.mount('http://', adapter);
  const send = async (id: string): Promise<void> => {
    const plan = planFor(id);
    const method = ['GET', 'GET', 'POST', 'PUT'][Number(id) % 4] ?? 'GET';
    const about = `input ${id}, ${method}, ${plan.kind} ${JSON.stringify(Buffer.concat(plan.writes).toString('latin1'))} then ${plan.then}`;
    const stream = Number(id) % 3 === 0;
    try {
      const response = await session.request(method, `${server.url}/${id}`, { timeout: 10, stream });
      const text = (await response.read()).toString();
      tally.response(response.status_code, text, id, about);
    } catch (error) {
      tally.error(error, about);
    }
  };
  const surprise = (): void => {
    for (const write of surprises.splice(0)) write();
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < inputs) {
      const id = String(next++);
      tally.inputs += 1;
      if (surprises.length > 0) {
        surprise();
        compute();
      }
      await inTime(send(id), tally, `input ${id}`);
      if (next % 500 === 0) server.connections.length = 0;
    }
  };
  // No request follows the last ones, and a connection on which one of them waits may owe its surprise.
  const surprising = setInterval(surprise, 500);
  try {
    await Promise.all(Array.from({ length: 8 }, worker));
  } finally {
    clearInterval(surprising);
    surprise();
  }
  await session.close();
  return tally;
}

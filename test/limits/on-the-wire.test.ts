/** Starts counted where they are written to their sockets, at many rates and bursts, with idle times in between. */
import { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FuturesSession, wait } from '../../src/index.js';
import { ADAPTERS, type AdapterClass } from '../helpers/adapters.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import { random } from './random.js';

/** Per second. */
const RATES = [1, 2.5, 4, 7, 12, 20, 33, 50, 80, 120];
/** Of the rate; each is rounded to a number that is allowed. */
const BURSTS = [0.001, 0.05, 0.1, 0.2, 0.3, 0.5, 0.66, 0.8, 0.95, 1];

let server: HttpServer;
/** Of each path, the times in milliseconds at which its requests were written. */
let written: Map<string, number[]>;

beforeAll(async () => {
  server = await startHttpServer((_request, response) => response.end('ok'));
});
afterAll(() => server.close());
afterEach(() => {
  vi.restoreAllMocks();
});

function noteWrites(): void {
  written = new Map();
  const note = (chunk: Uint8Array | string): void => {
    const now = performance.now();
    for (const [, path = ''] of String(chunk).matchAll(/^GET (\S+) HTTP/gm)) {
      const times = written.get(path);
      if (times === undefined) written.set(path, [now]);
      else times.push(now);
    }
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- they are called with their socket
  const { _write, _writev } = Socket.prototype;
  vi.spyOn(Socket.prototype, '_write').mockImplementation(function (
    this: Socket,
    chunk: Buffer | string,
    ...rest
  ) {
    note(chunk);
    _write.call(this, chunk, ...rest);
  });
  vi.spyOn(Socket.prototype, '_writev').mockImplementation(function (this: Socket, chunks, ...rest) {
    for (const { chunk } of chunks as { chunk: Buffer | string }[]) note(chunk);
    _writev?.call(this, chunks, ...rest);
  });
}

/** By how much the shortest time in which `count + 1` were written is longer than `period`; negative if they are too many. */
function slack(times: readonly number[], count: number, period: number): number {
  return Math.min(...times.slice(count).map((at, i) => at - (times[i] ?? 0) - period));
}

interface Combination {
  readonly path: string;
  readonly rate: number;
  readonly burst: number;
  readonly requests: number;
}

/** Sends in groups, with a pause after each. */
async function send({ path, rate, burst, requests }: Combination, Adapter: AdapterClass, rng: () => number) {
  await using session = new FuturesSession({ max_workers: 100, limits: { per_second: rate, burst } });
  session.mount('http://', new Adapter({ pool_maxsize: 100 }));
  for (let left = requests; left > 0; ) {
    const group = Math.min(left, 1 + Math.floor(rng() * rate * 1.2));
    left -= group;
    const futures = Array.from({ length: group }, () => session.get(`${server.url}${path}`));
    await wait(futures);
    for (const future of futures) await future.result();
    await new Promise((resolve) => setTimeout(resolve, rng() * 500));
  }
}

describe.each(ADAPTERS)('over %s', (name, Adapter) => {
  test('no window holds more requests than allowed, at 10 rates with 10 bursts each', {
    timeout: 120_000,
  }, async () => {
    noteWrites();
    const rng = random(name.length);
    const combinations = RATES.flatMap((rate) =>
      BURSTS.map((share) => {
        const burst = Math.max(1, Math.round(Math.ceil(rate) * share));
        const requests = Math.min(80, Math.ceil(rate * 1.5) + 3);
        return { path: `/${rate}-${share}`, rate, burst, requests };
      }),
    );
    await Promise.all(combinations.map((one) => send(one, Adapter, rng)));
    const wrong = combinations.filter(({ path, rate, burst, requests }) => {
      const times = written.get(path) ?? [];
      const count = Math.ceil(rate);
      const period = (1000 * count) / rate;
      const least = Math.min(slack(times, count, period), slack(times, burst, (period * burst) / count));
      return times.length !== requests || least < 0;
    });
    expect(wrong).toEqual([]);
    expect(server.requests).toHaveLength(combinations.reduce((sum, { requests }) => sum + requests, 0));
    server.requests.length = 0;
  });
});

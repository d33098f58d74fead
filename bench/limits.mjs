/**
 * `limits.mjs LIMITER '{"n":…,"cap":…,"windowMs":…,"hosts":…}'`: n tasks of no length through a limiter that lets `cap` of them
 * start in any window, for each host. Prints a line of JSON; `most` is how many starts the fullest window held.
 */
import { measured } from './lib/measured.mjs';

const [, , limiter, json] = process.argv;
const { n, cap, windowMs, hosts } = JSON.parse(json);
let starts = [];
const task = () => {
  starts.push(performance.now());
};
/** One of `make()` for each host. */
const perHost = (make) => Array.from({ length: hosts }, make);
const all = (start) => Promise.all(Array.from({ length: n }, (_, i) => start(i % hosts)));

const runs = {
  async 'requests-futures'() {
    const { Limiter, Turn } = await import('../build/src/limits/index.js');
    const rate = { count: cap, period: windowMs * 1000 };
    class Task extends Turn {
      constructor(done) {
        super();
        this.done = done;
      }
      begin() {
        task();
        engine.written(this);
        engine.leave(this);
        this.done();
      }
      refuse() {}
    }
    const engine = new Limiter({
      all: { rates: [], limit: Infinity },
      each: { rates: [rate], limit: Infinity },
      maxDelay: Infinity,
      longestPause: 3600,
      adaptive: false,
    });
    const keys = perHost(() => '').map((_, i) => `https://host-${i}.example:443`);
    return () => all((host) => new Promise((done) => engine.enter(new Task(done), keys[host])));
  },
  async 'p-queue-strict'() {
    const { default: PQueue } = await import('p-queue');
    const queues = perHost(() => new PQueue({ intervalCap: cap, interval: windowMs, strict: true }));
    return () => all((host) => queues[host].add(task));
  },
  async 'p-throttle-strict'() {
    const { default: pThrottle } = await import('p-throttle');
    const throttled = perHost(() => pThrottle({ limit: cap, interval: windowMs, strict: true })(task));
    return () => all((host) => throttled[host]());
  },
  async bottleneck() {
    const { default: Bottleneck } = await import('bottleneck');
    const limiters = perHost(
      () =>
        new Bottleneck({
          reservoir: cap,
          reservoirRefreshAmount: cap,
          reservoirRefreshInterval: Math.max(250, windowMs),
        }),
    );
    const finish = () => Promise.all(limiters.map((one) => one.disconnect()));
    return async () => {
      await all((host) => limiters[host].schedule(async () => task()));
      await finish();
    };
  },
  async 'rate-limiter-flexible'() {
    const { RateLimiterMemory, RateLimiterQueue } = await import('rate-limiter-flexible');
    const memory = new RateLimiterMemory({ points: cap, duration: windowMs / 1000 });
    const queue = new RateLimiterQueue(memory, { maxQueueSize: n });
    return () =>
      all(async (host) => {
        await queue.removeTokens(1, `host-${host}`);
        task();
      });
  },
};

/** The most starts in any window, for one host. */
function most(times) {
  let [found, first] = [0, 0];
  times.sort((a, b) => a - b);
  for (let last = 0; last < times.length; last += 1) {
    while (times[last] - times[first] >= windowMs) first += 1;
    found = Math.max(found, last - first + 1);
  }
  return found;
}

await measured(await runs[limiter](), () => ({
  right: starts.length,
  ...(hosts === 1 ? { most: most(starts) } : {}),
}));

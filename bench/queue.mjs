/** `queue.mjs LIMITER '{"n":…}'`: n trivial async tasks, all submitted at once, ten at a time. Prints a line of JSON. */
import { measured } from './lib/measured.mjs';

const [, , limiter, json] = process.argv;
const { n } = JSON.parse(json);
const task = async (i) => i;

const runs = {
  async 'p-limit'() {
    const { default: pLimit } = await import('p-limit');
    return async () => {
      const limit = pLimit(10);
      const promises = new Array(n);
      for (let i = 0; i < n; i += 1) promises[i] = limit(task, i);
      return (await Promise.all(promises)).length;
    };
  },
  async 'p-queue'() {
    const { default: PQueue } = await import('p-queue');
    return async () => {
      const queue = new PQueue({ concurrency: 10 });
      const promises = new Array(n);
      for (let i = 0; i < n; i += 1) promises[i] = queue.add(() => task(i));
      return (await Promise.all(promises)).length;
    };
  },
  async 'requests-futures'() {
    const { AsyncPoolExecutor, wait } = await import('requests-futures/concurrent-futures');
    return async () => {
      const executor = new AsyncPoolExecutor({ max_workers: 10 });
      const futures = new Array(n);
      for (let i = 0; i < n; i += 1) futures[i] = executor.submit(task, i);
      const [done] = await wait(futures);
      return done.size;
    };
  },
  async 'requests-futures-cancel'() {
    const { AsyncPoolExecutor } = await import('requests-futures/concurrent-futures');
    return async () => {
      const executor = new AsyncPoolExecutor({ max_workers: 10 });
      const futures = new Array(n);
      for (let i = 0; i < n; i += 1) futures[i] = executor.submit(task, i);
      let cancelled = 0;
      for (const future of futures) if (future.cancel()) cancelled += 1;
      await executor.shutdown();
      return cancelled + 10;
    };
  },
};

await measured(await runs[limiter](), (right) => ({ right }));

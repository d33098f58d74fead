/** A bundle that holds piscina, too: the error says to keep it out. */
import { WorkerPoolExecutor } from 'requests-futures';

const worker_url = process.argv[1].replace('whole/whole.', 'whole/worker.');
const executor = new WorkerPoolExecutor({ max_workers: 1, worker_url });
executor
  .submit(parseInt, '12')
  .exception()
  .then(async (error) => {
    await executor.shutdown();
    if (!/esbuild --external:piscina/.test(`${error} ${error.cause}`)) {
      console.error(error);
      process.exitCode = 1;
    }
  });

import { as_completed, FuturesSession } from 'requests-futures';
import { AsyncPoolExecutor, type Future } from 'requests-futures/concurrent-futures';
import * as requests from 'requests-futures/requests';

/** Fails to compile where `T` is `any`, which every other check would let pass. */
type NotAny<T> = 0 extends 1 & T ? never : T;
function known<T>(value: NotAny<T>): T {
  return value;
}

export async function consume(signal: AbortSignal): Promise<number> {
  const session = new FuturesSession({ max_workers: 2 });
  const futures = [session.get('http://localhost/', { timeout: 5, signal })];
  for await (const future of as_completed(futures)) {
    const response = await future.result();
    known<Uint8Array>(response.content);
    known<string>(response.text);
    known<number>(response.status_code);
  }
  const executor = new AsyncPoolExecutor({ max_workers: 2 });
  const sum: Future<number> = executor.submit((a: number, b: number) => a + b, 1, 2);
  // @ts-expect-error -- an option that is not there
  await requests.get('http://localhost/', { time_out: 5 });
  // @ts-expect-error -- seconds, and not text
  await requests.get('http://localhost/', { timeout: '5' });
  await session.close();
  return await sum.result();
}

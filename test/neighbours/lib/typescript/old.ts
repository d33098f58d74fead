import { FuturesSession } from 'requests-futures';
import { AsyncPoolExecutor } from 'requests-futures/concurrent-futures';
import * as requests from 'requests-futures/requests';

export async function consume(): Promise<number> {
  const session = new FuturesSession({ executor: new AsyncPoolExecutor({ max_workers: 2 }) });
  const response: requests.Response = await session.get('http://localhost/').result();
  await session.close();
  return response.status_code;
}

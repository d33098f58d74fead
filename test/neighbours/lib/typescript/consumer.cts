import futures = require('requests-futures');
import requests = require('requests-futures/requests');

export async function consume(): Promise<number> {
  const session = new futures.FuturesSession({ max_workers: 2 });
  const response = await session.get('http://localhost/').result();
  const status: number = response.status_code;
  await requests.get('http://localhost/');
  await session.close();
  return status;
}

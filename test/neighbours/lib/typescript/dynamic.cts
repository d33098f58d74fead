import type { Response } from 'requests-futures/requests' with { 'resolution-mode': 'import' };

export async function consume(): Promise<Response> {
  const { FuturesSession } = await import('requests-futures');
  const session = new FuturesSession({ max_workers: 2 });
  const response = await session.get('http://localhost/').result();
  await session.close();
  return response;
}

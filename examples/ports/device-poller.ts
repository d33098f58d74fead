import { codes, FuturesSession, RequestException } from 'requests-futures';
import { auth, urllib3 } from 'requests-futures/requests';

urllib3.disable_warnings();

export interface Reading {
  host: string;
  temperature: number | null;
  error: string | null;
}

export async function poll(hosts: string[], user: string, password: string): Promise<Reading[]> {
  await using session = new FuturesSession({ max_workers: 10 });
  // One object per device: a digest's nonce belongs to the server that gave it.
  const futures = hosts.map((host) =>
    Object.assign(
      session.get(`${host}/status`, {
        auth: new auth.HTTPDigestAuth(user, password),
        timeout: 3,
        verify: false,
      }),
      { host },
    ),
  );
  const readings: Reading[] = [];
  for (const future of futures) {
    const { host } = future;
    try {
      const response = await future.result();
      if (response.status_code === codes.unauthorized) throw new RequestException('wrong password');
      const { temperature } = response.json<{ temperature: number }>();
      readings.push({ host, temperature, error: null });
    } catch (error) {
      if (!(error instanceof RequestException)) throw error;
      readings.push({ host, temperature: null, error: error.message });
    }
  }
  return readings;
}

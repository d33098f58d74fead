import { auth, codes, FuturesSession, RequestException, urllib3 } from 'requests-futures/blocking';

urllib3.disable_warnings();

export interface Reading {
  host: string;
  temperature: number | null;
  error: string | null;
}

export function poll(hosts: string[], user: string, password: string): Reading[] {
  using session = new FuturesSession({ max_workers: 10 });
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
      const response = future.result();
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

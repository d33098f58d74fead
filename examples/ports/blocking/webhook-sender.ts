import { createHmac } from 'node:crypto';
import { HTTPAdapter, RequestException, requests, Retry } from 'requests-futures/blocking';

export function deliver(url: string, events: object[], secret: string): object[] {
  const retries = new Retry({
    total: 4,
    backoff_factor: 0.05,
    status_forcelist: [500, 502, 503, 504],
    allowed_methods: ['POST'],
    respect_retry_after_header: true,
  });
  using session = new requests.Session();
  session.mount('http://', new HTTPAdapter({ max_retries: retries }));
  session.mount('https://', new HTTPAdapter({ max_retries: retries }));

  const undelivered = [];
  for (const event of events) {
    const body = JSON.stringify(event);
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const headers = { 'Content-Type': 'application/json', 'X-Signature': `sha256=${signature}` };
    try {
      const response = session.post(url, { data: body, headers, timeout: [3, 10] });
      response.raise_for_status();
    } catch (error) {
      if (!(error instanceof RequestException)) throw error;
      undelivered.push(event);
    }
  }
  return undelivered;
}

import { requests } from 'requests-futures/blocking';

export function fetch_invoices(base: string, user: string, password: string): string[] {
  using session = new requests.Session();
  session.headers['User-Agent'] = 'invoice-robot/1.0';

  const form = session.get(`${base}/login`);
  const token = /name="csrf" value="(\w+)"/.exec(form.text)?.[1];
  const answer = session.post(`${base}/login`, {
    data: { user, password, csrf: token },
    headers: { Referer: form.url },
  });
  if (answer.url.endsWith('/login')) throw new Error('login refused');
  if (!('sid' in session.cookies)) throw new Error('no session cookie');

  const invoices = session.get(`${base}/invoices.json`).json<{ file: string }[]>();
  session.post(`${base}/logout`, { data: { csrf: token } });
  return invoices.map(({ file }) => file);
}

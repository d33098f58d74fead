/**
 * Credentials: Basic, Digest, tokens, a scheme of your own, and where they do not go.
 *
 *     requests.get(url, auth=('ada', 'engine'))                 # Basic
 *     requests.get(url, auth=HTTPDigestAuth('ada', 'engine'))   # Digest
 *     session.auth = TokenAuth(token)                           # class TokenAuth(AuthBase): def __call__(self, r)
 *
 * An auth is anything that edits the prepared request: a pair, an object with `call`, or a plain function. It runs in this thread.
 */
import { createHmac } from 'node:crypto';
import { auth, FuturesSession, type PreparedRequest, requests } from 'requests-futures/blocking';
import { serve_elsewhere } from '../lib/far-server.js';

using server = serve_elsewhere('credentials');
using other = serve_elsewhere('credentials');
const { url } = server;
/** How often the server has asked for a digest. */
const challenges = (): number => requests.get(`${url}/challenges`).json<number>();
interface Who {
  authorization: string | null;
  signature: string | null;
}

using session = new requests.Session();

// 1. Basic: a pair. Or in the URL, percent-encoded where needed: http://ada:engine@host/
const basic = session.get(`${url}/whoami`, { auth: ['ada', 'engine'] });
console.log('basic:    ', basic.json<Who>().authorization);
const in_url = session.get(`${url.replace('//', '//ada:engine@')}/whoami`);
console.log('in the URL', in_url.json<Who>().authorization);

// 2. Digest: the first request is refused with a challenge, the second answers it. Keep the object: it has the nonce afterwards.
session.auth = new auth.HTTPDigestAuth('ada', 'engine');
for (let i = 0; i < 3; i += 1) {
  const response = session.get(`${url}/digest`);
  const { user, count } = response.json<{ user: string; count: string }>();
  console.log(
    `digest:    ${response.status_code} ${user} count ${count} - challenges so far: ${challenges()}`,
  );
}

// 3. A class of your own. Python: class TokenAuth(AuthBase) with __call__. Here the method is `call`.
class TokenAuth extends auth.AuthBase {
  constructor(private readonly token: string) {
    super();
  }
  override call(request: PreparedRequest): PreparedRequest {
    request.headers['Authorization'] = `Bearer ${this.token}`;
    return request;
  }
}
session.auth = new TokenAuth('t0ken');
console.log('token:    ', session.get(`${url}/whoami`).json<Who>().authorization);

// 4. A function is enough. It runs last, when method, URL and body are final, so it can sign them.
const signed = session.post(`${url}/whoami`, {
  json: { amount: 3 },
  auth: (request: PreparedRequest) => {
    const hmac = createHmac('sha256', 'key').update(`${request.method} ${request.path_url}\n`);
    hmac.update(request.body as string | Buffer);
    request.headers['X-Signature'] = hmac.digest('hex').slice(0, 16);
    return request;
  },
});
console.log('signed:   ', signed.json<Who>().signature);

// 5. Redirected to another host, the Authorization header stays behind.
const elsewhere = session.get(`${url}/elsewhere?host=${other.url}`, { auth: ['ada', 'engine'] });
const sent = elsewhere.json<Who>().authorization;
console.log('elsewhere:', sent, '- after', elsewhere.history.length, 'redirect');

// 6. Many at once with one digest object: those that start before there is a nonce are challenged, no other.
const before = challenges();
using futures_session = new FuturesSession({ max_workers: 8 });
futures_session.auth = new auth.HTTPDigestAuth('ada', 'engine');
const futures = Array.from({ length: 20 }, () => futures_session.get(`${url}/digest`));
const ok = futures.filter((future) => future.result().ok).length;
console.log(`futures:   ${ok} of 20 let in, challenges: ${challenges() - before}`);

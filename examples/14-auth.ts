/**
 * Credentials: Basic, Digest, tokens, a scheme of your own, and where they do not go.
 *
 *     requests.get(url, auth=('ada', 'engine'))                 # Basic
 *     requests.get(url, auth=HTTPDigestAuth('ada', 'engine'))   # Digest
 *     session.auth = TokenAuth(token)                           # class TokenAuth(AuthBase): def __call__(self, r)
 *
 * An auth is anything that edits the prepared request: a pair, an object with `call`, or a plain function.
 */
import { createHmac } from 'node:crypto';
import { FuturesSession } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { serve } from './lib/local-server.js';
import { listener } from './lib/servers/credentials.js';

await using server = await serve(listener);
await using other = await serve(listener);
const { url } = server;
/** How often the server has asked for a digest. */
const challenges = async (): Promise<number> => (await requests.get(`${url}/challenges`)).json<number>();
interface Who {
  authorization: string | null;
  signature: string | null;
}

await using session = new requests.Session();

// 1. Basic: a pair. Or in the URL, percent-encoded where needed: http://ada:engine@host/
const basic = await session.get(`${url}/whoami`, { auth: ['ada', 'engine'] });
console.log('basic:    ', basic.json<Who>().authorization);
const inUrl = await session.get(`${url.replace('//', '//ada:engine@')}/whoami`);
console.log('in the URL', inUrl.json<Who>().authorization);

// 2. Digest: the first request is refused with a challenge, the second answers it. Keep the object: it knows the
//    nonce afterwards and answers at once, and counts.
session.auth = new requests.auth.HTTPDigestAuth('ada', 'engine');
for (let i = 0; i < 3; i += 1) {
  const response = await session.get(`${url}/digest`);
  const { user, count } = response.json<{ user: string; count: string }>();
  console.log(
    'digest:   ',
    response.status_code,
    user,
    'count',
    count,
    '- challenges so far:',
    await challenges(),
  );
}

// 3. A class of your own. Python: class TokenAuth(AuthBase) with __call__. Here the method is `call`.
class TokenAuth extends requests.auth.AuthBase {
  constructor(private readonly token: string) {
    super();
  }
  override call(request: requests.PreparedRequest): requests.PreparedRequest {
    request.headers['Authorization'] = `Bearer ${this.token}`;
    return request;
  }
}
session.auth = new TokenAuth('t0ken');
console.log('token:    ', (await session.get(`${url}/whoami`)).json<Who>().authorization);

// 4. A function is enough. It runs last, when method, URL and body are final, so it can sign them.
const signed = await session.post(`${url}/whoami`, {
  json: { amount: 3 },
  auth: (request) => {
    const hmac = createHmac('sha256', 'key').update(`${request.method} ${request.path_url}\n`);
    hmac.update(request.body as string | Buffer);
    request.headers['X-Signature'] = hmac.digest('hex').slice(0, 16);
    return request;
  },
});
console.log('signed:   ', signed.json<Who>().signature);

// 5. Redirected to another host, the Authorization header stays behind. (Other headers go along, as in Python, but for `Host`.)
const elsewhere = await session.get(`${url}/elsewhere?host=${other.url}`, { auth: ['ada', 'engine'] });
console.log(
  'elsewhere:',
  elsewhere.json<Who>().authorization,
  '- after',
  elsewhere.history.length,
  'redirect',
);

// 6. Many at once with one digest object: those that start before there is a nonce are challenged, no other.
const before = await challenges();
await using futures = new FuturesSession({ max_workers: 8 });
futures.auth = new requests.auth.HTTPDigestAuth('ada', 'engine');
const answers = await Promise.all(Array.from({ length: 20 }, () => futures.get(`${url}/digest`)));
const ok = answers.filter((answer) => answer.ok).length;
console.log(`futures:   ${ok} of 20 let in, challenges: ${(await challenges()) - before}`);

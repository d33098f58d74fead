/** msw answers, fails and lets pass, as it does for fetch. */
import assert from 'node:assert/strict';
import { http, HttpResponse, passthrough } from 'msw';
import { setupServer } from 'msw/node';
import { FuturesSession } from 'requests-futures';
import * as requests from 'requests-futures/requests';

const base = process.env.SERVER_URL;
let posted = null;
const server = setupServer(
  http.get('http://mock.test/json', () =>
    HttpResponse.json({ mocked: true }, { headers: { 'X-By': 'msw' } }),
  ),
  http.post('http://mock.test/post', async ({ request }) => {
    posted = await request.json();
    return new HttpResponse(null, { status: 201 });
  }),
  http.get('http://mock.test/error', () => HttpResponse.error()),
  http.get(`${base}/json`, () => passthrough()),
);
server.listen({ onUnhandledRequest: 'bypass' });

const response = await requests.get('http://mock.test/json', { timeout: 5 });
assert.deepEqual(response.json(), { mocked: true });
assert.equal(response.headers['x-by'], 'msw');
assert.equal((await requests.post('http://mock.test/post', { json: { a: 1 }, timeout: 5 })).status_code, 201);
assert.deepEqual(posted, { a: 1 });
await assert.rejects(requests.get('http://mock.test/error', { timeout: 5 }), requests.ConnectionError);
assert.equal((await requests.get(`${base}/json`, { timeout: 5 })).json().ok, true);
assert.equal((await requests.get(`${base}/headers`, { timeout: 5 })).status_code, 200);

const session = new FuturesSession();
const futures = [1, 2, 3].map(() => session.get('http://mock.test/json', { timeout: 5 }));
for (const future of futures) assert.equal((await future.result()).json().mocked, true);
await session.close();
server.close();
assert.equal((await requests.get(`${base}/json`, { timeout: 5 })).json().ok, true);

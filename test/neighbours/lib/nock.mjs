/** nock answers, fails, delays and lets pass. */
import assert from 'node:assert/strict';
import nock from 'nock';
import { FuturesSession } from 'requests-futures';
import * as requests from 'requests-futures/requests';

const base = process.env.SERVER_URL;
nock('http://mock.test')
  .get('/json')
  .query({ q: 'a' })
  .times(3)
  .reply(200, { mocked: true }, { 'X-By': 'nock' });
nock('http://mock.test').post('/post', { a: 1 }).reply(201);
const reset = Object.assign(new Error('reset by nock'), { code: 'ECONNRESET' });
nock('http://mock.test').get('/error').replyWithError(reset);
nock('https://secure.test').get('/').reply(200, 'safe');

const session = new FuturesSession();
const futures = [1, 2, 3].map(() => session.get('http://mock.test/json', { params: { q: 'a' }, timeout: 5 }));
for (const future of futures) {
  const response = await future.result();
  assert.equal(response.json().mocked, true);
  assert.equal(response.headers['x-by'], 'nock');
}
await session.close();
assert.equal((await requests.post('http://mock.test/post', { json: { a: 1 }, timeout: 5 })).status_code, 201);
await assert.rejects(requests.get('http://mock.test/error', { timeout: 5 }), requests.ConnectionError);
assert.equal((await requests.get('https://secure.test/', { timeout: 5 })).text, 'safe');

nock.enableNetConnect('127.0.0.1');
assert.equal((await requests.get(`${base}/json`, { timeout: 5 })).json().ok, true);
nock.disableNetConnect();
await assert.rejects(requests.get(`${base}/json`, { timeout: 5 }), (error) => {
  return error instanceof requests.ConnectionError && /Nock: Disallowed net connect/.test(error.message);
});
nock.restore();
assert.equal((await requests.get(`${base}/json`, { timeout: 5 })).json().ok, true);

/** UndiciAdapter takes a dispatcher, a MockAgent among them, and the global one where it is asked for. */
import assert from 'node:assert/strict';
import { FuturesSession } from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { Agent, getGlobalDispatcher, MockAgent, setGlobalDispatcher } from 'undici';

const base = process.env.SERVER_URL;
const mock = new MockAgent();
mock.disableNetConnect();
const pool = mock.get('http://mock.test');
pool
  .intercept({ path: '/json', method: 'GET' })
  .reply(
    200,
    { mocked: true },
    {
      headers: { 'content-type': 'application/json', 'x-by': 'undici' },
    },
  )
  .times(4);
pool.intercept({ path: '/post', method: 'POST', body: '{"a":1}' }).reply(201, '');
pool.intercept({ path: '/error', method: 'GET' }).replyWithError(new Error('mocked failure'));

const session = new FuturesSession();
session.mount('http://', new requests.UndiciAdapter({ dispatcher: mock }));
for (let i = 0; i < 3; i += 1) {
  const response = await session.get('http://mock.test/json', { timeout: 5 }).result();
  assert.equal(response.json().mocked, true);
  assert.equal(response.headers['x-by'], 'undici');
}
const created = await session.post('http://mock.test/post', { json: { a: 1 }, timeout: 5 }).result();
assert.equal(created.status_code, 201);
await assert.rejects(
  session.get('http://mock.test/error', { timeout: 5 }).result(),
  requests.ConnectionError,
);
await assert.rejects(session.get(`${base}/json`, { timeout: 5 }).result(), requests.ConnectionError);

const own = new Agent();
session.mount('http://', new requests.UndiciAdapter({ dispatcher: own }));
assert.equal((await session.get(`${base}/json`).result()).json().ok, true);
await session.close();
assert.equal(own.closed, false);
await own.close();

const before = getGlobalDispatcher();
setGlobalDispatcher(mock);
const global = new requests.Session();
global.mount('http://', new requests.UndiciAdapter({ dispatcher: 'global' }));
assert.equal((await global.get('http://mock.test/json', { timeout: 5 })).json().mocked, true);
await global.close();
setGlobalDispatcher(before);
await mock.close();

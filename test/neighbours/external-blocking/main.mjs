/** A bundle in front of the package, whose gateway thread needs its files beside the bundle. */
import assert from 'node:assert/strict';
import { as_completed, ConnectionError, FuturesSession, requests } from 'requests-futures/blocking';

const base = process.env.SERVER_URL;
assert.equal(requests.get(`${base}/json`).json().ok, true);
const session = new FuturesSession({ max_workers: 2 });
session.hooks.response = (response) => {
  response.seen = true;
};
const futures = [1, 2, 3].map((n) => session.get(`${base}/json`, { params: { n } }));
for (const future of as_completed(futures)) assert.equal(future.result().seen, true);
assert.throws(() => requests.get('http://127.0.0.1:1/'), ConnectionError);
session.close();
console.log('the blocking flavor answers behind a bundle');

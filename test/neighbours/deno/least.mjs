/** The permissions that docs/neighbours.md names are enough. */
import assert from 'node:assert/strict';
import { FuturesSession, UndiciAdapter } from 'requests-futures';

const url = process.env.SERVER_URL;
const session = new FuturesSession();
assert.equal((await session.get(`${url}/json`)).status_code, 200);
session.mount('http://', new UndiciAdapter());
assert.equal((await session.get(`${url}/json`)).status_code, 200);
await session.close();

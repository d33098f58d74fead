/** A version that is too old is named, with the one that is needed. */
import assert from 'node:assert/strict';
import { RuntimeError, Session, UndiciAdapter } from 'requests-futures/requests';

const session = new Session();
session.mount('http://', new UndiciAdapter());
await assert.rejects(session.get(`${process.env.SERVER_URL}/json`), (error) => {
  assert(error instanceof RuntimeError, String(error));
  assert.match(error.message, /undici.*6\.29\.1.*7/s);
  return true;
});

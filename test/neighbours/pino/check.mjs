/** pino takes the package's records, at their levels, and nothing secret when it is given a response or an error. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import pino from 'pino';
import * as requests from 'requests-futures/requests';

const base = process.env.SERVER_URL;
const lines = [];
const logger = pino(
  { level: 'debug' },
  new Writable({
    write(line, _encoding, done) {
      lines.push(JSON.parse(line));
      done();
    },
  }),
);
requests.set_logger(logger);
const session = new requests.Session();
session.mount('http://', new requests.HTTPAdapter({ max_retries: new requests.Retry({ total: 1 }) }));
await assert.rejects(session.get('http://127.0.0.1:1/'), requests.ConnectionError);
assert(
  lines.some(({ level, msg }) => level === 40 && /Retrying/.test(msg)),
  JSON.stringify(lines),
);
const response = await session.get(`${base}/json?page=2`, { auth: ['user', 'secret'] });
assert(lines.some(({ level, msg }) => level === 20 && /"GET \/json\?page=2 HTTP\/1\.1" 200/.test(msg)));
lines.length = 0;
logger.info({ response, request: response.request, session }, 'done');
assert(!JSON.stringify(lines).includes(Buffer.from('user:secret').toString('base64')), JSON.stringify(lines));
assert.equal(lines[0].response.status_code, 200);

// A child has the bindings of its own, and its level may change while it is set.
const child = logger.child({ module: 'http' }, { level: 'warn' });
requests.set_logger(child);
lines.length = 0;
await session.get(`${base}/json`);
assert.deepEqual(lines, []);
child.level = 'debug';
await session.get(`${base}/json`);
assert(
  lines.some(({ module, level, msg }) => module === 'http' && level === 20 && /"GET \/json HTTP/.test(msg)),
  JSON.stringify(lines),
);
// One that throws breaks no request.
child.debug = () => {
  throw new Error('disk full');
};
assert.equal((await session.get(`${base}/json`)).status_code, 200);
await session.close();

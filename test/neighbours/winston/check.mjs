/** winston takes the package's records, at their levels and as text. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import * as requests from 'requests-futures/requests';
import winston from 'winston';

const lines = [];
const stream = new Writable({
  write(line, _encoding, done) {
    lines.push(JSON.parse(line));
    done();
  },
});
requests.set_logger(
  winston.createLogger({
    level: 'debug',
    format: winston.format.json(),
    transports: [new winston.transports.Stream({ stream })],
  }),
);
const session = new requests.Session();
session.mount('http://', new requests.HTTPAdapter({ max_retries: new requests.Retry({ total: 1 }) }));
await assert.rejects(session.get('http://127.0.0.1:1/'), requests.ConnectionError);
assert(
  lines.some(({ level, message }) => level === 'warn' && /^Retrying/.test(message)),
  JSON.stringify(lines),
);
await session.get(`${process.env.SERVER_URL}/json`);
assert(lines.some(({ level, message }) => level === 'debug' && /"GET \/json HTTP\/1\.1" 200/.test(message)));

// A child has the fields of its own, and the level of its parent.
const parent = winston.createLogger({
  level: 'warn',
  format: winston.format.json(),
  transports: [new winston.transports.Stream({ stream })],
});
requests.set_logger(parent.child({ module: 'http' }));
lines.length = 0;
await session.get(`${process.env.SERVER_URL}/json`);
assert.deepEqual(lines, []);
await assert.rejects(session.get('http://127.0.0.1:1/'), requests.ConnectionError);
assert(
  lines.some(({ module, level }) => module === 'http' && level === 'warn'),
  JSON.stringify(lines),
);
await session.close();

/** A Redis that speaks TLS only and wants a password. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Redis, type RedisOptions } from 'ioredis';
import { FuturesSession } from 'requests-futures';
import { BullMQExecutor, BullMQWorker, RedisLimitStore } from 'requests-futures/bullmq';
import { set_logger } from 'requests-futures/concurrent-futures';
import { loopbackCertificate, testAuthority } from '../helpers/servers/certificates.js';
import * as tasks from './fixtures/tasks.mjs';
import { hasRedis, newQueue, startWorker, TestRedis } from './redis.js';

const PASSWORD = 'sw0rdfish';
const roundTrip = fileURLToPath(new URL('./fixtures/round-trip.mjs', import.meta.url));

describe.skipIf(!hasRedis)('a Redis behind TLS and a password', () => {
  const redis = new TestRedis(false, ({ port, folder }) => {
    const { cert, key } = loopbackCertificate();
    const files = { 'server.crt': cert, 'server.key': key, 'ca.crt': testAuthority().cert };
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    return [
      ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
      ...[
        '--tls-cert-file',
        path.join(folder, 'server.crt'),
        '--tls-key-file',
        path.join(folder, 'server.key'),
      ],
      ...['--tls-ca-cert-file', path.join(folder, 'ca.crt')],
      ...['--user', 'default', 'off', '--user', 'crawler', 'on', `>${PASSWORD}`, '~*', '&*', '+@all'],
    ];
  });
  beforeAll(() => redis.start());
  afterAll(() => redis.remove());

  const urlWith = (password: string): string => `rediss://crawler:${password}@127.0.0.1:${redis.port}`;

  function optionsWith(password: string): RedisOptions {
    const tls = { ca: testAuthority().cert };
    return { host: '127.0.0.1', port: redis.port, username: 'crawler', password, tls };
  }

  test('carries calls when it is given by a URL, to a program and to the command', async () => {
    const env = { NODE_EXTRA_CA_CERTS: path.join(redis.folder, 'ca.crt') };
    const args = [roundTrip, urlWith(PASSWORD), newQueue()];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, ...env },
      timeout: 100_000,
    });
    expect(JSON.parse(stdout)).toMatchObject({ sum: 9900, aborted: 'RangeError: enough' });
    expect(stderr).toBe('');
    const queue = newQueue();
    const worker = await startWorker(
      urlWith(PASSWORD),
      queue,
      ['--threads', '1', '--per-second', '100'],
      env,
    );
    const executor = new BullMQExecutor({ queue, connection: optionsWith(PASSWORD) });
    onTestFinished(() => executor.shutdown({ wait: false }));
    expect(await executor.submit(tasks.add, 1, 2)).toBe(3);
    expect(JSON.stringify(worker.lines) + worker.stderr.join('')).not.toContain(PASSWORD);
  });

  test('counts limits, also in the threads of a worker that was given options', async () => {
    const queue = newQueue();
    const connection = optionsWith(PASSWORD);
    const worker = new BullMQWorker({ queue, connection, functions: [tasks], threads: 1, grace: 0 });
    onTestFinished(() => worker.close());
    const executor = new BullMQExecutor({ queue, connection });
    onTestFinished(() => executor.shutdown({ wait: false }));
    await using session = new FuturesSession({ executor, limits: { per_second: 5, store: executor.limits } });
    const error = await session.get('http://127.0.0.1:1/').exception();
    expect(error?.name).toBe('ConnectionError');
    const client = new Redis(connection);
    onTestFinished(() => {
      client.disconnect();
    });
    expect(await client.keys('bull:{rf-limits:default}:*:state')).toEqual([
      'bull:{rf-limits:default}:key:http://127.0.0.1:1:state',
    ]);
  });

  test('shows its password in no error, log line or inspected object', async () => {
    const shown: unknown[] = [];
    const previous = set_logger({
      log: (...line: unknown[]) => {
        shown.push(...line);
      },
    });
    onTestFinished(() => {
      set_logger(previous);
    });
    const untrusted = urlWith(PASSWORD);
    for (const connection of [optionsWith(`not-${PASSWORD}`), untrusted, new URL(untrusted)]) {
      const queue = newQueue();
      const executor = new BullMQExecutor({ queue, connection, redis_timeout: 5 });
      const worker = new BullMQWorker({ queue, connection, functions: [tasks], grace: 0 });
      const store = new RedisLimitStore({ connection, redis_timeout: 5 });
      const session = new FuturesSession({ limits: { per_second: 1, store } });
      const errors = await Promise.all([
        executor.submit(tasks.add, 1, 1).exception(),
        session.get('http://127.0.0.1:1/').exception(),
      ]);
      expect(errors.map((error) => error?.name)).toEqual(['BrokenExecutor', 'LimitStoreError']);
      for (const error of errors) expect(error?.message).toMatch(/WRONGPASS|certificate/);
      shown.push(executor, worker, store, ...errors);
      await Promise.all([executor.shutdown({ wait: false }), worker.close(), store.close(), session.close()]);
    }
    expect(shown.length).toBeGreaterThan(12);
    const everything = shown.map((one) => inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one));
    expect(everything.join('')).not.toContain(PASSWORD);
  });

  test('has the command say what is wrong, and not the password', async () => {
    const url = urlWith(`not-${PASSWORD}`);
    const env = { NODE_EXTRA_CA_CERTS: path.join(redis.folder, 'ca.crt') };
    const error = await startWorker(url, newQueue(), [], env).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/ended with 2.*requests-futures-worker: WRONGPASS/s);
    expect(String(error)).not.toContain(PASSWORD);
  });
});

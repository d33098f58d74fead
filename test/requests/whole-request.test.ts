/** What belongs to a whole request outlives its attempts: the signal, and following a redirect whose own body is broken. */
import { describe, expect, test } from 'vitest';
import { AbortError } from '../../src/requests/exceptions/requests.js';
import { Session } from '../../src/requests/index.js';
import { Retry } from '../../src/requests/packages/urllib3.js';
import { ADAPTERS } from '../helpers/adapters.js';
import { failureOf } from '../helpers/failures.js';
import { reply, startRawServer } from '../helpers/servers/raw-server.js';

describe.each(ADAPTERS)('%s', (_name, Adapter) => {
  const UNAVAILABLE = { status: '503 Service Unavailable' };
  const afterUnavailable = new Retry(3, { status_forcelist: [503], backoff_factor: 0 });

  test('the signal ends a second attempt that is not answered', async () => {
    const controller = new AbortController();
    await using server = await startRawServer(async (connection) => {
      await connection.readRequest();
      await connection.write(reply('', UNAVAILABLE));
      if ((await connection.readRequest()) !== '') controller.abort();
    });
    await using session = new Session();
    session.mount('http://', new Adapter({ max_retries: afterUnavailable }));
    await failureOf(session.get(server.url, { signal: controller.signal, timeout: 20 }), AbortError);
  });

  test.each([
    ['Retry-After', { ...UNAVAILABLE, headers: ['Retry-After: 60'] }, afterUnavailable],
    ['the pause of a backoff', UNAVAILABLE, new Retry(3, { status_forcelist: [503], backoff_factor: 60 })],
  ])('the signal ends %s', async (_case, answer, max_retries) => {
    const controller = new AbortController();
    let requests = 0;
    await using server = await startRawServer(async (connection) => {
      while ((await connection.readRequest()) !== '') {
        requests += 1;
        await connection.write(reply('', answer));
        // The second attempt is the first after a backoff.
        setTimeout(() => {
          controller.abort();
        }, 100);
      }
    });
    await using session = new Session();
    session.mount('http://', new Adapter({ max_retries }));
    await failureOf(session.get(server.url, { signal: controller.signal }), AbortError);
    expect(requests).toBeLessThan(3);
  });

  const HEAD = 'HTTP/1.1 302 Found\r\nLocation: /next\r\n';
  test.each<[string, string, 'keep' | 'end' | 'reset']>([
    ['is cut', `${HEAD}Content-Length: 10\r\n\r\nhello`, 'end'],
    ['is reset', `${HEAD}Content-Length: 10\r\n\r\nhello`, 'reset'],
    ['has a bad chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\nbad`, 'keep'],
    ['is no gzip', `${HEAD}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello`, 'keep'],
  ])(
    '1.6: a redirect whose own body %s is followed, and not followed raises',
    async (_case, redirect, end) => {
      await using server = await startRawServer(async (connection) => {
        for (;;) {
          const request = await connection.readRequest();
          if (request === '') return;
          const isFirst = !request.startsWith('GET /next');
          await connection.write(isFirst ? redirect : reply('there'));
          if (!isFirst) continue;
          await new Promise((resolve) => setTimeout(resolve, 20));
          if (end === 'end') connection.end();
          if (end === 'reset') connection.reset();
        }
      });
      await using session = new Session();
      session.mount('http://', new Adapter());
      for (const options of [{}, { stream: true }, { hooks: { response: () => undefined } }]) {
        const response = await session.get(server.url, options);
        expect((await response.read()).toString()).toBe('there');
        expect(response.history.map(({ status_code }) => status_code)).toEqual([302]);
      }
      await expect(session.get(server.url, { allow_redirects: false })).rejects.toThrow();
    },
  );

  test('1.15: a proxy that forwards gets its credentials once, also after a redirect', async () => {
    const received: string[] = [];
    await using proxy = await startRawServer(async (connection) => {
      for (
        let request = await connection.readRequest();
        request !== '';
        request = await connection.readRequest()
      ) {
        received.push(request);
        await connection.write(received.length === 1 ? `${HEAD}Content-Length: 0\r\n\r\n` : reply('there'));
      }
    });
    await using session = new Session();
    session.trust_env = false;
    session.mount('http://', new Adapter());
    const proxies = { http: `http://user:pw@127.0.0.1:${proxy.port}` };
    const response = await session.get('http://server.invalid/', { proxies });
    expect(response.text).toBe('there');
    expect(received.map((request) => request.match(/^proxy-authorization: .*$/gim))).toEqual([
      ['Proxy-Authorization: Basic dXNlcjpwdw=='],
      ['Proxy-Authorization: Basic dXNlcjpwdw=='],
    ]);
  });
});

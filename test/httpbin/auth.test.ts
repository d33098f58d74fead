import { expect, test } from 'vitest';
import { HTTPBasicAuth, HTTPDigestAuth } from '../../src/requests/auth/index.js';
import { Session } from '../../src/requests/index.js';
import { describeHttpbin, HTTPBIN_URL } from '../helpers/httpbin.js';

describeHttpbin('basic auth', (client) => {
  test('1.16: a pair, an object and credentials in the URL are let in', async () => {
    const path = '/basic-auth/user/pass%20word';
    for (const auth of [['user', 'pass word'] as const, new HTTPBasicAuth('user', 'pass word')]) {
      expect((await client().get(path, { auth })).json()).toEqual({ authenticated: true, user: 'user' });
    }
    const url = `${HTTPBIN_URL.replace('://', '://user:pass%20word@')}${path}`;
    expect((await client().session.get(url)).status_code).toBe(200);
  });

  test('1.16: without or with wrong credentials the answer is 401', async () => {
    const path = '/basic-auth/user/right';
    expect((await client().get(path)).status_code).toBe(401);
    expect((await client().get(path, { auth: ['user', 'wrong'] })).status_code).toBe(401);
    expect((await client().get('/hidden-basic-auth/user/right')).status_code).toBe(404);
    expect(
      (await client().get('/hidden-basic-auth/user/right', { auth: ['user', 'right'] })).status_code,
    ).toBe(200);
  });

  test('1.16: a function may sign', async () => {
    const response = await client().get('/bearer', {
      auth: (request) => {
        request.headers['Authorization'] = 'Bearer token';
        return request;
      },
    });
    expect(response.json()).toEqual({ authenticated: true, token: 'token' });
  });
});

describeHttpbin('digest auth', (client) => {
  const cases = ['MD5', 'SHA-256', 'SHA-512'].flatMap(
    (algorithm) =>
      [
        ['auth', algorithm],
        ['none', algorithm],
      ] as const,
  );

  test.each(cases)('1.16: qop %s, %s', async (qop, algorithm) => {
    const path = `/digest-auth/${qop}/user/pass/${algorithm}`;
    const response = await client().get(path, { auth: new HTTPDigestAuth('user', 'pass') });
    expect(response.json()).toEqual({ authenticated: true, user: 'user' });
    expect(response.history.map((refused) => refused.status_code)).toEqual([401]);
    expect(response.history[0]?.headers['www-authenticate']).toContain(`algorithm=${algorithm}`);
    const wrong = await client().get(path, { auth: new HTTPDigestAuth('user', 'wrong') });
    expect(wrong.status_code).toBe(401);
    expect((await client().get(path)).status_code).toBe(401);
  });

  test.each(['MD5', 'SHA-256', 'SHA-512'])(
    '1.16: auth-int alone cannot be answered, with %s',
    async (algorithm) => {
      const response = await client().get(`/digest-auth/auth-int/user/pass/${algorithm}`, {
        auth: new HTTPDigestAuth('user', 'pass'),
      });
      expect(response.status_code).toBe(401);
      expect(response.request.headers['Authorization'] ?? null).toBeNull();
    },
  );

  test("1.16: the refusal's cookies are sent with the answer", async () => {
    client().session.cookies.clear();
    const response = await client().get('/digest-auth/auth/user/pass', {
      auth: new HTTPDigestAuth('user', 'pass'),
    });
    expect([response.status_code, response.history.length]).toEqual([200, 1]);
    expect(response.request.headers['Cookie']).toContain('fake=fake_value');
    expect(client().session.cookies.get('fake')).toBe('fake_value');
  });

  test('1.16: a known nonce is used again without being asked, until the server finds it stale', async () => {
    const session = new Session();
    session.auth = new HTTPDigestAuth('user', 'pass');
    const url = `${HTTPBIN_URL}/digest-auth/auth/user/pass/SHA-256/3`;
    const rounds: number[] = [];
    for (let i = 0; i < 4; i++) {
      const response = await session.get(url);
      expect(response.status_code).toBe(200);
      rounds.push(response.history.length);
    }
    expect(rounds[0]).toBe(1);
    expect(rounds[1]).toBe(0);
    expect(rounds.slice(2)).toContain(1);
    await session.close();
  });

  test('1.16: concurrent requests of one auth object are all let in', async () => {
    const auth = new HTTPDigestAuth('user', 'pass');
    const all = await Promise.all(
      Array.from({ length: 10 }, () => client().get('/digest-auth/auth/user/pass', { auth })),
    );
    expect(all.map((response) => response.status_code)).toEqual(Array(10).fill(200));
  });
});

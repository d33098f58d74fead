import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/requests/index.js';
import { ConnectionError, ProxyError } from '../../src/requests/exceptions/requests.js';
import { NGINX, type Nginx, startNginx, TEXT } from './nginx.js';
import {
  DANTE,
  findUsersWrapper,
  PASSWORD,
  type Proxy,
  SQUID,
  startDante,
  startSquid,
  USER,
} from './proxies.js';
import { sessionOver, WAYS } from './ways.js';

const CREDENTIALS = `${USER}:${encodeURIComponent(PASSWORD)}`;
const WRAPPER = findUsersWrapper();
if (DANTE !== null && WRAPPER === null) {
  console.log('dante with a password: skipped, as libnss-wrapper is not installed (.ci/run installs it)');
}

let nginx: Nginx;
beforeAll(async () => {
  if (NGINX !== null) nginx = await startNginx(NGINX);
});
afterAll(() => (NGINX === null ? undefined : nginx[Symbol.asyncDispose]()));

/** Sends through the proxy with this URL. */
function through(proxy: string, make: (typeof WAYS)[number][2]): Session {
  const session = sessionOver(make(), nginx.ca);
  session.proxies = { http: proxy, https: proxy };
  return session;
}

async function works(session: Session, url: string): Promise<void> {
  for (let i = 0; i < 3; i++) expect((await session.get(`${url}/text`)).text).toBe(TEXT);
  const body = Buffer.alloc(200_000, 'x');
  const target = `${url}/files/${Math.random().toString(36).slice(2)}`;
  const sent = await session.put(target, {
    data: (function* () {
      yield body;
      yield body;
    })(),
  });
  expect(sent.status_code).toBe(201);
  expect((await session.get(target)).content.length).toBe(400_000);
  const refused = await session.put(`${url}/small`, { data: Buffer.alloc(5 << 20) });
  expect(refused.status_code).toBe(413);
  expect((await session.get(`${url}/there`)).text).toBe(TEXT);
}

describe.skipIf(SQUID === null || NGINX === null)('squid', () => {
  let squid: Proxy;
  beforeAll(async () => {
    squid = await startSquid(SQUID ?? '');
  });
  afterAll(() => squid[Symbol.asyncDispose]());

  test.each(WAYS)('forwards or tunnels with credentials: %s', async (_name, scheme, make) => {
    await using session = through(`http://${CREDENTIALS}@${squid.address}`, make);
    await works(session, nginx[scheme]);
  });

  test.each(WAYS)('asks for credentials: %s', async (_name, scheme, make) => {
    for (const user of ['', `${USER}:wrong@`]) {
      await using session = through(`http://${user}${squid.address}`, make);
      const sent = session.get(`${nginx[scheme]}/text`);
      if (scheme === 'https') await expect(sent).rejects.toThrow(ProxyError);
      else expect((await sent).status_code).toBe(407);
    }
  });
});

describe.skipIf(DANTE === null || NGINX === null).each([
  ['without a password', null],
  ['with a password', WRAPPER],
])('dante %s', (name, wrapper) => {
  const isSkipped = name === 'with a password' && wrapper === null;
  let dante: Proxy;
  beforeAll(async () => {
    if (!isSkipped) dante = await startDante(DANTE ?? '', wrapper);
  });
  afterAll(() => (isSkipped ? undefined : dante[Symbol.asyncDispose]()));

  test.skipIf(isSkipped).each(WAYS)('connects: %s', async (_name, scheme, make) => {
    const user = wrapper === null ? '' : `${CREDENTIALS}@`;
    for (const kind of ['socks5', 'socks5h']) {
      await using session = through(`${kind}://${user}${dante.address}`, make);
      await works(session, nginx[scheme]);
    }
  });

  if (wrapper === null) return;
  test.each(WAYS)('refuses a wrong password: %s', async (_name, scheme, make) => {
    await using session = through(`socks5://${USER}:wrong@${dante.address}`, make);
    await expect(session.get(`${nginx[scheme]}/text`)).rejects.toThrow(ConnectionError);
  });
});

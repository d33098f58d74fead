import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import fetch from 'node-fetch';
import { CookieJar } from 'tough-cookie';
import { CREDENTIALS, DOCUMENT, DOWNLOAD_BYTES, HEADERS, PARAMS, UPLOAD } from '../workloads.mjs';
import { limitedAll } from './limited.mjs';

/** The yardstick: node-fetch with keep-alive agents behind p-limit, and tough-cookie where cookies are kept. */
export function open({ plain, secure, ca, concurrency }) {
  const agent = new Agent({ keepAlive: true });
  const secureAgent = new SecureAgent({ keepAlive: true, ca: readFileSync(ca) });
  const jar = new CookieJar();
  const ok = async (url, options) => (await (await fetch(url, { agent, ...options })).json()).ok;
  const json = {
    method: 'POST',
    headers: { ...HEADERS, 'Content-Type': 'application/json' },
  };
  const seen = new Set();
  return {
    all: limitedAll(concurrency),
    workloads: {
      plain: () => ok(`${plain}/small`),
      params: () => ok(`${plain}/query?${new URLSearchParams(PARAMS)}`, { headers: HEADERS }),
      post: () => ok(`${plain}/small`, { ...json, body: JSON.stringify(DOCUMENT) }),
      async cookies() {
        const url = `${plain}/cookies`;
        const cookie = await jar.getCookieString(url);
        const response = await fetch(url, { agent, headers: cookie === '' ? {} : { cookie } });
        for (const line of response.headers.raw()['set-cookie'] ?? []) await jar.setCookie(line, url);
        return (await response.json()).ok;
      },
      gzip: () => ok(`${plain}/gzip`),
      redirect: () => ok(`${plain}/redirect`),
      timeout: () => ok(`${plain}/small`, { signal: AbortSignal.timeout(5_000) }),
      async hook() {
        const response = await fetch(`${plain}/small`, { agent });
        seen.add(response.status);
        return (await response.json()).ok;
      },
      auth: () =>
        ok(`${plain}/small`, {
          headers: { Authorization: `Basic ${Buffer.from(CREDENTIALS.join(':')).toString('base64')}` },
        }),
      tls: () => ok(`${secure}/small`, { agent: secureAgent }),
      'tls-post': () =>
        ok(`${secure}/small`, { ...json, agent: secureAgent, body: JSON.stringify(DOCUMENT) }),
      upload: () => ok(`${plain}/small`, { method: 'POST', body: UPLOAD }),
      async download() {
        const response = await fetch(`${plain}/download`, { agent });
        return (await response.arrayBuffer()).byteLength === DOWNLOAD_BYTES;
      },
      async stream() {
        const response = await fetch(`${plain}/download`, { agent });
        let bytes = 0;
        for await (const piece of response.body) bytes += piece.length;
        return bytes === DOWNLOAD_BYTES;
      },
    },
  };
}

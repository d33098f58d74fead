import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import got from 'got';
import { CookieJar } from 'tough-cookie';
import { CREDENTIALS, DOCUMENT, DOWNLOAD_BYTES, HEADERS, PARAMS, UPLOAD } from '../workloads.mjs';
import { limitedAll } from './limited.mjs';

export function open({ plain, secure, ca, concurrency }) {
  const authority = readFileSync(ca);
  const client = got.extend({
    agent: {
      http: new Agent({ keepAlive: true }),
      https: new SecureAgent({ keepAlive: true, ca: authority }),
    },
    https: { certificateAuthority: authority },
    retry: { limit: 0 },
  });
  const cookieJar = new CookieJar();
  const ok = async (url, options) => (await client(url, options).json()).ok;
  const post = { method: 'POST', json: DOCUMENT, headers: HEADERS };
  const seen = new Set();
  const afterResponse = [
    (response) => {
      seen.add(response.statusCode);
      return response;
    },
  ];
  const [username, password] = CREDENTIALS;
  return {
    all: limitedAll(concurrency),
    workloads: {
      plain: () => ok(`${plain}/small`),
      params: () => ok(`${plain}/query`, { searchParams: PARAMS, headers: HEADERS }),
      post: () => ok(`${plain}/small`, post),
      cookies: () => ok(`${plain}/cookies`, { cookieJar }),
      gzip: () => ok(`${plain}/gzip`),
      redirect: () => ok(`${plain}/redirect`),
      timeout: () => ok(`${plain}/small`, { timeout: { request: 5_000 } }),
      hook: () => ok(`${plain}/small`, { hooks: { afterResponse } }),
      auth: () => ok(`${plain}/small`, { username, password }),
      tls: () => ok(`${secure}/small`),
      'tls-post': () => ok(`${secure}/small`, post),
      upload: () => ok(`${plain}/small`, { method: 'POST', body: UPLOAD }),
      download: async () => (await client(`${plain}/download`).buffer()).length === DOWNLOAD_BYTES,
      async stream() {
        let bytes = 0;
        for await (const piece of client.stream(`${plain}/download`)) bytes += piece.length;
        return bytes === DOWNLOAD_BYTES;
      },
    },
  };
}

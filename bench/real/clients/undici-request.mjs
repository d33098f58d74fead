import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Agent, request } from 'undici';
import { CREDENTIALS, DOCUMENT, DOWNLOAD_BYTES, HEADERS, PARAMS, UPLOAD } from '../workloads.mjs';
import { limitedAll } from './limited.mjs';

const unzip = promisify(gunzip);

/** undici.request behind p-limit. It neither keeps cookies nor decompresses nor redirects: the last two are done by hand. */
export function open({ plain, secure, http2, ca, concurrency }) {
  const trust = { ca: readFileSync(ca) };
  const dispatcher = new Agent({ connections: concurrency });
  const secureDispatcher = new Agent({ connections: concurrency, connect: trust });
  const http2Dispatcher = new Agent({ connections: 1, allowH2: true, connect: trust });
  const ok = async (url, options) => (await (await request(url, { dispatcher, ...options })).body.json()).ok;
  const json = { method: 'POST', headers: { ...HEADERS, 'Content-Type': 'application/json' } };
  const seen = new Set();
  return {
    all: limitedAll(concurrency),
    workloads: {
      plain: () => ok(`${plain}/small`),
      params: () => ok(`${plain}/query?${new URLSearchParams(PARAMS)}`, { headers: HEADERS }),
      post: () => ok(`${plain}/small`, { ...json, body: JSON.stringify(DOCUMENT) }),
      cookies: () => ok(`${plain}/cookies`),
      async gzip() {
        const { body } = await request(`${plain}/gzip`, { dispatcher });
        return JSON.parse(await unzip(await body.bytes())).ok;
      },
      async redirect() {
        const { headers, body } = await request(`${plain}/redirect`, { dispatcher });
        await body.dump();
        return await ok(new URL(headers.location, plain).href);
      },
      timeout: () => ok(`${plain}/small`, { headersTimeout: 5_000, bodyTimeout: 5_000 }),
      async hook() {
        const { statusCode, body } = await request(`${plain}/small`, { dispatcher });
        seen.add(statusCode);
        return (await body.json()).ok;
      },
      auth: () =>
        ok(`${plain}/small`, {
          headers: { Authorization: `Basic ${Buffer.from(CREDENTIALS.join(':')).toString('base64')}` },
        }),
      tls: () => ok(`${secure}/small`, { dispatcher: secureDispatcher }),
      'tls-post': () =>
        ok(`${secure}/small`, { ...json, dispatcher: secureDispatcher, body: JSON.stringify(DOCUMENT) }),
      upload: () => ok(`${plain}/small`, { method: 'POST', body: UPLOAD }),
      async download() {
        const { body } = await request(`${plain}/download`, { dispatcher });
        return (await body.bytes()).byteLength === DOWNLOAD_BYTES;
      },
      async stream() {
        const { body } = await request(`${plain}/download`, { dispatcher });
        let bytes = 0;
        for await (const piece of body) bytes += piece.length;
        return bytes === DOWNLOAD_BYTES;
      },
      http2: () => ok(`${http2}/small`, { dispatcher: http2Dispatcher }),
    },
  };
}

import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import axios from 'axios';
import { CREDENTIALS, DOCUMENT, DOWNLOAD_BYTES, HEADERS, PARAMS, UPLOAD } from '../workloads.mjs';
import { limitedAll } from './limited.mjs';

export function open({ plain, secure, ca, concurrency }) {
  const options = {
    httpAgent: new Agent({ keepAlive: true }),
    httpsAgent: new SecureAgent({ keepAlive: true, ca: readFileSync(ca) }),
    maxRedirects: 5,
  };
  const client = axios.create(options);
  const hooked = axios.create(options);
  const seen = new Set();
  hooked.interceptors.response.use((response) => {
    seen.add(response.status);
    return response;
  });
  const ok = async (url, config) => (await client.get(url, config)).data.ok;
  const post = async (url, body, config) => (await client.post(url, body, config)).data.ok;
  const [username, password] = CREDENTIALS;
  return {
    all: limitedAll(concurrency),
    workloads: {
      plain: () => ok(`${plain}/small`),
      params: () => ok(`${plain}/query`, { params: PARAMS, headers: HEADERS }),
      post: () => post(`${plain}/small`, DOCUMENT, { headers: HEADERS }),
      cookies: () => ok(`${plain}/cookies`),
      gzip: () => ok(`${plain}/gzip`),
      redirect: () => ok(`${plain}/redirect`),
      timeout: () => ok(`${plain}/small`, { timeout: 5_000 }),
      hook: async () => (await hooked.get(`${plain}/small`)).data.ok,
      auth: () => ok(`${plain}/small`, { auth: { username, password } }),
      tls: () => ok(`${secure}/small`),
      'tls-post': () => post(`${secure}/small`, DOCUMENT, { headers: HEADERS }),
      upload: () =>
        post(`${plain}/small`, UPLOAD, { headers: { 'Content-Type': 'application/octet-stream' } }),
      async download() {
        const { data } = await client.get(`${plain}/download`, { responseType: 'arraybuffer' });
        return data.byteLength === DOWNLOAD_BYTES;
      },
      async stream() {
        const { data } = await client.get(`${plain}/download`, { responseType: 'stream' });
        let bytes = 0;
        for await (const piece of data) bytes += piece.length;
        return bytes === DOWNLOAD_BYTES;
      },
    },
  };
}

import { Pool } from 'undici';
import { limited } from '../lib/limited.mjs';

/** undici's lowest level with nothing on top: no error handling worth the name, a bound and not a peer. */
export async function run({ urls, concurrency, onAnswer }) {
  const { origin, pathname } = new URL(urls[0]);
  const pool = new Pool(origin, { connections: concurrency });
  const fetchJson = () =>
    new Promise((resolve, reject) => {
      const chunks = [];
      pool.dispatch(
        { path: pathname, method: 'GET' },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData(_controller, chunk) {
            chunks.push(chunk);
          },
          onResponseEnd() {
            resolve(
              JSON.parse(chunks.length === 1 ? chunks[0].toString() : Buffer.concat(chunks).toString()),
            );
          },
          onResponseError(_controller, error) {
            reject(error);
          },
        },
      );
    });
  await limited(fetchJson, urls, concurrency, onAnswer);
  await pool.close();
}

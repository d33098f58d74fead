import { FuturesSession } from 'requests-futures';
import { CREDENTIALS, DOCUMENT, DOWNLOAD_BYTES, HEADERS, PARAMS, UPLOAD } from '../workloads.mjs';

/** What a user of the package writes. */
export function open({ plain, secure, http2, ca, concurrency }, mount = () => undefined) {
  const session = new FuturesSession({ max_workers: concurrency });
  session.verify = ca;
  mount(session);
  const ok = async (future) => (await future.result()).json().ok;
  const seen = new Set();
  const hooks = { response: ({ status_code }) => void seen.add(status_code) };
  const length = async (future) => (await future.result()).content.length === DOWNLOAD_BYTES;
  return {
    all: (sends) => Promise.all(sends.map((send) => send())),
    workloads: {
      plain: () => ok(session.get(`${plain}/small`)),
      params: () => ok(session.get(`${plain}/query`, { params: PARAMS, headers: HEADERS })),
      post: () => ok(session.post(`${plain}/small`, { json: DOCUMENT, headers: HEADERS })),
      cookies: () => ok(session.get(`${plain}/cookies`)),
      gzip: () => ok(session.get(`${plain}/gzip`)),
      redirect: () => ok(session.get(`${plain}/redirect`)),
      timeout: () => ok(session.get(`${plain}/small`, { timeout: 5 })),
      hook: () => ok(session.get(`${plain}/small`, { hooks })),
      auth: () => ok(session.get(`${plain}/small`, { auth: CREDENTIALS })),
      tls: () => ok(session.get(`${secure}/small`)),
      'tls-post': () => ok(session.post(`${secure}/small`, { json: DOCUMENT, headers: HEADERS })),
      upload: () => ok(session.post(`${plain}/small`, { data: UPLOAD })),
      download: () => length(session.get(`${plain}/download`)),
      // Read in a hook: the worker's place is free once the hooks are done, not before the body has been read.
      async stream() {
        let bytes = 0;
        const response = async (streamed) => {
          // As it comes, which is how the other clients of Node read it: pieces of one size are copies.
          for await (const piece of streamed.iter_content(null)) bytes += piece.length;
        };
        await session.get(`${plain}/download`, { stream: true, hooks: { response } }).result();
        return bytes === DOWNLOAD_BYTES;
      },
      http2: () => ok(session.get(`${http2}/small`)),
    },
  };
}

/** What people really send: each workload by its name, how it is described, and what one run of it sends. */

/** Ten at once, as many as most programs allow a host. */
export const CONCURRENCY = 10;

export const PARAMS = { q: 'a search term', page: 2, per_page: 50, sort: 'created' };
export const HEADERS = { Accept: 'application/json', 'X-Client-Version': '4.2.0' };
export const CREDENTIALS = ['user', 'a password'];

/** About 1 kB of JSON. */
export const DOCUMENT = {
  ok: true,
  name: 'a document of some length',
  tags: ['one', 'two', 'three'],
  items: Array.from({ length: 16 }, (_, i) => ({ id: i, label: `item number ${i}`, price: i * 1.25 })),
};

/** What is uploaded: 200 kB that no one compresses. */
export const UPLOAD = Buffer.alloc(200_000, 'requests-futures ');

/** The size of `/download`. */
export const DOWNLOAD_BYTES = 1_000_000;

/** `count`: requests of one run. `clients`: those that can do it. */
export const WORKLOADS = [
  { name: 'plain', title: 'GET', count: 5_000 },
  { name: 'params', title: 'GET with four params and two headers', count: 5_000 },
  { name: 'post', title: 'POST of 1 kB of JSON with two headers', count: 5_000 },
  { name: 'cookies', title: 'GET whose answers set two cookies, which are kept and sent', count: 5_000 },
  { name: 'gzip', title: 'GET of 10 kB of JSON, compressed', count: 3_000 },
  { name: 'redirect', title: 'GET that is redirected once', count: 3_000 },
  { name: 'timeout', title: 'GET with a timeout of five seconds', count: 5_000 },
  { name: 'hook', title: 'GET with a hook that sees the response', count: 5_000 },
  { name: 'auth', title: 'GET with basic credentials', count: 5_000 },
  { name: 'tls', title: 'GET over TLS', count: 5_000 },
  { name: 'tls-post', title: 'POST of 1 kB of JSON with two headers over TLS', count: 5_000 },
  { name: 'upload', title: 'POST of 200 kB of bytes', count: 1_000 },
  { name: 'download', title: 'GET of 1 MB, whole', count: 300 },
  { name: 'stream', title: 'GET of 1 MB, piece by piece', count: 300 },
  {
    name: 'http2',
    title: 'GET over HTTP/2 and TLS',
    count: 5_000,
    clients: ['undici-request', 'requests-futures-undici'],
  },
];

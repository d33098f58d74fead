import { importable } from 'requests-futures';

/** The hook of a crawl: what a page says, and which process has read it. */
export const readPage = importable(
  function readPage(response) {
    response.data = { page: response.json().page, worker: process.pid };
  },
  import.meta.url,
);

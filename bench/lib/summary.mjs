import { importable } from 'requests-futures';

/** A hook that computes: it parses a megabyte of JSON, and what it leaves on the response is small. */
export const summarize = importable(
  function summarize(response) {
    const { ok, items } = response.json();
    const total = items.reduce((sum, { price }) => sum + price, 0);
    response.summary = { ok: ok && items.length === 8_600, items: items.length, total };
  },
  import.meta.url,
);

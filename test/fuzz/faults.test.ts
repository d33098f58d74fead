/** A little of what `npm run fuzz` does. */
import { expect, test, vi } from 'vitest';
import { HTTPAdapter, UndiciAdapter } from 'requests-futures/requests';
import { fuzzHttp2 } from './http2-faults.js';
import { fuzzPipelining } from './pipelined-answers.js';
import { SEED, times } from './seed.js';
import type { Tally } from './tally.js';
import { fuzzUploads } from './upload-faults.js';
import { fuzzWire } from './wire-faults.js';

vi.setConfig({ testTimeout: 60_000 });

const adapters = [
  ['HTTPAdapter', HTTPAdapter],
  ['UndiciAdapter', UndiciAdapter],
] as const;

function expectClean({ hangs, crashes, empty, foreign, faults }: Tally): void {
  expect({ hangs, crashes, empty, foreign, faults }).toEqual({
    hangs: 0,
    crashes: 0,
    empty: 0,
    foreign: 0,
    faults: [],
  });
}

test.each(adapters)(
  'an upload over %s that is answered at any time ends, is closed, and leaves the next request its own answer',
  async (_name, Adapter) => {
    const tally = await fuzzUploads(Adapter, times(60), SEED);
    expectClean(tally);
    expect(tally.answered).toBeGreaterThan(times(60) / 4);
  },
);

test.each(adapters)(
  'whatever comes behind an answer, between requests or in place of an end, each response over %s is of its request',
  async (_name, Adapter) => {
    const tally = await fuzzWire(new Adapter(), times(1000), SEED);
    expectClean(tally);
    expect(tally.answered).toBeGreaterThan(times(1000) / 2);
  },
);

test('wherever the packets of pipelined answers begin and end, each response is of its request', async () => {
  const tally = await fuzzPipelining(times(1000), SEED);
  expectClean(tally);
  expect(tally.answered).toBeGreaterThan(times(1000) / 2);
});

test('whatever frames a server of HTTP/2 sends, the client goes on, and its process ends in order', async () => {
  const tally = await fuzzHttp2(times(40), SEED);
  expectClean(tally);
  expect(tally.answered).toBeGreaterThan(0);
});

test('a session that is closed in the middle of a packet, with a malformed frame behind, does not end the process', async () => {
  // With these frames nghttp2 stopped two processes of three.
  expectClean(await fuzzHttp2(35, 808_058));
});

import { expect, test } from 'vitest';
import * as builtFutures from 'requests-futures/concurrent-futures';
import * as builtRequests from 'requests-futures/requests';
import * as built from 'requests-futures';
import * as sourceFutures from '../../src/concurrent-futures/index.js';
import * as source from '../../src/index.js';
import * as sourceRequests from '../../src/requests/index.js';

test.each([
  ['requests-futures', built, source],
  ['requests-futures/requests', builtRequests, sourceRequests],
  ['requests-futures/concurrent-futures', builtFutures, sourceFutures],
])('%s exports what its sources do, and nothing that the bundler needs', (_name, bundled, written) => {
  expect(Object.keys(bundled).sort()).toEqual(Object.keys(written).sort());
});

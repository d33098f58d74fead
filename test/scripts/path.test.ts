import * as fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { canMeasurePaths, filesOf, measurePaths } from '../../scripts/path/measure.js';

const ways = canMeasurePaths ? measurePaths() : [];

function sideOf(name: string, side = 0): ReturnType<typeof filesOf> {
  return filesOf(ways.find((way) => way.name === name)?.sides[side] ?? []);
}

describe.skipIf(!canMeasurePaths)('npm run path', () => {
  test('a request is followed from the verb through session and adapter to the transport, in this order', () => {
    const places = [
      'src/requests/sessions/verbs.ts',
      'src/futures-session/futures-session.ts',
      'src/requests/sessions/session.ts',
      'src/requests/adapters/http-adapter.ts',
      'src/requests/urllib3/response.ts',
    ].map((file) => sideOf('get over HTTPAdapter').indexOf(file));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBe(0);
  });

  test('each way enters what is its own and nothing of the others', () => {
    const undici = (file: string): boolean => file.includes('/undici/');
    expect(sideOf('get over HTTPAdapter').filter(undici)).toEqual([]);
    expect(sideOf('get over UndiciAdapter').filter(undici)).not.toEqual([]);
    const body = 'src/requests/bodies/outgoing/json-body.ts';
    expect(sideOf('get over HTTPAdapter')).not.toContain(body);
    expect(sideOf('post with json, headers and params')).toContain(body);
    const redirects = 'src/requests/sessions/redirects.ts';
    expect(sideOf('get over HTTPAdapter')).not.toContain(redirects);
    expect(sideOf('get with a redirect')).toContain(redirects);
  });

  test('a request from a worker thread is followed on both sides', () => {
    const name = 'get from a worker thread';
    expect(sideOf(name)).toContain('src/concurrent-futures/worker-pool/pool-thread.ts');
    expect(sideOf(name)).not.toContain('src/requests/adapters/http-adapter.ts');
    // Not the very first on Node 24, where the connection of the request before comes back to its pool a tick later.
    const own = ['workers/serve.ts', 'src/requests/adapters/http-adapter.ts'];
    expect(sideOf(name, 1).filter((file) => own.includes(file))).toEqual(own);
  });

  test('each function is found at its line of the source', () => {
    for (const { file, line, name } of ways.flatMap(({ sides }) => sides.flat())) {
      if (!/^#?\w+$/.test(name)) continue;
      const text = fs.readFileSync(file, 'utf8').split('\n')[line - 1];
      // A constructor goes by the name of its class.
      if (!text?.includes('constructor(')) expect(text, `${file}:${line}`).toContain(name);
    }
  });
});

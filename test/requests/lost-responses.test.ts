/** A streamed response that nobody is handed must not hold its connection: nothing else would ever close it. */
import { expect, test } from 'vitest';
import type { TooManyRedirects } from '../../src/requests/index.js';
import { Session } from '../../src/requests/index.js';
import { type Handler, startHttpServer } from '../helpers/servers/http-server.js';

const redirect =
  (location: string): Handler =>
  (_request, response) => {
    response.writeHead(302, { Location: location });
    response.write('more than is read');
  };

test.each([
  ['is not UTF-8', '/\xff', true],
  ['is not UTF-8 and not followed', '/\xff', false],
  ['is no URL', 'http://[', true],
  ['is no URL and not followed', 'http://[', false],
])('1.6, 1.20: a Location that %s closes the streamed response', async (_name, location, allow_redirects) => {
  await using server = await startHttpServer((request, response) => {
    redirect(location)(request, response);
    response.end();
  });
  await using session = new Session();
  await expect(session.get(server.url, { stream: true, allow_redirects })).rejects.toThrow();
  await session.close();
  await server.waitForOpenConnections(0);
});

test('1.18, 1.20: a hook that throws closes the streamed response', async () => {
  await using server = await startHttpServer((_request, response) => response.write('endless'));
  await using session = new Session();
  const hooks = {
    response: () => {
      throw new RangeError('mine');
    },
  };
  await expect(session.get(server.url, { stream: true, hooks })).rejects.toThrow('mine');
  await server.waitForOpenConnections(0);
});

test('1.6, 1.20: TooManyRedirects hands over the last response, read', async () => {
  await using server = await startHttpServer((_request, response) =>
    response.writeHead(302, { Location: '/' }).end('x'),
  );
  await using session = new Session();
  session.max_redirects = 1;
  const error: unknown = await session.get(server.url, { stream: true }).catch((reason: unknown) => reason);
  expect((error as TooManyRedirects).response?.text).toBe('x');
  await session.close();
  await server.waitForOpenConnections(0);
});

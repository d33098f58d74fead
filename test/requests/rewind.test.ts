/** A body is sent again after 307 and 308 only if it can be brought back to where it stood. */
import { describe, expect, test } from 'vitest';
import { UnrewindableBodyError } from '../../src/requests/exceptions/requests.js';
import { Session } from '../../src/requests/sessions/session.js';
import { ADAPTERS } from '../helpers/adapters.js';
import { startHttpServer } from '../helpers/servers/http-server.js';

class Body {
  *[Symbol.iterator](): Generator<string> {
    yield 'ab';
    yield 'cd';
  }
}

class OnlyTells extends Body {
  tell(): number {
    return 0;
  }
}

class CannotTell extends OnlyTells {
  override tell(): number {
    throw new Error('no position');
  }
  seek(): void {
    throw new Error('not reached');
  }
}

class TellsNothing extends OnlyTells {
  override tell(): number {
    return NaN;
  }
  seek(): void {
    throw new Error('not reached');
  }
}

class CannotSeek extends OnlyTells {
  seek(): void {
    throw new Error('no way back');
  }
}

describe.each(ADAPTERS)('%s', (_name, Adapter) => {
  describe.each([307, 308])('1.6: after %i', (status) => {
    test.each([
      ['that has tell but no seek', OnlyTells, 'Unable to rewind request body for redirect.'],
      ['whose tell fails', CannotTell, 'Unable to rewind request body for redirect.'],
      ['whose tell is no place', TellsNothing, 'Unable to rewind request body for redirect.'],
      ['whose seek fails', CannotSeek, 'An error occurred when rewinding request body for redirect.'],
    ] as const)(
      'a body %s is an UnrewindableBodyError, and nothing is sent again',
      async (_what, Class, message) => {
        await using server = await startHttpServer((_request, response) => {
          response.writeHead(status, { Location: '/again' }).end();
        });
        await using session = new Session();
        session.mount('http://', new Adapter());
        const error: unknown = await session
          .post(server.url, { data: new Class() })
          .catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(UnrewindableBodyError);
        expect((error as Error).message).toBe(message);
        expect(server.requests.map(({ url, body }) => [url, String(body)])).toEqual([['/', 'abcd']]);
      },
    );

    test('a body without a position is sent again as it is', async () => {
      await using server = await startHttpServer((request, response) => {
        if (request.url === '/again') response.end(request.body);
        else response.writeHead(status, { Location: '/again' }).end();
      });
      await using session = new Session();
      session.mount('http://', new Adapter());
      expect((await session.post(server.url, { data: new Body() })).text).toBe('abcd');
    });
  });
});

import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerCounts } from './server-counts.js';

/** A server of this machine only, so that every walkthrough runs offline; it counts what a client does not show. */
export interface CountingServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** TCP connections that clients opened since the last `reset()`. */
  readonly connections: number;
  /** Requests that came since the last `reset()`. */
  readonly requests: number;
  /** The most requests that were in the works at one moment since the last `reset()`. */
  readonly mostAtOnce: number;
  /** Starts the three counts again. */
  reset(): void;
}

/** One in this thread. */
export interface LocalServer extends CountingServer, AsyncDisposable {}

/**
 * Starts a server on a free port. `await using` closes it, with all its connections. The environment variable `REQUEST_LOG` names a file
 * that gets a line of JSON for each request.
 */
export async function serve(listener: RequestListener, counts = new ServerCounts()): Promise<LocalServer> {
  const server = createServer((request, response) => {
    counts.requestBegan();
    response.once('close', () => {
      counts.requestEnded();
    });
    note(request);
    listener(request, response);
  });
  server.on('connection', () => {
    counts.connectionOpened();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return counts.connections;
    },
    get requests() {
      return counts.requests;
    },
    get mostAtOnce() {
      return counts.mostAtOnce;
    },
    reset() {
      counts.reset();
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function note({ method, url, headers }: IncomingMessage): void {
  const { REQUEST_LOG } = process.env;
  if (REQUEST_LOG !== undefined) appendFileSync(REQUEST_LOG, `${JSON.stringify({ method, url, headers })}\n`);
}

/** Answers between half and one and a half times as long as `seconds`, the body in four pieces: a stand-in for real servers. */
export function answerUnevenly(seconds: number): RequestListener {
  return (request, response) => {
    const item = Number(request.url?.split('/').at(-1));
    const factor = 0.5 + ((item * 7 + 3) % 11) / 10;
    const answer = async (): Promise<void> => {
      await sleep(seconds * factor * 1000);
      for (let piece = 1; piece <= 4; piece += 1) {
        response.write('x'.repeat(2_000));
        await sleep(seconds * 50);
      }
      response.end();
    };
    void answer();
  };
}

/** Answers every request with a little JSON after `seconds`: a stand-in for any slow API. */
export function answerAfter(seconds: number): RequestListener {
  return (request, response) => {
    void sleep(seconds * 1000).then(() => {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ path: request.url, seconds }));
    });
  };
}

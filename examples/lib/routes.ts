import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request to a small server, and the answer in the making. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** The whole body of the request. */
  readonly body: () => Promise<Buffer>;
}

/**
 * Answers one kind of request. What it returns is the answer: an object as JSON, text as text, bytes as they are. A route
 * that returns nothing has ended the response itself.
 */
export type Route = (exchange: Exchange) => unknown;

/**
 * A server out of routes: `{ '/items': …, 'POST /items': …, '/item/*': … }`. A key without a method stands for all, a `*` at
 * the end for any rest of the path. Everything else is a 404.
 */
export function routes(table: Readonly<Record<string, Route>>): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const exchange: Exchange = {
      request,
      response,
      url,
      body: async () => {
        const pieces: Buffer[] = [];
        for await (const piece of request) pieces.push(piece as Buffer);
        return Buffer.concat(pieces);
      },
    };
    const method = request.method ?? 'GET';
    const found = Object.entries(table).find(([key]) => isMatch(key, method, url.pathname));
    void answer(exchange, found?.[1] ?? notFound);
  };
}

/** Waits, as a slow server does; a program need not wait for it when all else is done. */
export async function pause(seconds: number): Promise<void> {
  await sleep(seconds * 1000, undefined, { ref: false });
}

function isMatch(key: string, method: string, path: string): boolean {
  const [wantedPath = '', wantedMethod = method] = key.split(' ').reverse();
  if (wantedMethod !== method) return false;
  return wantedPath.endsWith('*') ? path.startsWith(wantedPath.slice(0, -1)) : path === wantedPath;
}

async function answer(exchange: Exchange, route: Route): Promise<void> {
  const { response } = exchange;
  const value: unknown = await route(exchange);
  if (value === undefined) return;
  if (typeof value === 'string' || value instanceof Uint8Array) {
    response.end(value);
    return;
  }
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}

function notFound({ response, url }: Exchange): object {
  response.statusCode = 404;
  return { error: `there is no ${url.pathname}` };
}

import { Readable } from 'node:stream';
import { Response } from '../../src/requests/models/response.js';
import { HTTPResponse, type HTTPResponseInit } from '../../src/requests/urllib3/response.js';

/** A response whose body has been read. */
export function buffered(body: Uint8Array | string, encoding: string | null = null): Response {
  const response = new Response();
  response.status_code = 200;
  response._content = Buffer.from(body);
  response.encoding = encoding;
  return response;
}

/** A response whose body comes in these pieces. */
export function streamed(
  pieces: readonly (Uint8Array | string)[],
  encoding: string | null = null,
  init: HTTPResponseInit = {},
): Response {
  const response = new Response();
  response.status_code = 200;
  response.raw = new HTTPResponse({
    body: Readable.from(pieces.map((piece) => Buffer.from(piece))),
    ...init,
  });
  response.encoding = encoding;
  return response;
}

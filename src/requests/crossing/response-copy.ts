/** How responses cross to another thread. */
import { Readable } from 'node:stream';
import { setReducer, setReferences } from '../../builtins/index.js';
import { Response } from '../models/response.js';
import { HTTPResponse, type HTTPResponseInit } from '../urllib3/response.js';

function restoreHTTPResponse(
  init: HTTPResponseInit,
  body: AsyncIterable<Buffer> | Buffer | null,
): HTTPResponse {
  const isStream = body !== null && !Buffer.isBuffer(body);
  if (!isStream) return new HTTPResponse({ ...init, body });
  const raw = new HTTPResponse({ ...init, body: Readable.from(body, { objectMode: false }) });
  // The other thread keeps the connection for as long as the body may be read.
  raw.closeWhenCollected();
  return raw;
}

/** The fields, the caller's own among them, follow as its state. */
function restoreResponse(): Response {
  return new Response();
}

setReferences(import.meta.url, { restoreHTTPResponse, restoreResponse });
setReducer(HTTPResponse, (raw) => {
  const { status, reason, version, request_method, request_url, rawHeaders, max_response_size, retries } =
    raw;
  const { body, decoded } = raw.remaining();
  const init = {
    status,
    reason,
    version,
    request_method,
    headers: rawHeaders,
    max_response_size,
    retries,
    decoded,
  };
  return [restoreHTTPResponse, [request_url === null ? init : { ...init, request_url }, body]];
});
setReducer(Response, (response) => [
  restoreResponse,
  [],
  Object.assign<Record<string, unknown>, Response>({}, response),
]);

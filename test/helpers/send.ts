/** Sending one request through an adapter, without a session around it. */
import type { BaseAdapter } from '../../src/requests/adapters/index.js';
import { type PrepareOptions, PreparedRequest } from '../../src/requests/models/prepared-request.js';
import type { Response } from '../../src/requests/models/response.js';
import type { SendOptions } from '../../src/requests/types.js';

/** A prepared request; GET unless `options` say otherwise. */
export function prepare(url: string, options: Omit<PrepareOptions, 'url'> = {}): PreparedRequest {
  const request = new PreparedRequest();
  request.prepare({ method: 'GET', url, ...options });
  return request;
}

/** Sends a request and reads its body unless `stream` is set, as a session does. */
export async function send(
  adapter: BaseAdapter,
  request: PreparedRequest | string,
  options: SendOptions = {},
): Promise<Response> {
  const response = await adapter.send(typeof request === 'string' ? prepare(request) : request, options);
  if (!options.stream) await response.read();
  return response;
}

import { NotImplementedError } from '../../builtins/index.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';
import type { SendOptions } from '../types.js';

/**
 * What carries requests to servers and their answers back. Mount one of your own with `session.mount(prefix, adapter)`; both
 * methods are then yours.
 */
export abstract class BaseAdapter {
  /**
   * Sends a request. Absent settings are null or missing. With `stream` the body of the response is still to be read;
   * without, the session reads it.
   */
  send(_request: PreparedRequest, _options?: SendOptions): Promise<Response> {
    return Promise.reject(new NotImplementedError(`${this.constructor.name} does not implement send()`));
  }

  /** Lets go of what the adapter holds, such as idle connections. It may be used again afterwards. */
  close(): void | Promise<void> {
    throw new NotImplementedError(`${this.constructor.name} does not implement close()`);
  }

  /** As in a log: no settings, no connections. */
  toJSON(): string {
    return `<${this.constructor.name}>`;
  }
}

import type { PreparedRequest } from '../models/prepared-request.js';

/**
 * The base of the auth objects: derive from it and implement `call`, Python's `__call__`. A plain function with the same
 * parameter is accepted wherever an auth object is.
 */
export abstract class AuthBase {
  /**
   * Adds the credentials to `request`, which is complete but for the caller's hooks, and returns it. `Content-Length` is
   * computed again afterwards, so the body may be changed.
   */
  abstract call(request: PreparedRequest): PreparedRequest;

  /** As in a log: no credentials. */
  toJSON(): string {
    return `<${this.constructor.name}>`;
  }
}

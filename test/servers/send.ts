/** Sending one request through an adapter, without a session around it. */
import { expect } from 'vitest';
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

/** The error that `promise` rejects with, which must be one of `cls`. */
export function failureOf(promise: Promise<unknown>): Promise<Error>;
export function failureOf<E extends Error>(
  promise: Promise<unknown>,
  cls: abstract new (...args: never[]) => E,
): Promise<E>;
export async function failureOf(
  promise: Promise<unknown>,
  cls: abstract new (...args: never[]) => Error = Error,
): Promise<Error> {
  const error = await promise.then(
    () => expect.fail('was fulfilled'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(cls);
  return error as Error;
}

/** Collects what would end the process: must be empty at the end of a test of failures. */
export function watchUnhandled(): { readonly errors: unknown[]; settle(): Promise<void> } {
  const errors: unknown[] = [];
  const onError = (error: unknown): void => {
    errors.push(error);
  };
  process.on('unhandledRejection', onError);
  return {
    errors,
    /** Waits until everything under way has had its turn, and stops watching. */
    async settle() {
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', onError);
    },
  };
}

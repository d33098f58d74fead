/**
 * What has taken a body closes it, whether all of it was sent, a part or nothing: files are closed, `finally` of generators
 * runs, web streams are cancelled. Text, bytes, Blobs and collections hold nothing.
 */
import { Readable } from 'node:stream';

/** The method of bodies that are made of others. */
export const kClose: unique symbol = Symbol('requests.closeBody');

/** A body that lets go of what it is made of. Other objects with a `close()` are the caller's own to close. */
export interface Closable {
  [kClose](): void;
}

function ignore(): void {
  // A file may turn out to be missing before its stream is read, or when it is closed already.
}

function stopIgnoring(this: Readable): void {
  this.off('error', ignore);
}

/**
 * Takes a body that waits to be read: an 'error' that comes meanwhile is that of the request, which finds it when it reads, and must
 * not end the process.
 */
export function takeBody(body: unknown): void {
  if (!(body instanceof Readable) || body.closed || body.listeners('error').includes(ignore)) return;
  body.on('error', ignore).once('close', stopIgnoring);
}

/** Whether {@link closeBody} does anything for `body`. */
export function mustBeClosed(body: unknown): body is object {
  if (typeof body !== 'object' || body === null || body instanceof Uint8Array) return false;
  return kClose in body || body instanceof Readable || body instanceof ReadableStream || isIterator(body);
}

/** Closes a body that will not be read any further. Does nothing for what is closed, has come to its end or is no stream. */
export function closeBody(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  if (kClose in body) (body as Closable)[kClose]();
  else if (body instanceof Readable) body.on('error', ignore).destroy();
  else if (body instanceof ReadableStream) {
    // Where it is locked, what reads it has cancelled it.
    if (!body.locked) body.cancel().catch(ignore);
  } else if (isIterator(body)) closeIterator(body);
}

/** Whether nothing can be read of `body` once it is closed. */
export function endsWhenClosed(body: object): boolean {
  if (body instanceof Readable || body instanceof ReadableStream) return true;
  return isIterator(body) && typeof body.return === 'function';
}

/** Ends an iterator early. What its `finally` throws has no one to go to. */
export function closeIterator(iterator: Iterator<unknown> | AsyncIterator<unknown>): void {
  try {
    Promise.resolve(iterator.return?.()).catch(ignore);
  } catch {
    // As above.
  }
}

function isIterator(body: object): body is Iterator<unknown> | AsyncIterator<unknown> {
  return typeof (body as { readonly next?: unknown }).next === 'function';
}

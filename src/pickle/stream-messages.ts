/**
 * A stream crosses over a port of its own. The reading end grants credit, the sending end reads its source only while it
 * has some: however slow the reader, no more than a window is under way.
 */
import type { Pickled } from './message.js';

/** Bytes that may be under way. */
export const WINDOW: number = 256 * 1024;

/** What something that is not bytes counts for. */
const WEIGHT_OF_AN_OBJECT = 1024;

/** How much of the window a chunk takes. */
export function weightOf(chunk: unknown): number {
  if (ArrayBuffer.isView(chunk)) return Math.max(1, chunk.byteLength);
  return typeof chunk === 'string' ? Math.max(1, chunk.length) : WEIGHT_OF_AN_OBJECT;
}

/** To the sending end: more credit, or that nothing more is wanted, and why. */
export type ToSource = number | { readonly cancel: Pickled };

/** To the reading end. A port that closes before `end` or `error` says that the sender is no more. */
export type ToReader = { readonly chunk: Pickled } | { readonly end: true } | { readonly error: Pickled };

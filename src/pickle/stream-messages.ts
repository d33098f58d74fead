/**
 * A stream crosses over a port of its own. The reading end grants credit, and the sending end reads its source only while it
 * has some, so that a slow reader never has more than a window under way.
 */
import type { Pickled } from './message.js';

/** Bytes that may be under way. */
export const WINDOW: number = 256 * 1024;

/** The size that a chunk other than bytes counts for. */
const WEIGHT_OF_AN_OBJECT = 1024;

/** How much of the window a chunk takes. */
export function weightOf(chunk: unknown): number {
  if (ArrayBuffer.isView(chunk)) return Math.max(1, chunk.byteLength);
  return typeof chunk === 'string' ? Math.max(1, chunk.length) : WEIGHT_OF_AN_OBJECT;
}

/** To the sending end: more credit, or cancellation and its reason. */
export type ToSource = number | { readonly cancel: Pickled };

/** To the reading end. A port that closes before `end` or `error` means that the sender is gone. */
export type ToReader = { readonly chunk: Pickled } | { readonly end: true } | { readonly error: Pickled };

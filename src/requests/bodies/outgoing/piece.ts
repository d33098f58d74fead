import { typeName } from '../../../builtins/index.js';

/** The bytes of one piece of a body. Throws TypeError for what is neither text nor bytes. */
export function bytesOfPiece(piece: unknown): Uint8Array {
  if (typeof piece === 'string') return Buffer.from(piece);
  if (piece instanceof Uint8Array) return piece;
  if (piece instanceof ArrayBuffer) return new Uint8Array(piece);
  throw new TypeError(`a body must give text or bytes, not ${typeName(piece)}`);
}

/** undici's errors in terms of Node's, from which the exceptions are made. */
import type { NodeError } from '../../exceptions/urllib3-text.js';

/** As undici's own parser and sockets report it. */
type UndiciError = NodeError & { readonly data?: string | undefined };

/** The codes of Node's parser for the messages of llhttp; undici leaves the code out. */
const CODES: readonly (readonly [words: RegExp, code: string])[] = [
  [/^Expected HTTP\//, 'HPE_INVALID_CONSTANT'],
  [/HTTP version/i, 'HPE_INVALID_VERSION'],
  [/status code/i, 'HPE_INVALID_STATUS'],
  [/chunk size/i, 'HPE_INVALID_CHUNK_SIZE'],
  [/^Content-Length (?:already present|can't be present)/, 'HPE_UNEXPECTED_CONTENT_LENGTH'],
  [/Content-Length/, 'HPE_INVALID_CONTENT_LENGTH'],
  [/Transfer-Encoding/, 'HPE_INVALID_TRANSFER_ENCODING'],
  [/EOF/, 'HPE_INVALID_EOF_STATE'],
];

/**
 * What Node would have failed with.
 *
 * @param socketError what the socket failed with: undici reports the end of a connection, which comes after its error
 * @param packet what arrived last
 * @param isEarly whether the head had not been read
 */
export function nodeError(
  error: UndiciError,
  socketError: Error | null,
  packet: Buffer | null,
  isEarly: boolean,
): Error {
  if (error.code === 'UND_ERR_SOCKET' && socketError !== null) error = socketError;
  if (error.name === 'HTTPParserError') return parserError(error, packet);
  switch (error.code) {
    case 'UND_ERR_HEADERS_OVERFLOW':
      return likeParser(error, 'HPE_HEADER_OVERFLOW', 'Header overflow', packet, packet?.length ?? 0);
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH': {
      // With a Content-Length, undici reports this for everything that its parser refuses.
      if (!isEarly) return hangUp(error);
      const reason = 'Content-Length already present';
      return likeParser(error, 'HPE_UNEXPECTED_CONTENT_LENGTH', reason, packet, packet?.length ?? 0);
    }
    case 'UND_ERR_SOCKET':
      return /closed|destroyed/.test(error.message) ? hangUp(error) : error;
    case 'UND_ERR_INFO':
      return /half-closed|stream closed/.test(error.message) ? hangUp(error) : error;
    default:
      return error;
  }
}

/** The peer has ended the connection. */
export function hangUp(cause: Error | null): Error {
  const error = new Error('socket hang up', cause === null ? undefined : { cause });
  return Object.assign(error, { code: 'ECONNRESET' });
}

function parserError(error: UndiciError, packet: Buffer | null): Error {
  const [, reason = error.message] = /\((.*)\)$/s.exec(error.message) ?? [];
  const code = error.code ?? CODES.find(([words]) => words.test(reason))?.[1] ?? 'HPE_INVALID_HEADER_TOKEN';
  if (code === 'HPE_INVALID_EOF_STATE') return hangUp(error);
  const rest = Buffer.byteLength(error.data ?? '');
  return likeParser(error, code, reason, packet, Math.max(0, (packet?.length ?? 0) - rest));
}

function likeParser(
  cause: Error,
  code: string,
  reason: string,
  packet: Buffer | null,
  bytesParsed: number,
): Error {
  return Object.assign(new Error(`Parse Error: ${reason}`, { cause }), {
    code,
    reason,
    rawPacket: packet ?? Buffer.alloc(0),
    bytesParsed,
  });
}

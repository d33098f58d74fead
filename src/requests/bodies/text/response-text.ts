/** Text of responses, decoded by the charsets that their headers name. */
import { DeprecationWarning } from '../../../builtins/index.js';
import { decodeText, incrementalDecoder } from './charsets.js';
import type { Bytes } from '../../inputs.js';
import { get_encoding_from_headers, type HeaderLookup } from './content-type.js';
import { toBuffer } from '../../urls/python-text.js';

/**
 * Decodes pieces of a body by the response's `encoding`, whose characters may be split between them; what cannot be
 * decoded becomes U+FFFD. Without an encoding the pieces are given as they are. Throws LookupError for an encoding that
 * there is not.
 */
export async function* stream_decode_response_unicode(
  iterator: AsyncIterable<Bytes> | Iterable<Bytes>,
  r: { readonly encoding: string | null },
): AsyncGenerator<string | Buffer, void, undefined> {
  const { encoding } = r;
  if (encoding === null) {
    for await (const chunk of iterator) yield toBuffer(chunk);
    return;
  }
  const decoder = incrementalDecoder(encoding);
  for await (const chunk of iterator) {
    const text = decoder.write(toBuffer(chunk));
    if (text !== '') yield text;
  }
  const rest = decoder.end();
  if (rest !== '') yield rest;
}

let warned = false;

/**
 * The text of a response that was read, by the encoding of its headers, else as UTF-8; null without content. Throws
 * LookupError for an encoding that there is not.
 * @deprecated as in Python: use `response.text`. Warns once.
 */
export function get_unicode_from_response(r: {
  readonly content: Bytes | null;
  readonly headers: HeaderLookup;
}): string | null {
  if (!warned) {
    warned = true;
    process.emitWarning(
      new DeprecationWarning(
        'In requests 3.0, get_unicode_from_response will be removed. For more information, please see the discussion on issue #2266.',
      ),
    );
  }
  const { content } = r;
  return content === null
    ? null
    : decodeText(toBuffer(content), get_encoding_from_headers(r.headers) || 'utf-8');
}

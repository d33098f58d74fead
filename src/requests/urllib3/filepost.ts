/** Python's `urllib3.filepost`. */
import { typeName } from '../../builtins/index.js';
import { encodeMultipart } from '../bodies/outgoing/multipart.js';
import type { Bytes, FileSpec } from '../inputs.js';
import { to_key_val_list } from '../urls/params.js';

/** The content of one field. */
type FieldContent = string | Bytes | number;

/** The fields of a form by name: content, or `[filename, content, content_type?]` for a file. */
export type MultipartFields =
  | Readonly<Record<string, MultipartField>>
  | ReadonlyMap<string, MultipartField>
  | Iterable<readonly [name: string, field: MultipartField]>;

type MultipartField =
  | FieldContent
  | readonly [filename: string, content: FieldContent]
  | readonly [filename: string | null, content: FieldContent, content_type: string | null];

/**
 * The body and the Content-Type of a `multipart/form-data` form. `boundary`: a random one unless given. A file without a type is
 * `application/octet-stream`: Python guesses it by the name.
 * @throws TypeError for content that is neither text, bytes nor a number; InvalidHeader for a line break in a type
 */
export function encode_multipart_formdata(
  fields: MultipartFields,
  boundary: string | null = null,
): [body: Buffer, content_type: string] {
  const parts = Array.from(
    to_key_val_list(fields) as Iterable<readonly [string, MultipartField]>,
    ([name, field]): [string, FileSpec] => [name, partOf(name, field)],
  );
  const { body, contentType } = encodeMultipart(parts, null, boundary ?? undefined);
  // Only content that is in memory was let through.
  return [body as Buffer, contentType];
}

function partOf(name: string, field: MultipartField): FileSpec {
  const [filename, content, type] = isFile(field) ? field : [null, field, null];
  if (typeof content !== 'string' && typeof content !== 'number' && !(content instanceof Uint8Array)) {
    throw new TypeError(
      `the content of the field '${name}' must be text, bytes or a number, not ${typeName(content)}`,
    );
  }
  return [filename, content, type === undefined ? 'application/octet-stream' : type];
}

function isFile(field: MultipartField): field is Exclude<MultipartField, FieldContent> {
  return Array.isArray(field);
}

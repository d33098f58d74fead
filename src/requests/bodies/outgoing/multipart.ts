import { types } from 'node:util';
import { randomBytes } from 'node:crypto';
import { isPlainObject, typeName, ValueError } from '../../../builtins/index.js';
import { InvalidHeader } from '../../exceptions/requests.js';
import type { Data, FileContent, Files, FileSpec } from '../../inputs.js';
import { guess_filename } from './super-len.js';
import { to_key_val_list } from '../../urls/params.js';
import { decodeUtf8, isBytes, pythonText, toBuffer } from '../../urls/python-text.js';
import { closeBody } from './close-body.js';
import { blobType, isBlob, isEmptyData, streamOf } from './body.js';
import { blobSource, MultipartBody, type PartSource, streamSource } from './multipart-body.js';

/** One part: a field of the form, or a file. */
interface Part {
  readonly name: string;
  /** Null for none, which makes it a plain field. */
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer | PartSource;
}

/** A multipart upload, ready to be sent. */
export interface EncodedMultipart {
  readonly body: Buffer | MultipartBody;
  readonly contentType: string;
}

/** These are set from the part itself; a custom header spelled like one of them is not used, as in Python. */
const OWN_HEADERS: ReadonlySet<string> = new Set(['Content-Disposition', 'Content-Type', 'Content-Location']);

/**
 * Encodes `multipart/form-data`: the fields of `data` first, then `files`, each in their order. A file's value is its
 * content or `[filename, content, content_type?, headers?]`; without a type that of a Blob or File is used. Parts whose content is null are left out. What is in memory
 * gives a Buffer; streams and Blobs are read while they are sent.
 *
 * Throws ValueError when `data` is text or bytes, or a file's list has another length; TypeError for content that is
 * neither text, bytes, number nor a stream; InvalidHeader for a line break in a part's header.
 */
export function encodeMultipart(
  files: Files,
  data: Data | null | undefined,
  boundary: string = randomBytes(16).toString('hex'),
): EncodedMultipart {
  const pieces: (Buffer | PartSource)[] = [];
  for (const part of [...fieldParts(data), ...fileParts(files)]) {
    pieces.push(Buffer.from(`--${boundary}\r\n${renderHeaders(part)}\r\n`), part.content, LINE_BREAK);
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return {
    body: pieces.every((piece) => Buffer.isBuffer(piece)) ? Buffer.concat(pieces) : new MultipartBody(pieces),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

/** What the arguments of a request hold that it would send. */
export function bodiesOf(data: unknown, files: Files | null | undefined): unknown[] {
  if (!files) return [data];
  try {
    const contents = Array.from(filePairs(files), ([, spec]): unknown =>
      Array.isArray(spec) ? spec[1] : spec,
    );
    return [data, ...contents];
  } catch {
    // Files that are none are what is wrong with the request.
    return [data];
  }
}

/** Closes what a request that will not be prepared would have sent. */
export function closeBodies(data: unknown, files: Files | null | undefined): void {
  for (const body of bodiesOf(data, files)) closeBody(body);
}

const LINE_BREAK = Buffer.from('\r\n');

function* fieldParts(data: Data | null | undefined): Iterable<Part> {
  if (isEmptyData(data)) return;
  if (typeof data === 'string' || isBytes(data)) throw new ValueError('Data must not be a string.');
  for (const [name, value] of to_key_val_list(data) ?? []) {
    for (const item of fieldValues(value)) {
      if (item === null || item === undefined) continue;
      yield {
        name: textOf(name),
        filename: null,
        contentType: null,
        headers: {},
        content: isBytes(item) ? toBuffer(item) : Buffer.from(pythonText(item)),
      };
    }
  }
}

/** What iterating over a value gives in Python: the members of a list, the names of a dict, else the value itself. */
function fieldValues(value: unknown): Iterable<unknown> {
  if (typeof value !== 'object' || value === null || isBytes(value)) return [value];
  if (types.isMap(value)) return value.keys();
  if (Symbol.iterator in value) return value as Iterable<unknown>;
  return isPlainObject(value) ? Object.keys(value) : [value];
}

function* fileParts(files: Files): Iterable<Part> {
  for (const [key, spec] of filePairs(files)) {
    const name = textOf(key);
    const [filename, content, contentType, headers] = fileParameters(name, spec);
    if (content === null || content === undefined) continue;
    yield {
      name,
      filename: filename === null || filename === undefined ? null : textOf(filename),
      contentType: (contentType === undefined ? blobType(content) : contentType) || null,
      headers: headers ?? {},
      content: partContent(name, content),
    };
  }
}

function filePairs(files: Files): Iterable<readonly [unknown, FileSpec]> {
  const isForm = (files as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'FormData';
  if (!isForm) return (to_key_val_list(files) ?? []) as Iterable<readonly [unknown, FileSpec]>;
  // The text entries of a FormData are plain fields.
  return Array.from(files as Iterable<readonly [string, string | Blob]>, ([name, value]) => [
    name,
    typeof value === 'string' ? [null, value] : value,
  ]);
}

type FileParameters = readonly [
  filename: unknown,
  content: FileContent,
  contentType: string | null | undefined,
  headers: Readonly<Record<string, string>> | null | undefined,
];

function fileParameters(name: string, spec: FileSpec): FileParameters {
  if (!Array.isArray(spec)) {
    const content = spec as FileContent;
    return [guess_filename(content) ?? name, content, undefined, null];
  }
  const { length } = spec as readonly unknown[];
  if (length < 2 || length > 4) {
    throw new ValueError(
      `the file '${name}' must be given as [filename, content, content_type?, headers?], not as a list of ${length}`,
    );
  }
  return spec as unknown as FileParameters;
}

function partContent(name: string, content: NonNullable<FileContent>): Buffer | PartSource {
  if (isBytes(content)) return toBuffer(content);
  switch (typeof content) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return Buffer.from(pythonText(content));
    case 'object': {
      const stream = Array.isArray(content) || types.isMap(content) ? null : streamOf(content);
      if (stream !== null) return isBlob(stream) ? blobSource(stream) : streamSource(stream);
    }
  }
  throw new TypeError(
    `the content of the file '${name}' must be text, bytes, a number or a stream, not ${typeName(content)}`,
  );
}

function renderHeaders({ name, filename, contentType, headers }: Part): string {
  const disposition = ['form-data', parameter('name', name)];
  if (filename !== null) disposition.push(parameter('filename', filename));
  let lines = `Content-Disposition: ${disposition.join('; ')}\r\n`;
  if (contentType !== null) lines += partHeader('Content-Type', contentType);
  for (const [header, value] of Object.entries(headers)) {
    if (value && !OWN_HEADERS.has(header)) lines += partHeader(header, value);
  }
  return lines;
}

/** Escaped as browsers and urllib3 do it; everything else is sent as UTF-8. */
function parameter(name: string, value: string): string {
  const escaped = value.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return `${name}="${escaped}"`;
}

function partHeader(name: string, value: string): string {
  if (/[\r\n]/.test(name) || /[\r\n]/.test(value)) {
    throw new InvalidHeader(`Line break in the header ${JSON.stringify(name)} of a multipart file`);
  }
  return `${name}: ${value}\r\n`;
}

function textOf(value: unknown): string {
  return isBytes(value) ? decodeUtf8(value) : pythonText(value);
}

/** What a caller may pass. */
import type { RequestsCookieJar } from './cookies/requests-cookie-jar.js';
import type { CaseInsensitiveDict } from './structures/case-insensitive-dict.js';
import type { Timeout as Urllib3Timeout } from './urllib3/timeout.js';
import type { Bytes } from './urls/python-text.js';

export type { Bytes };

/** A value in a query or a form. `null`, `undefined`: the key is left out. Booleans are sent as `True`, `False`. */
export type Primitive = string | number | bigint | boolean | Bytes | null | undefined;

/** One key's value: a primitive, or several (the key is repeated). */
export type ParamValue = Primitive | Iterable<Primitive>;

/** Pairs: an object, a Map, URLSearchParams or a list of pairs. Use a list where number-like keys must keep their order. */
export type Pairs =
  | Readonly<Record<string, ParamValue>>
  | ReadonlyMap<unknown, ParamValue>
  | URLSearchParams
  | Iterable<readonly [unknown, ParamValue]>;

/** The query: pairs, or text or bytes that are used as they are. */
export type Params = Pairs | string | Bytes;

/** A body that is sent piece by piece. */
export type StreamingBody =
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | NodeJS.ReadableStream
  | ReadableStream<Uint8Array>
  | Blob;

/** The body: text, bytes, a form, or a stream. */
export type Data = string | Bytes | Pairs | StreamingBody;

/** Headers as a caller gives them; a value of null removes the session's header of that name. */
export type HeadersInput =
  | Readonly<Record<string, string | Uint8Array | null | undefined>>
  | ReadonlyMap<string, string | Uint8Array | null | undefined>
  | CaseInsensitiveDict
  | Headers;

/** Cookies as a caller gives them. */
export type CookiesInput = Readonly<Record<string, string | null | undefined>> | RequestsCookieJar;

/** What one file of a multipart upload holds. */
export type FileContent = string | Bytes | StreamingBody | number | null | undefined;

/**
 * One file: its content, or `[filename, content, content_type, headers]` with the last two optional. A File has its name,
 * and Blobs and Files their type; `content_type: null` is none.
 */
export type FileSpec =
  | FileContent
  | readonly [filename: string | null | undefined, content: FileContent]
  | readonly [
      filename: string | null | undefined,
      content: FileContent,
      content_type: string | null | undefined,
    ]
  | readonly [
      filename: string | null | undefined,
      content: FileContent,
      content_type: string | null | undefined,
      headers: Readonly<Record<string, string>> | null | undefined,
    ];

/** The files of a multipart upload, by field name; use pairs to repeat a name. */
export type Files =
  | Readonly<Record<string, FileSpec>>
  | ReadonlyMap<string, FileSpec>
  | Iterable<readonly [string, FileSpec]>;

/**
 * Seconds: one number for connecting and for each read, or `[connect, read]`, where null means no limit. The whole request
 * has no limit.
 */
export type TimeoutInput = number | readonly [connect: number | null, read: number | null] | Urllib3Timeout;

/** A client certificate: one PEM file with certificate and key, or `[certificate, key]`. */
export type Cert = string | readonly [cert: string, key: string];

/** Proxy URLs by `scheme://host`, `scheme`, `all://host` or `all`; null or '' switches a proxy of the environment off. */
export type Proxies = Readonly<Record<string, string | null | undefined>>;

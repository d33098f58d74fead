/** The argument types of this flavor, where they differ from the awaited one's. */
import type { ReadStream } from 'node:fs';
import type {
  Auth,
  Bytes,
  FileContent as AwaitedFileContent,
  FileSpec as AwaitedFileSpec,
  HookOptions,
  Pairs,
  RequestOptions as AwaitedRequestOptions,
  SessionSendOptions,
} from '../../requests/index.js';
import type { BinaryFile } from '../files.js';
import type { Response } from './response.js';

export type { Auth, HookOptions, SessionSendOptions };

/** A body that is sent piece by piece: a generator or another iterable, or a file. Other streams would stall while the thread waits. */
export type StreamingBody = Iterable<string | Uint8Array> | BinaryFile | ReadStream | Blob;

/** The body: text, bytes, a form, or a body that is sent piece by piece. */
export type Data = string | Bytes | Pairs | StreamingBody;

/** The content of a file in a multipart upload. */
export type FileContent = string | Bytes | StreamingBody | number | null | undefined;

type WithContent<Spec> = Spec extends AwaitedFileContent
  ? FileContent
  : Spec extends readonly [infer Name, AwaitedFileContent, ...infer Rest]
    ? readonly [Name, FileContent, ...Rest]
    : never;

/** One file: its content, or `[filename, content, content_type, headers]` with the last two optional. */
export type FileSpec = FileContent | WithContent<Exclude<AwaitedFileSpec, AwaitedFileContent>>;

/** The files of a multipart upload, by field name; use pairs to repeat a name. */
export type Files =
  | Readonly<Record<string, FileSpec>>
  | ReadonlyMap<string, FileSpec>
  | Iterable<readonly [string, FileSpec]>;

/**
 * Runs on each response, redirects included, in the caller's thread. What it returns, unless null or undefined, must be a Response and
 * replaces the given one.
 */
export type ResponseHook = (
  response: Response,
  options: HookOptions,
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most hooks return nothing, and need not say so
) => Response | null | undefined | void;

/** The hooks of a request or session, by event; `response` is the only event. */
export interface Hooks {
  /** One hook or several, which run in their order; null for none. */
  response?: ResponseHook | Iterable<ResponseHook> | null | undefined;
}

/** The keyword arguments of `request()` and of the verbs. `null` and `undefined` both mean Python's `None`. */
export interface RequestOptions extends Omit<AwaitedRequestOptions, 'data' | 'files' | 'hooks'> {
  /** The body. */
  data?: Data | null | undefined;
  /** Multipart upload. */
  files?: Files | null | undefined;
  /** Replaces the session's hooks. */
  hooks?: Hooks | null | undefined;
}

/** The URL that is sent: `PreparedRequest.prepare_url` as a function. */
import { repr } from '../../builtins/index.js';
import { InvalidURL, MissingSchema } from '../exceptions/requests.js';
import type { Params } from '../inputs.js';
import { LocationParseError } from '../exceptions/urllib3.js';
import { encodeHost, isAscii } from './idna.js';
import { checkFields, encode_params } from './params.js';
import { parse_url, type Url } from './parse-url.js';
import { requote_uri } from './quote.js';
import { withoutUserinfo } from './redact.js';
import { isUnixUrl, UNIX_HINT } from './unix-url.js';
import { decodeUtf8, isBytes, pythonText, stripStart } from './python-text.js';
import { Remembered } from './url-split.js';

/**
 * A URL that preparation returns as it is, as long as it has no dot segment; most are such: lower case, a path, nothing to
 * escape and no credentials.
 */
const CLEAN =
  /^https?:\/\/[a-z0-9_-][a-z0-9._-]*(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}))?\/[\w.~!$&'()*+,;=:@/-]*(?:\?[\w.~!$&'()*+,;=:@/?-]+)?(?:#[\w.~!$&'()*+,;=:@/?-]+)?$/;

/** For URLs that are not clean. */
const remembered = new Remembered<string>();

/**
 * Prepares a URL with its query (spec 1.8 and 1.9). `url` may be text, bytes (UTF-8) or anything with a text form, such as
 * a `URL`. A URL of another scheme than `http…` is returned untouched, without the params.
 *
 * Throws MissingSchema, InvalidURL; UnicodeDecodeError for bytes that are not UTF-8; for the params TypeError and what
 * {@link encode_params} throws. No message shows credentials.
 */
export function prepare_url(url: unknown, params?: Params | null): string {
  if (hasParams(params)) checkFields('params', params);
  const text = typeof url === 'string' ? url : isBytes(url) ? decodeUtf8(url) : pythonText(url);
  if (CLEAN.test(text) && !text.includes('/.')) return withParams(text, params);
  if (!hasParams(params)) {
    return remembered.get(text) ?? remembered.set(text, prepare(text, ''));
  }
  return prepare(text, params);
}

function hasParams(params: Params | null | undefined): params is Params {
  return params !== null && params !== undefined && params !== '';
}

/** A clean URL needs no parsing to take its params, unless there is a fragment that they go before. */
function withParams(url: string, params: Params | null | undefined): string {
  if (!hasParams(params)) return url;
  if (url.includes('#')) return prepare(url, params);
  const query = encode_params(params);
  if (query === '') return url;
  // Pairs come out of encode_params as requoting would leave them.
  const added = typeof params === 'string' || isBytes(params) ? requote_uri(query) : query;
  return url + (url.includes('?') ? '&' : '?') + added;
}

function prepare(source: string, params: Params): string {
  const url = stripStart(source);
  if (url.includes(':') && !/^http/i.test(url)) return url;
  const { scheme, auth, host, port, path, query, fragment } = parse(url);
  if (!scheme) {
    const shown = withoutUserinfo(url);
    const isPath = /^\/(?!\/)/.test(shown);
    const meant = isPath
      ? 'A path needs the base_url of a session.'
      : `Perhaps you meant https://${shown.replace(/^\/\//, '')}?`;
    throw new MissingSchema(`Invalid URL ${repr(shown)}: No scheme supplied. ${meant}`);
  }
  if (!host) {
    const why = isUnixUrl(url) ? `No socket supplied${UNIX_HINT}` : 'No host supplied';
    throw new InvalidURL(`Invalid URL ${repr(withoutUserinfo(url))}: ${why}`);
  }
  let prepared = `${scheme}://`;
  if (auth) prepared += `${auth}@`;
  prepared += asciiHost(host);
  if (port) prepared += `:${port}`;
  prepared += path || '/';
  const added = encode_params(params);
  const fullQuery = query && added ? `${query}&${added}` : query || added;
  if (fullQuery) prepared += `?${fullQuery}`;
  if (fragment) prepared += `#${fragment}`;
  return requote_uri(prepared);
}

function parse(url: string): Url {
  try {
    return parse_url(url);
  } catch (error) {
    if (error instanceof LocationParseError) throw new InvalidURL(error.message, { cause: error });
    throw error;
  }
}

/** The host of an http URL is ASCII already, unlike that of `http+unix://` and the like. */
function asciiHost(host: string): string {
  const ascii = isAscii(host) ? (/^[*.]/.test(host) ? null : host) : encodeHost(host);
  if (ascii === null) throw new InvalidURL('URL has an invalid label.');
  return ascii;
}

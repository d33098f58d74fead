/** urllib3 by itself: a request over the pools of a manager, without a session. */
import { checkOptions } from '../../builtins/index.js';
import { encodeJson } from '../bodies/outgoing/json-body.js';
import type { PreparedBody } from '../bodies/outgoing/body.js';
import { RequestException } from '../exceptions/requests.js';
import { LocationParseError, MaxRetryError } from '../exceptions/urllib3.js';
import { urllib3Cause } from '../exceptions/urllib3-cause.js';
import { default_user_agent } from '../headers/default-headers.js';
import type { HeadersInput, Params, TimeoutInput } from '../inputs.js';
import { PreparedRequest } from '../models/prepared-request.js';
import { CaseInsensitiveDict } from '../structures/case-insensitive-dict.js';
import { encode_multipart_formdata, type MultipartFields } from '../urllib3/filepost.js';
import type { HTTPResponse } from '../urllib3/response.js';
import { Retry, type RetryCount } from '../urllib3/retry.js';
import { resolveTimeout } from '../urllib3/timeout.js';
import { warnInsecureRequest } from '../urllib3/warnings.js';
import { encode_params } from '../urls/params.js';
import { parse_url } from '../urls/parse-url.js';
import { urljoin } from '../urls/url-split.js';
import { urldefragauth } from '../urls/url-tools.js';
import type { HTTPConnectionPool } from './connections/connection-pool.js';
import { nodeTransport } from './node/node-transport.js';
import { abortable, encodeTarget, headersOf, methodOf } from './outgoing-request.js';
import { urlopen } from './urlopen.js';

/** The keyword arguments of `PoolManager.request()`. */
export interface PoolRequestOptions {
  /** The body: text, bytes or a stream. */
  body?: PreparedBody | undefined;
  /** For DELETE, GET, HEAD and OPTIONS the query; for others a form, see `encode_multipart`. */
  fields?: Params | MultipartFields | null | undefined;
  /** In place of the manager's `headers`. */
  headers?: HeadersInput | null | undefined;
  /** Sent as JSON, in place of a `body`. */
  json?: unknown;
  /** Whether a form is multipart, else urlencoded. Default true. */
  encode_multipart?: boolean | undefined;
  /** The boundary of a multipart form. Default: a random one. */
  multipart_boundary?: string | null | undefined;
  /** Default 3; false: the first error, and no redirect is followed. */
  retries?: Retry | RetryCount | undefined;
  /** Whether redirects are followed, each of which counts as a retry. Default true. */
  redirect?: boolean | undefined;
  /** Seconds. Default: no limit. */
  timeout?: TimeoutInput | null | undefined;
  /** Whether the body is read into `data` before the promise resolves. Default true. */
  preload_content?: boolean | undefined;
  /** Whether the body is decompressed. Default true. */
  decode_content?: boolean | undefined;
  /** Ends the request; not in Python. */
  signal?: AbortSignal | null | undefined;
}

const OPTION_NAMES = [
  'body',
  'fields',
  'headers',
  'json',
  'encode_multipart',
  'multipart_boundary',
  'retries',
  'redirect',
  'timeout',
  'preload_content',
  'decode_content',
  'signal',
] as const satisfies readonly (keyof PoolRequestOptions)[];

/** What a request needs of a manager of pools. */
export interface PoolSource {
  readonly headers: CaseInsensitiveDict;
  connection_from_url(url: string): HTTPConnectionPool;
}

/** See `PoolManager.request()`. */
export async function requestOverPools(
  pools: PoolSource,
  method: string,
  url: string,
  given: PoolRequestOptions,
): Promise<HTTPResponse> {
  const options = checkOptions('request()', given, OPTION_NAMES);
  const { redirect = true } = options;
  let retries = Retry.from_int(options.retries, redirect);
  let request = prepare(pools, method, url, options);
  for (;;) {
    const pool = pools.connection_from_url(request.url ?? '');
    const answer = await send(pool, request, retries, options);
    const next = redirect ? redirected(request, answer, retries) : null;
    if (next === null) return options.preload_content === false ? answer : answer.preload();
    try {
      retries = retries.increment(request.method, request.url, { response: answer, pool });
    } catch (error) {
      if (!(error instanceof MaxRetryError) || !retries.raise_on_redirect) return answer.preload();
      await answer.drain_conn();
      throw error;
    }
    await answer.drain_conn();
    request = next;
  }
}

function prepare(
  pools: PoolSource,
  verb: string,
  url: string,
  { body = null, fields = null, json, headers: given, ...form }: PoolRequestOptions,
): PreparedRequest {
  const method = verb.toUpperCase();
  const headers = new CaseInsensitiveDict((given as Record<string, string> | null) ?? pools.headers);
  headers.setdefault('User-Agent', default_user_agent());
  let params: Params | null = null;
  let data = body;
  if (json !== undefined && json !== null) {
    if (body !== null) {
      throw new TypeError(
        "request got values for both 'body' and 'json' parameters which are mutually exclusive",
      );
    }
    headers.setdefault('Content-Type', 'application/json');
    data = encodeJson(json);
  }
  if (fields !== null && QUERY_METHODS.has(method)) params = fields as Params;
  else if (fields !== null) {
    if (data !== null) {
      throw new TypeError("request got values for both 'fields' and 'body', can only specify one.");
    }
    let type = 'application/x-www-form-urlencoded';
    if (form.encode_multipart === false) data = encode_params(fields as Exclude<Params, string>);
    else [data, type] = encode_multipart_formdata(fields as MultipartFields, form.multipart_boundary);
    headers.setdefault('Content-Type', type);
  }
  return prepared(method, url, headers, data, params);
}

const QUERY_METHODS: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS']);

function prepared(
  method: string,
  url: string,
  headers: HeadersInput,
  data: PreparedBody,
  params: Params | null = null,
): PreparedRequest {
  const request = new PreparedRequest();
  try {
    // Credentials in the URL are not sent, unlike by requests.
    request.prepare({ method, url, headers, data, params, auth: false });
  } catch (error) {
    throw error instanceof RequestException && !parse_url(url).host ? new LocationParseError(url) : error;
  }
  return request;
}

async function send(
  pool: HTTPConnectionPool,
  request: PreparedRequest,
  retries: Retry,
  options: PoolRequestOptions,
): Promise<HTTPResponse> {
  if (pool.isUnverified) warnInsecureRequest(pool.host);
  const { token, release } = abortable({ signal: options.signal });
  const job = {
    pool,
    request,
    method: methodOf(request),
    target: encodeTarget(pool.forwards ? urldefragauth(request.url ?? '') : request.path_url),
    headers: headersOf(request),
    shared: null,
    timeout: resolveTimeout(options.timeout),
    token,
    maxResponseSize: null,
    stream: true,
    context: null,
    onDone: release,
  };
  try {
    const answer = await urlopen(job, retries, nodeTransport, RAW);
    answer.decode_content = options.decode_content ?? true;
    return answer;
  } catch (error) {
    throw urllib3Cause(error);
  }
}

const RAW = { build_response: (_request: PreparedRequest, raw: HTTPResponse): HTTPResponse => raw };

/** The request that follows a redirect; null if the response is not one. */
function redirected(request: PreparedRequest, answer: HTTPResponse, retries: Retry): PreparedRequest | null {
  const location = answer.get_redirect_location();
  if (!location) return null;
  const from = request.url ?? '';
  const to = urljoin(from, location);
  const isSeeOther = answer.status === 303;
  const headers = request.headers.copy();
  if (isSeeOther) for (const name of OF_A_BODY) headers.delete(name);
  if (!isSameHost(from, to)) for (const name of retries.remove_headers_on_redirect) headers.delete(name);
  return prepared(
    isSeeOther ? 'GET' : (request.method ?? 'GET'),
    to,
    headers,
    isSeeOther ? null : request.body,
  );
}

const OF_A_BODY = [
  ...['Content-Encoding', 'Content-Language', 'Content-Location', 'Content-Type', 'Content-Length'],
  ...['Digest', 'Last-Modified', 'Transfer-Encoding'],
];

function isSameHost(from: string, to: string): boolean {
  const [a, b] = [parse_url(from), parse_url(to)];
  return a.scheme === b.scheme && a.host === b.host && a.port === b.port;
}

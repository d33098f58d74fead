/** The debug lines of urllib3's connection pools, for a logger that takes them. */
import { debugLogger } from '../../builtins/index.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { HTTPResponse } from '../urllib3/response.js';

const NAME = 'urllib3.connectionpool';

/** The part of a pool that is named. */
interface NamedPool {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly num_connections: number;
  readonly settings: { readonly socket_path?: string | null | undefined };
}

/** Where its connections lead. */
function placeOf({ host, port, settings }: NamedPool): string {
  return settings.socket_path ?? `${host}:${port}`;
}

/** A connection is being made, and counted already. */
export function logConnection(pool: NamedPool): void {
  debugLogger?.()?.log(
    'debug',
    NAME,
    `Starting new ${pool.scheme.toUpperCase()} connection (${pool.num_connections}): ${placeOf(pool)}`,
  );
}

/** What an answer is logged with. The pool is null where the transport's connections are its own. */
interface Answered {
  readonly pool: NamedPool | null;
  readonly request: PreparedRequest;
  readonly method: string;
  readonly target: string;
}

/** There is a response. */
export function logAnswer({ pool, request, method, target }: Answered, raw: HTTPResponse): void {
  const logger = debugLogger?.() ?? null;
  if (logger === null) return;
  const origin = pool === null ? originOf(request) : `${pool.scheme}://${placeOf(pool)}`;
  const version = `HTTP/${Math.floor(raw.version / 10)}.${raw.version % 10}`;
  logger.log(
    'debug',
    NAME,
    `${origin} "${method} ${target} ${version}" ${raw.status} ${length(method, raw)}`,
  );
}

function originOf({ url }: PreparedRequest): string {
  return URL.canParse(url ?? '') ? new URL(url ?? '').origin : '';
}

/** Bytes to come; as in Python `None` where that is not known. */
function length(method: string, raw: HTTPResponse): string {
  if (method === 'HEAD' || raw.status === 204 || raw.status === 304) return '0';
  return raw.headers.get('Content-Length') ?? 'None';
}

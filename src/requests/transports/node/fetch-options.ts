/**
 * What node-fetch gets. A request that comes straight to the agent takes its form there, and node-fetch need not know its
 * headers, which it takes longer to copy (20 µs) than Node takes to send them. Mocks and tracers put functions of their own in
 * the place of `http.request` and read what they are called with; other runtimes have their own. There is no public way to
 * tell, so the source of the function is compared: to take Node's for another costs those 20 µs.
 */
import http from 'node:http';
import https from 'node:https';
import type { Job } from '../outgoing-request.js';
import type { PoolAgent } from '../connections/pool-agent.js';
import { checkedHeaders } from '../wire-headers.js';

type RequestFunction = typeof http.request;

const OF_HTTP =
  /^function request\(url, options, cb\) \{\s*return new ClientRequest\(url, options, cb\);\s*\}$/;
const OF_HTTPS =
  /^function request\(\.\.\.args\) \{\s*let options = \{\};[^]*\bReflectConstruct\(ClientRequest, args\);\s*\}$/;

/** The functions that were looked at last. */
const known = {
  http: { request: null as RequestFunction | null, isOwn: false },
  https: { request: null as RequestFunction | null, isOwn: false },
};

function isNodesOwn(scheme: 'http' | 'https'): boolean {
  const { request } = scheme === 'https' ? https : http;
  const last = known[scheme];
  if (last.request !== request) {
    const source = Function.prototype.toString.call(request);
    last.request = request;
    last.isOwn = (scheme === 'https' ? OF_HTTPS : OF_HTTP).test(source);
  }
  return last.isOwn;
}

/** The options for node-fetch, and what aborts them where the request may never come to the agent. */
export interface FetchOptions {
  readonly method: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body: unknown;
  readonly agent: PoolAgent;
  readonly redirect: 'manual';
  readonly compress: false;
  readonly signal?: AbortSignal;
  readonly controller: AbortController | null;
}

/**
 * Node sends the head at once when something is expected, before it has its form. With `Connection: keep-alive` mocks of
 * sockets (msw, nock 14) leave an answer without a body open. How the body is framed Node finds out itself.
 */
const NOT_YET = /^(?:connection|expect|transfer-encoding)$/i;

/** Throws InvalidHeader and UnicodeEncodeError. */
export function fetchOptions(job: Job, body: unknown, agent: PoolAgent): FetchOptions {
  const common = { body, agent, redirect: 'manual', compress: false } as const;
  if (isNodesOwn(job.pool.scheme)) {
    // Else node-fetch looks for headers on Object.prototype.
    return { ...common, headers: [], method: body === null ? 'GET' : 'POST', controller: null };
  }
  const lines = checkedHeaders(job, body !== null);
  const headers = lines.flatMap((name, i): [string, string][] =>
    i % 2 === 1 || NOT_YET.test(name) ? [] : [[name, String(lines[i + 1])]],
  );
  const { method } = job;
  const isRefused = body !== null && (method === 'GET' || method === 'HEAD');
  const controller = new AbortController();
  return { ...common, method: isRefused ? 'POST' : method, headers, signal: controller.signal, controller };
}

/**
 * Sends by node-fetch over the agents of Node, and decides what node-fetch gets. A request that comes straight to the agent takes
 * its form there, and node-fetch does not get its headers, as it takes longer to copy them (20 µs) than Node to send them.
 * Mocks and tracers replace `http.request` and read its arguments, and other
 * runtimes have their own. There is no public way to detect this, so the function's source is compared: mistaking Node's for
 * another costs those 20 µs.
 */
import http from 'node:http';
import https from 'node:https';
import { types } from 'node:util';
import { ownOptions } from '../../../builtins/index.js';
import { Upload } from '../../bodies/outgoing/upload.js';
import { needsOpenConnection, socketsPolled } from '../connections/kept-connections.js';
import { closeIdle, hasIdle, offerRequest, type PoolAgent } from '../connections/pool-agent.js';
import { aborted } from '../error-mapping.js';
import { checkedHeaders, type Job, type WireBody } from '../outgoing-request.js';
import type { Attempt, Transport } from '../urlopen.js';
import type { Fetched, Fetcher, FetchOwner, NodeFetch } from './fetched.js';
import { NodeAttempt } from './node-attempt.js';

/** See above. */
class NodeTransport implements Fetcher, Transport<Job, PoolAgent> {
  #fetch: NodeFetch | null = null;
  #loading: Promise<void> | null = null;

  open(job: Job): PoolAgent | Promise<PoolAgent> {
    if (this.#fetch === null) return this.#load().then(() => this.open(job));
    const { pool, method } = job;
    const agent = pool.agent ?? pool.openAgent();
    if (types.isPromise(agent) || !needsOpenConnection(method) || !hasIdle(agent)) return agent;
    return socketsPolled().then(() => agent);
  }

  /** With the first request: it takes longer to load (20 ms) than all else here, and other adapters do without it. */
  #load(): Promise<void> {
    // By its file, as Bun puts a module of its own instead of the package's name.
    return (this.#loading ??= import('node-fetch/src/index.js').then(
      (module) => {
        this.#fetch = module.default;
      },
      (error: unknown) => {
        // For want of file descriptors, most likely: there may be some for a later request.
        this.#loading = null;
        throw aborted(error as Error);
      },
    ));
  }

  attempt(job: Job, agent: PoolAgent): Attempt {
    return new NodeAttempt(job, this, agent);
  }

  closeIdle(agent: PoolAgent): void {
    closeIdle(agent);
  }

  fetch(owner: FetchOwner, body: WireBody | null, agent: PoolAgent): Promise<Fetched> {
    const { pool, target } = owner.job;
    const own = isNodesOwn(pool.scheme) ? optionsForNode(owner, body) : optionsForOthers(owner, body);
    // node-fetch would look for what is missing here on Object.prototype.
    const options = ownOptions({ redirect: 'manual', compress: false, agent, ...own });
    const before = offerRequest(owner);
    const fetch = this.#fetch as NodeFetch; // There are no connections before open() has loaded it.
    const sent = fetch(pool.fetchOrigin + (target.startsWith('/') ? target : '/'), options);
    offerRequest(before);
    return sent;
  }
}

/** The one that all adapters share: their pools have the connections. */
export const nodeTransport = new NodeTransport();

/** An object, as node-fetch goes through a list twice. */
const NO_HEADERS = Object.freeze(Object.create(null) as object);

/**
 * node-fetch would make a stream of a body that is whole, and a pipeline for it. CPU per POST of 1 kB at concurrency 10:
 * 385 µs with it, 283 without, where node-fetch takes 389 (`npm run bench -- --suite real-post`).
 */
function optionsForNode(owner: FetchOwner, body: WireBody | null): object {
  if (body instanceof Upload) return { headers: NO_HEADERS, method: 'POST', body };
  owner.ownBody = body;
  return { headers: NO_HEADERS, method: 'GET', body: null };
}

/**
 * Node sends the head at once when something is expected, before it has its form. With `Connection: keep-alive` mocks of
 * sockets (msw, nock 14) leave an answer without a body open. How the body is framed Node finds out itself.
 */
const NOT_YET = /^(?:connection|expect|transfer-encoding)$/i;

/** What something else than Node may read, and what stops it: the request may never come to the agent. */
function optionsForOthers(owner: FetchOwner, body: WireBody | null): object {
  const lines = checkedHeaders(owner.job, body !== null);
  const headers = lines.flatMap((name, i): [string, string][] =>
    i % 2 === 1 || NOT_YET.test(name) ? [] : [[name, String(lines[i + 1])]],
  );
  const { method } = owner.job;
  const isRefused = body !== null && (method === 'GET' || method === 'HEAD');
  const { signal } = (owner.controller = new AbortController());
  return { method: isRefused ? 'POST' : method, headers, body, signal };
}

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

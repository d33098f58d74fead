/**
 * Node's `ClientRequest`: its headers as they are sent, and its events, which reach the attempt that it belongs to. The listeners
 * are shared, in place of closures for each request.
 */
import { ClientRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { PreparedBody } from '../../bodies/outgoing/body.js';
import { readOnAfterFailedWrite } from '../connections/failed-writes.js';
import { socketsPolled } from '../connections/kept-connections.js';
import { kAttempt } from '../connections/pool-agent.js';
import { headerRefusal, type HeaderSource, isAdded, takesTime, wireHeaders } from '../outgoing-request.js';

/** Receives the events: an attempt. */
export interface RequestListener {
  /** Written when node-fetch ends the request; null where node-fetch has the body, or there is none. */
  readonly ownBody: string | Uint8Array | null;
  useSocket(socket: Socket): void;
  useResponse(response: IncomingMessage): void;
  connectionFailed(error: Error): void;
  /** The last byte of the request is out. */
  bodySent(): void;
  /** The connection is gone. */
  closed(): void;
  /** The proxy has answered CONNECT. */
  tunnelAnswered(answer: { statusCode: number; statusText: string }): void;
}

/** A request that leads to its attempt. */
export type OwnedRequest = ClientRequest & { [kAttempt]?: RequestListener };

/**
 * Replaces the headers of a request with those of {@link wireHeaders}, and puts those that instrumentation has added behind
 * them. Throws InvalidHeader and UnicodeEncodeError.
 */
export function setHeaders(request: ClientRequest, source: HeaderSource, hasBody: boolean): void {
  let added: Parameters<ClientRequest['setHeader']>[] | null = null;
  for (const name of request.getHeaderNames()) {
    if (isAdded(name, source)) {
      const spelled = request.getRawHeaderNames()[0] as string; // Those before it are gone.
      (added ??= []).push([spelled, request.getHeader(name) ?? '']);
    }
    request.removeHeader(name);
  }
  const lines = wireHeaders(source, hasBody);
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    const value = lines[i + 1] as string;
    try {
      request.setHeader(name, value);
    } catch (error) {
      throw headerRefusal(name, value, error);
    }
  }
  if (added !== null) for (const [name, value] of added) request.setHeader(name, value);
  // Node adds one unless it was removed.
  if (!source.headers.has('connection')) request.removeHeader('connection');
}

/** Before the request goes to its agent. */
export function listenTo(request: OwnedRequest, hasBody: boolean, body: PreparedBody): void {
  request.on('error', onError).on('close', onClose);
  if (hasBody) request.on('finish', onFinish);
  if (takesTime(body)) request.once('socket', readOnAfterFailedWrite);
  // Not yet: until node-fetch ends the request, instrumentation may add headers.
  if (request[kAttempt]?.ownBody) (request as { end: () => void }).end = endWithBody;
}

function endWithBody(this: OwnedRequest): void {
  const { end } = ClientRequest.prototype as { end: (body: unknown, encoding?: string) => void };
  const body = this[kAttempt]?.ownBody;
  // Instrumentation that has replaced it sees bodies there, as from node-fetch.
  if (body && Object.hasOwn(this, 'write')) {
    this.write(typeof body === 'string' ? Buffer.from(body) : body);
    end.call(this, undefined);
  } else if (typeof body !== 'string') end.call(this, body);
  // Node writes the head and text in its own encoding at once.
  else if (Buffer.byteLength(body) === body.length) end.call(this, body, 'latin1');
  else end.call(this, Buffer.from(body));
}

/** Takes socket and response instead of node-fetch, which has put its listeners on last: those before are of instrumentation. */
export function takeOver(request: OwnedRequest): void {
  removeLast(request, 'socket', 1);
  removeLast(request, 'response', 2);
  request.on('socket', onSocket).on('response', onResponse);
}

function onSocket(this: OwnedRequest, socket: Socket): void {
  this[kAttempt]?.useSocket(socket);
}

function onResponse(this: OwnedRequest, response: IncomingMessage): void {
  this[kAttempt]?.useResponse(response);
}

function onError(this: OwnedRequest, error: Error): void {
  this[kAttempt]?.connectionFailed(error);
}

function onFinish(this: OwnedRequest): void {
  this[kAttempt]?.bodySent();
}

function onClose(this: OwnedRequest): void {
  this[kAttempt]?.closed();
}

export function onProxyConnect(this: OwnedRequest, answer: { statusCode: number; statusText: string }): void {
  this[kAttempt]?.tunnelAnswered(answer);
}

export function ignore(): void {
  // The attempt is notified in another way.
}

function removeLast(request: ClientRequest, event: 'socket' | 'response', count: number): void {
  if (request.listenerCount(event) === count) {
    request.removeAllListeners(event);
    return;
  }
  const listeners = request.listeners(event) as (() => void)[];
  for (const listener of listeners.slice(-count)) request.off(event, listener);
}

/** The version of a response: 10 or 11. */
export function versionOf({ httpVersionMajor, httpVersionMinor }: IncomingMessage): number {
  return httpVersionMajor * 10 + httpVersionMinor;
}

/** Name, value, name, value … A lenient parser leaves the white space behind a name there. */
export function headerLines({ rawHeaders }: IncomingMessage, isLenient: boolean): readonly string[] {
  return isLenient ? rawHeaders.map((text, i) => (i % 2 === 0 ? text.trimEnd() : text)) : rawHeaders;
}

/** The last bytes may be on their way: TLS reports them a turn later. */
export async function closeUnlessSent(request: ClientRequest): Promise<void> {
  await socketsPolled();
  if (!request.writableFinished) request.destroy();
}

/** The error of Node for a connection that has ended in place of an answer. */
export function hangUp(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

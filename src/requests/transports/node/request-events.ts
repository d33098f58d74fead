/** What a request of Node's client tells the attempt that sends it. The listeners are shared, in place of closures for each. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { kAttempt } from '../connections/pool-agent.js';
import type { TunnelOwner } from '../connections/proxy-agents.js';

/** What hears of the events of its request. */
export interface RequestOwner extends TunnelOwner {
  /** What went wrong on the connection, first. */
  error: Error | null;
  /** The request has a socket, which may still be connecting. */
  useSocket(socket: Socket): void;
  /** The last byte of the request is out. */
  bodySent(): void;
  /** The head of the response is there. */
  useResponse(response: IncomingMessage): void;
  /** The connection is gone. */
  closed(): void;
  /** A proxy has answered CONNECT. */
  tunnelAnswered(answer: { statusCode: number; statusText: string }): void;
}

/** A request that leads to its attempt. */
export type OwnedRequest = ClientRequest & { [kAttempt]?: RequestOwner };

function onSocket(this: OwnedRequest, socket: Socket): void {
  this[kAttempt]?.useSocket(socket);
}

function onResponse(this: OwnedRequest, response: IncomingMessage): void {
  this[kAttempt]?.useResponse(response);
}

function onError(this: OwnedRequest, error: Error): void {
  const attempt = this[kAttempt];
  if (attempt) attempt.error ??= error;
}

function onFinish(this: OwnedRequest): void {
  this[kAttempt]?.bodySent();
}

function onClose(this: OwnedRequest): void {
  this[kAttempt]?.closed();
}

function onProxyConnect(this: OwnedRequest, answer: { statusCode: number; statusText: string }): void {
  this[kAttempt]?.tunnelAnswered(answer);
}

/** Ties a request to its attempt, before it has a socket. */
export function ownRequest(
  request: ClientRequest,
  owner: RequestOwner,
  hasBody: boolean,
  hasTunnel: boolean,
): OwnedRequest {
  request.on('error', onError).on('close', onClose);
  if (hasBody) request.on('finish', onFinish);
  if (hasTunnel) request.once('proxyConnect', onProxyConnect);
  const owned: OwnedRequest = request;
  owned[kAttempt] = owner;
  return owned;
}

/** Takes the places of those who wait for the socket and the response. */
export function takeOver(request: OwnedRequest | null): void {
  request?.removeAllListeners('socket').removeAllListeners('response');
  request?.on('socket', onSocket).on('response', onResponse);
}

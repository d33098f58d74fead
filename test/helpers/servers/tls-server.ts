/** A loopback HTTPS server with a certificate made for the test. */
import * as https from 'node:https';
import type * as http from 'node:http';
import { type Certificate, loopbackCertificate, testAuthority } from './certificates.js';
import { echo, type Handler, type HttpServer, startHttpServer } from './http-server.js';

export interface TlsServerOptions {
  /** Default: one for the loopback host, signed by the tests' authority. */
  certificate?: Certificate;
  /** Ask clients for a certificate of the tests' authority and refuse those without. */
  requiresClientCertificate?: boolean;
}

/** Starts a server on a free port; its `url` names 127.0.0.1. */
export function startTlsServer(handler: Handler = echo, options: TlsServerOptions = {}): Promise<HttpServer> {
  const { cert, key } = options.certificate ?? loopbackCertificate();
  const requestCert = options.requiresClientCertificate ?? false;
  const server = https.createServer({
    cert,
    key,
    requestCert,
    rejectUnauthorized: requestCert,
    ca: testAuthority().cert,
  });
  // An HTTPS server has everything that is used of an HTTP one.
  return startHttpServer(handler, { server: server as unknown as http.Server, scheme: 'https' });
}

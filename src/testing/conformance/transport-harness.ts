import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { isShopwrightError } from '../../errors/errors.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../ports/transport.ts';
import type { ConformanceRunner } from './runner.ts';

/** A statement about a transport, and its proof. */
export interface TransportCase {
  readonly name: string;
  check(harness: TransportHarness, expect: ConformanceRunner['expect']): Promise<void>;
}

/** The tools of a case. */
interface TransportHarness {
  readonly transport: Transport;
  /** Starts a server of the case's own. */
  serve(respond: Respond): Promise<LoopbackServer>;
  /** Sends a POST with the token to the server, or the given request. */
  send(
    server: LoopbackServer,
    more?: Partial<TransportRequest> & { readonly path?: string },
  ): Promise<TransportResponse>;
  /** Sends a request that should fail, and describes the error. */
  fail(server: LoopbackServer, more?: Partial<TransportRequest>): Promise<Failure>;
  /** Ends the harness's servers. */
  close(): Promise<void>;
}

/** A failed send. */
export interface Failure {
  /** The thrown error; `undefined` if there was none. */
  readonly error: unknown;
  /** For a `NetworkError`, whether the request may have been executed; `undefined` for any other end. */
  readonly mayHaveExecuted: boolean | undefined;
  /** Whether the token or the body can be found anywhere in the error. */
  readonly tells: boolean;
}

/** The token and the body, which no error may contain. */
export const secrets = { token: 'shpat_conformance_00000000', body: '{"email":"customer@example.com"}' } as const;

/** Puts the helpers of the cases around a transport. */
export function createTransportHarness(transport: Transport): TransportHarness {
  const servers: LoopbackServer[] = [];
  const send: TransportHarness['send'] = (server, { path = '/admin/api/2026-10/graphql.json', ...more } = {}) =>
    transport.send({
      method: 'POST',
      url: `${server.origin}${path}`,
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': secrets.token },
      signal: new AbortController().signal,
      ...(more.method !== 'GET' && more.method !== 'DELETE' && { body: secrets.body }),
      ...more,
    });
  return {
    transport,
    send,
    async serve(respond) {
      const server = await startServer(respond);
      servers.push(server);
      return server;
    },
    async fail(server, more) {
      const error = await send(server, more).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      const shown = inspect(error, { depth: 12, showHidden: true });
      return {
        error,
        mayHaveExecuted: isShopwrightError(error, 'NETWORK_ERROR') ? error.mayHaveExecuted : undefined,
        tells: shown.includes(secrets.token) || shown.includes('customer@example.com'),
      };
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** Resolves when the connection of a request is gone. */
export function connectionEnd({ socket }: SeenRequest): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}

/** Gives a client time to return its connections to the pool: it may do so in the turn after the response. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
}

/** A request as the server received it, with its whole body. */
interface SeenRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** For what an HTTP server cannot do: send raw bytes, or reset. */
  readonly socket: Socket;
}

/** Responds to one request, or leaves it open. */
export type Respond = (request: SeenRequest, response: ServerResponse) => unknown;

/** A server on the machine's own address, for one case. */
export interface LoopbackServer {
  /** Such as `http://127.0.0.1:40101`. */
  readonly origin: string;
  readonly requests: readonly SeenRequest[];
  /** Connections made so far. */
  connections(): number;
  /** Resolves when this number of requests has arrived. */
  received(count: number): Promise<void>;
  /** Ends all connections too. */
  close(): Promise<void>;
}

/** Starts a server on any free port. */
export async function startServer(respond: Respond): Promise<LoopbackServer> {
  const requests: SeenRequest[] = [];
  let connections = 0;
  let onRequest: () => void = () => undefined;

  const { createServer } = await import('node:http');
  const server = createServer(async (incoming, response) => {
    const { method, url, headers, socket } = incoming;
    // A client that ends in the middle of its request has sent none.
    const body = await text(incoming).catch(() => undefined);
    if (body === undefined) return;
    const request = { method: String(method), path: String(url), headers, body, socket };
    requests.push(request);
    respond(request, response);
    onRequest();
  });
  server.on('connection', (socket) => {
    connections += 1;
    // In many cases the client disconnects.
    socket.on('error', () => undefined);
  });
  // No connection ends by itself during a case.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    received: (count) =>
      new Promise((resolve) => {
        onRequest = () => {
          if (requests.length >= count) resolve();
        };
        onRequest();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

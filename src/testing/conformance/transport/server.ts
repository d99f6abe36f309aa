import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request as the server got it, body read to the end. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** For what no HTTP server would do: send raw bytes, or reset. */
  readonly socket: Socket;
}

/** Answers one request, or leaves it open. */
export type Respond = (request: SeenRequest, response: ServerResponse) => unknown;

/** A server on the machine's own address, for one case. */
export interface LoopbackServer {
  /** Such as `http://127.0.0.1:40101`. */
  readonly origin: string;
  readonly requests: readonly SeenRequest[];
  /** Connections made so far. */
  connections(): number;
  /** Resolves when that many requests have come. */
  received(count: number): Promise<void>;
  /** Ends all connections too. */
  close(): Promise<void>;
}

/** Starts a server on any free port. */
export async function startServer(respond: Respond): Promise<LoopbackServer> {
  const requests: SeenRequest[] = [];
  let connections = 0;
  let onRequest: () => void = () => undefined;

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
    // A client that goes away is what many cases are about.
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

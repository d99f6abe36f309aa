import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { failureBody } from './answers.ts';
import type { FakeAnswer, FakeCore } from './types.ts';

/** Where a fake listens. */
export interface ListenOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
}

/** A fake that listens. */
export interface FakeServer {
  /** Such as `http://127.0.0.1:4010`: the client's `origin`. */
  readonly origin: string;
  readonly port: number;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** Serves the core over HTTP. Rejects with Node's own error, such as `EADDRINUSE`. */
export async function listen(core: FakeCore, options: ListenOptions = {}): Promise<FakeServer> {
  const server = createServer((request, response) => void respond(core, request, response));
  // Longer than a client keeps an idle connection: a close from this side could hit a request on its way.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(core: FakeCore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await answerTo(core, request);
  if (answer.type === 'answer') response.writeHead(answer.status, answer.headers).end(answer.body);
  else if (answer.type === 'drop') request.socket.resetAndDestroy();
}

async function answerTo(core: FakeCore, request: IncomingMessage): Promise<FakeAnswer> {
  try {
    const host = request.headers.host ?? '';
    const origin = `${'encrypted' in request.socket ? 'https' : 'http'}://${host}`;
    const url = new URL(request.url ?? '/', 'http://fake');
    const bytes = await buffer(request);
    return await core({
      method: request.method ?? 'GET',
      host,
      origin,
      path: url.pathname,
      query: url.searchParams,
      header: (name) => headerText(request.headers[name.toLowerCase()]),
      body: bytes.toString(),
      bytes,
    });
  } catch (error) {
    // Either the caller is gone, and nobody reads this, or the fake itself has failed.
    const headers = { 'content-type': 'application/json' };
    return { type: 'answer', status: 500, headers, body: JSON.stringify(failureBody(error)) };
  }
}

function headerText(value: string | readonly string[] | undefined): string | null {
  return value === undefined ? null : String(value);
}

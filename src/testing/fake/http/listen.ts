import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { assertValid } from '../../../errors/base.ts';
import { unknownNames } from '../../../internal/names.ts';
import type { FakeCore, FakeResponse, PiecewiseResponse } from './api.ts';
import { failureBody, jsonResponse } from './responses.ts';

/** Where a fake listens. */
export interface ListenOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /**
   * Serves HTTPS: `true` uses the package's certificate for `localhost` and its addresses; or give your own as PEM.
   * Default: plain HTTP.
   */
  readonly tls?: boolean | { readonly key: string; readonly cert: string };
}

/** A fake that listens on a port. */
export interface FakeServer {
  /** Such as `http://127.0.0.1:4010`. Pass it to a client as `origin`. */
  readonly origin: string;
  readonly port: number;
  /** With HTTPS, the certificate that a client must trust (PEM). Pass it as `ca`. */
  readonly ca?: string;
  /** Also ends open connections. */
  close(): Promise<void>;
  /** Closes the server at the end of a block: `await using server = await fake.listen()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves the core over HTTP or HTTPS. Rejects with a ConfigError for an unknown option, and with Node's own error, such as `EADDRINUSE`. */
export async function listen(core: FakeCore, options: ListenOptions = {}): Promise<FakeServer> {
  assertValid(unknownNames(options, { port: true, host: true, tls: true } satisfies Record<keyof ListenOptions, true>));
  const { port = 0, host = '127.0.0.1' } = options;
  const tls = options.tls === true ? { key: fakeCertificateKey, cert: fakeCertificate } : options.tls || undefined;
  const onRequest: RequestListener = (request, response) => void respond(core, request, response);
  // Loaded here: most fakes are called in their own process, and never listen.
  const server = tls
    ? (await import('node:https')).createServer(tls, onRequest)
    : (await import('node:http')).createServer(onRequest);
  // Longer than a client keeps an idle connection: a close from this side could hit a request on its way.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: taken, family } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    port: taken,
    origin: `${tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    ...(tls && { ca: tls.cert }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function respond(core: FakeCore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await responseTo(core, request);
  if (answer.type === 'answer') response.writeHead(answer.status, answer.headers).end(answer.body);
  else if (answer.type === 'pieces') await send(answer, response);
  else if (answer.type === 'drop') drop(request);
}

/** Writes piece by piece, until the caller is gone; ends the connection where the pieces break off. */
async function send({ status, headers, pieces }: PiecewiseResponse, response: ServerResponse): Promise<void> {
  response.writeHead(status, headers);
  try {
    for await (const piece of pieces) {
      if (response.destroyed) return;
      response.write(piece);
    }
    response.end();
  } catch {
    // What was written must reach the caller before the end does.
    response.socket?.end();
  }
}

/** Ends the connection without a response. The socket of TLS knows no reset; its end is as sudden for the caller. */
function drop({ socket }: IncomingMessage): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

async function responseTo(core: FakeCore, request: IncomingMessage): Promise<FakeResponse> {
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
    return jsonResponse(500, failureBody(error));
  }
}

function headerText(value: string | readonly string[] | undefined): string | null {
  return value === undefined ? null : String(value);
}

/**
 * The self-signed certificate with which a fake listens on HTTPS: for `localhost`, `127.0.0.1` and `::1`, valid until
 * 2120. Its private key is public, so it protects nothing; it is not an authority and cannot sign certificates for
 * other names. Make a client trust it with `ca: fakeCertificate` or `NODE_EXTRA_CA_CERTS`.
 */
export const fakeCertificate = `-----BEGIN CERTIFICATE-----
MIIBnjCCAUOgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAWiZXj94GPgX8ge
acL1RsyC88ssk5ocV8mfAXKF9/VK5Np85a449LWAOys2/FvURa8aSZ+ffEhT0LGq
d5Ngng+jgYMwgYAwLAYDVR0RBCUwI4IJbG9jYWxob3N0hwR/AAABhxAAAAAAAAAA
AAAAAAAAAAABMAwGA1UdEwEB/wQCMAAwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQM
MAoGCCsGAQUFBwMBMB0GA1UdDgQWBBSpdhOkDa36/074LUu6LA46FfKjJDAKBggq
hkjOPQQDAgNJADBGAiEA4wExrvukA0qC/R2AGuqz3G82HIuCqmygJHHjGvz8UJEC
IQD5GquKSYGBgCpbagoAdiKmK1+Uy2dOyaoF1VvyD8U92w==
-----END CERTIFICATE-----
`;

/** The private key of `fakeCertificate`. It protects nothing. */
export const fakeCertificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg12+oyR2ZG2STo3k6
C4Iee507ody3o9/jMfKCXZaeNiShRANCAAQFomV4/eBj4F/IHmnC9UbMgvPLLJOa
HFfJnwFyhff1SuTafOWuOPS1gDsrNvxb1EWvGkmfn3xIU9CxqneTYJ4P
-----END PRIVATE KEY-----
`;

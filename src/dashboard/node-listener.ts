import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dashboard } from './dashboard.ts';

/** A request of node:http, Express or Connect; earlier middleware may have set these. */
interface NodeRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly protocol?: string;
  readonly body?: unknown;
}

/**
 * Converts the dashboard to a listener for Express, Connect and `createServer` of node:http. Closing a page ends its
 * stream.
 *
 * @example
 * app.use('/ops/shopify', dashboardListener(dashboard));
 */
export function dashboardListener(
  dashboard: Dashboard,
): (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void {
  return (request, response, next) => {
    answer(dashboard, request, response).catch((error: unknown) => {
      if (next && !response.headersSent) return next(error);
      if (!response.headersSent) response.statusCode = 500;
      return void response.end();
    });
  };
}

async function answer(dashboard: Dashboard, request: NodeRequest, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const result = await dashboard(requestOf(request, gone.signal));
  response.statusCode = result.status;
  for (const [name, value] of result.headers) {
    if (name === 'set-cookie') response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  const reader = result.body?.getReader();
  if (!reader) return void response.end();
  gone.signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined));
  response.flushHeaders();
  for (let part = await reader.read(); !part.done && !gone.signal.aborted; part = await reader.read()) {
    if (response.write(part.value)) continue;
    await new Promise<void>((resolve) => {
      response.once('drain', resolve);
      gone.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  response.end();
}

function requestOf(request: NodeRequest, signal: AbortSignal): Request {
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true;
  const protocol = request.protocol ?? (isEncrypted ? 'https' : 'http');
  // Concatenated, because a path that begins with two slashes would otherwise name another host.
  const url = `${protocol}://${request.headers.host ?? 'localhost'}${request.originalUrl ?? request.url ?? '/'}`;
  const headers = new Headers();
  // HTTP/2 pseudo-headers begin with a colon.
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !name.startsWith(':'))
      headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const method = request.method ?? 'GET';
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal });
  // Earlier middleware may already have parsed the body.
  const body = request.readableDidRead ? JSON.stringify(request.body) : request;
  return new Request(url, { method, headers, signal, body: body as BodyInit, duplex: 'half' } as RequestInit);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { whenAborted } from '../../internal/abort.ts';
import { shortTimers, systemClock } from '../../internal/clock.ts';
import type { BodyRead, WebhookDelivery, WebhookResponse } from '../events.ts';
import { concatBytes } from '../request-body.ts';

/** A request of node:http, Express or Connect; earlier middleware may have set `body` and `rawBody`. */
export interface NodeRequest extends IncomingMessage {
  body?: unknown;
  rawBody?: unknown;
}

const timers = /* @__PURE__ */ shortTimers(systemClock);

function collect(request: IncomingMessage, maxBytes: number, late: AbortSignal): Promise<BodyRead> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let byteLength = 0;
    const settle = (read: BodyRead): void => {
      request.off('data', onData).off('end', onEnd).off('close', onBroken);
      unfollow();
      resolve(read);
    };
    const onData = (chunk: Uint8Array | string): void => {
      const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
      byteLength += bytes.byteLength;
      if (byteLength <= maxBytes) {
        chunks.push(bytes);
        return;
      }
      settle({ ok: false, reason: 'body-too-large' });
      // Discards the rest: a sender that is cut off while sending never sees the response.
      request.resume();
    };
    const onEnd = (): void => settle({ ok: true, rawBody: concatBytes(chunks, byteLength) });
    const onLate = (): void => settle({ ok: false, reason: 'body-timeout' });
    const onBroken = (): void => settle({ ok: false, reason: 'body-unreadable' });
    // The error listener stays: a connection may break after the response, which must not end the process.
    request.on('data', onData).on('end', onEnd).on('close', onBroken).on('error', onBroken);
    // Most bodies come with the head, and need no listener.
    let unfollow = timers.setTimer(() => {
      if (late.aborted) onLate();
      else unfollow = whenAborted(late, onLate);
    }, 0);
    request.resume();
  });
}

/** Closes the connection of a request whose body is late: a server may have no limit of its own. */
export function leaveNodeBody(request: IncomingMessage, late: AbortSignal, ended: () => void): void {
  if (request.closed) {
    ended();
    return;
  }
  // Once the response is sent, node:http reads what is left of the body and closes the request.
  request.once('close', ended);
  const drop = (): void => {
    if (!request.complete) request.destroy();
  };
  // The response closes an HTTP/1 connection. An HTTP/2 connection stays open, except for this stream.
  if (late.aborted) (request as { readonly stream?: Writable }).stream?.once('finish', drop);
  else late.addEventListener('abort', drop, { once: true });
}

/**
 * Reads the raw body of a Node request: the bytes kept by earlier middleware, or else the stream. If a parser has
 * consumed the stream, its result is returned unchanged, with `fix`, so that the refusal can name the mistake.
 */
export async function readNodeBody(
  request: NodeRequest,
  { maxBytes, late, fix }: { readonly maxBytes: number; readonly late: AbortSignal; readonly fix: string },
): Promise<BodyRead> {
  const { rawBody, body } = request;
  if (typeof rawBody === 'string' || ArrayBuffer.isView(rawBody)) return { ok: true, rawBody };
  if (ArrayBuffer.isView(body)) return { ok: true, rawBody: body };
  if (request.readableDidRead) return { ok: true, rawBody: body, fix };
  // A stream that is already closed would emit nothing more.
  if (request.destroyed) return { ok: false, reason: 'body-unreadable' };
  return collect(request, maxBytes, late);
}

/**
 * Converts a node:http request to a delivery.
 *
 * @param fix What to do in this framework if a parser has already read the body.
 * @param topic The topic of the URL, if it is for one.
 */
export function fromNodeRequest(request: NodeRequest, fix: string, topic?: string): WebhookDelivery {
  return {
    method: request.method ?? '',
    headers: headersOf(request),
    ...(topic !== undefined && { topic }),
    readBody: (maxBytes, late) => readNodeBody(request, { maxBytes, late, fix }),
    leaveBody: (late, ended) => leaveNodeBody(request, late, ended),
  };
}

/** Sends a response by node:http. */
export function sendResponse(response: ServerResponse, { status, headers, body }: WebhookResponse): void {
  // Something else has already responded, such as a middleware that ends slow requests.
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

/** Paths that are shorter or more common than the topic's name. */
const shortPaths: Readonly<Record<string, string>> = {
  'product/create': 'products/create',
  'product/update': 'products/update',
  'product/delete': 'products/delete',
  'inventory/update': 'inventory_levels/update',
};

/**
 * Returns the topic of a path below the webhooks' own: `product/update`, or any topic's wire name. `undefined` for the
 * bare path, which accepts every topic; `null` for an unknown path.
 */
export function topicOfPath(path: string): string | undefined | null {
  // Split rather than trimmed by a pattern, which would be slow for a path of only slashes.
  const name = path.split('/').filter(Boolean).join('/');
  if (name === '') return undefined;
  if (Object.hasOwn(shortPaths, name)) return shortPaths[name];
  return /^[a-z_]+[/.][a-z_]+$/.test(name) ? name : null;
}

/** Returns the headers of a node:http request in fetch's form, with all values of repeated headers. */
export function headersOf({ headers }: Pick<IncomingMessage, 'headers'>): { get(name: string): string | null } {
  return {
    get: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
  };
}

/** Sends a fetch response by node:http. Cookies set by the host are kept. */
export async function sendWebResponse(response: ServerResponse, result: Response): Promise<void> {
  const body = await result.text();
  if (response.headersSent) return;
  response.statusCode = result.status;
  for (const [name, value] of result.headers) {
    if (name === 'set-cookie') response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  response.end(body);
}

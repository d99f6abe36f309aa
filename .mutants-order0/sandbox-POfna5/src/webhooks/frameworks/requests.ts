// @ts-nocheck
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { whenAborted } from '../../internal/abort.ts';
import type { BodyRead, WebhookDelivery, WebhookResponse } from '../events.ts';
import { concatBytes } from '../request-body.ts';

/** A request of node:http, Express or Connect; `body` and `rawBody` are what earlier middleware may have left. */
export interface NodeRequest extends IncomingMessage {
  body?: unknown;
  rawBody?: unknown;
}

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
      // Discards the rest: a sender that is cut off while it sends never sees the response.
      request.resume();
    };
    const onEnd = (): void => settle({ ok: true, rawBody: concatBytes(chunks, byteLength) });
    const onLate = (): void => settle({ ok: false, reason: 'body-timeout' });
    const onBroken = (): void => settle({ ok: false, reason: 'body-unreadable' });
    // The listener for errors stays: a connection may break after the response, and that must not end the process.
    request.on('data', onData).on('end', onEnd).on('close', onBroken).on('error', onBroken);
    const unfollow = whenAborted(late, onLate);
    request.resume();
  });
}

/** Ends the connection of a request whose body has not ended once it is late: a server may have no limit of its own. */
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
  // Its response closes the connection of HTTP/1. That of HTTP/2 goes on, but for this stream.
  if (late.aborted) (request as { readonly stream?: Writable }).stream?.once('finish', drop);
  else late.addEventListener('abort', drop, { once: true });
}

/**
 * Gets the raw body of a Node request: the bytes that earlier middleware kept, else the stream's. What a
 * parser has made of a stream that it has read is handed on as it is, with `fix`, for the refusal to name the
 * mistake.
 */
export async function readNodeBody(
  request: NodeRequest,
  { maxBytes, late, fix }: { readonly maxBytes: number; readonly late: AbortSignal; readonly fix: string },
): Promise<BodyRead> {
  const { rawBody, body } = request;
  if (typeof rawBody === 'string' || ArrayBuffer.isView(rawBody)) return { ok: true, rawBody };
  if (ArrayBuffer.isView(body)) return { ok: true, rawBody: body };
  if (request.readableDidRead) return { ok: true, rawBody: body, fix };
  // A stream that is closed already would never say so again.
  if (request.destroyed) return { ok: false, reason: 'body-unreadable' };
  return collect(request, maxBytes, late);
}

/**
 * A request of node:http as a delivery.
 *
 * @param fix What to do in this framework where a parser has read the body before.
 * @param topic The topic that the URL stands for, where it stands for one.
 */
export function fromNodeRequest(request: NodeRequest, fix: string, topic?: string): WebhookDelivery {
  return {
    method: request.method ?? '',
    headers: request.headers,
    ...(topic !== undefined && { topic }),
    readBody: (maxBytes, late) => readNodeBody(request, { maxBytes, late, fix }),
    leaveBody: (late, ended) => leaveNodeBody(request, late, ended),
  };
}

/** Sends a response by node:http. */
export function sendResponse(response: ServerResponse, { status, headers, body }: WebhookResponse): void {
  // Somebody else was faster, such as a middleware that ends slow requests.
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

/** Paths that are shorter than the topic's name, or more usual. */
const shortPaths: Readonly<Record<string, string>> = {
  'product/create': 'products/create',
  'product/update': 'products/update',
  'product/delete': 'products/delete',
  'inventory/update': 'inventory_levels/update',
};

/**
 * The topic that a path below the webhooks' own stands for: `product/update`, or any topic's wire name.
 * `undefined` for the bare path, which takes every topic; `null` for one that stands for none.
 */
export function topicOfPath(path: string): string | undefined | null {
  // Split and not trimmed by a pattern: a path of nothing but slashes would make a pattern slow.
  const name = path.split('/').filter(Boolean).join('/');
  if (name === '') return undefined;
  if (Object.hasOwn(shortPaths, name)) return shortPaths[name];
  return /^[a-z_]+[/.][a-z_]+$/.test(name) ? name : null;
}

/** The headers of a node:http request, as fetch has them. Of a header that came several times, all values. */
export function headersOf({ headers }: Pick<IncomingMessage, 'headers'>): { get(name: string): string | null } {
  return {
    get: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
  };
}

/** Sends a response of fetch by node:http. Cookies that the host has set stay. */
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

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyRead, WebhookDelivery, WebhookResponse } from '../events.ts';
import { concatBytes } from '../request-body.ts';

/** A request of node:http, Express or Connect; `body` and `rawBody` are what earlier middleware may have left. */
export interface NodeRequest extends IncomingMessage {
  body?: unknown;
  rawBody?: unknown;
}

function collect(request: IncomingMessage, maxBytes: number): Promise<BodyRead> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let byteLength = 0;
    const settle = (read: BodyRead): void => {
      request.off('data', onData).off('end', onEnd).off('close', onBroken);
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
    const onBroken = (): void => settle({ ok: false, reason: 'body-unreadable' });
    // The listener for errors stays: a connection may break after the response, and that must not end the process.
    request.on('data', onData).on('end', onEnd).on('close', onBroken).on('error', onBroken);
    request.resume();
  });
}

/**
 * Gets the raw body of a Node request: the bytes that earlier middleware kept, else the stream's. What a
 * parser has made of a stream that it has read is handed on as it is, with `fix`, for the refusal to name the
 * mistake.
 */
export async function readNodeBody(request: NodeRequest, maxBytes: number, fix: string): Promise<BodyRead> {
  const { rawBody, body } = request;
  if (typeof rawBody === 'string' || ArrayBuffer.isView(rawBody)) return { ok: true, rawBody };
  if (ArrayBuffer.isView(body)) return { ok: true, rawBody: body };
  if (request.readableDidRead) return { ok: true, rawBody: body, fix };
  // A stream that is closed already would never say so again.
  if (request.destroyed) return { ok: false, reason: 'body-unreadable' };
  return collect(request, maxBytes);
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
    readBody: (maxBytes) => readNodeBody(request, maxBytes, fix),
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

import type { ServerResponse } from 'node:http';
import type { WebhookAnswer, WebhookDelivery } from '../events.ts';
import { type NodeRequest, readNodeBody } from './requests.ts';

/**
 * A request of node:http as a delivery.
 *
 * @param mend What to do in this framework where a parser has read the body before.
 * @param topic The topic that the URL stands for, where it stands for one.
 */
export function fromNodeRequest(request: NodeRequest, mend: string, topic?: string): WebhookDelivery {
  return {
    method: request.method ?? '',
    headers: request.headers,
    ...(topic !== undefined && { topic }),
    readBody: (maxBytes) => readNodeBody(request, maxBytes, mend),
  };
}

/** Sends an answer by node:http. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: WebhookAnswer): void {
  // Somebody else was faster, such as a middleware that ends slow requests.
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

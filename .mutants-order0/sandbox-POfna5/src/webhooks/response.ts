// @ts-nocheck
import type { WebhookFailure, WebhookResponse } from './events.ts';
import type { WebhookRefusal } from './verify.ts';

/** A delivery that ends here, with the status of its response. */
export interface Refusal {
  readonly ok: false;
  readonly status: number;
  readonly reason: WebhookFailure;
  readonly message: string;
}

/** Shopify wants 401 for a signature that is wrong or missing. A fault on this side is a 5xx; Shopify tries again either way. */
const statuses: Readonly<Partial<Record<WebhookRefusal, number>>> = {
  'hmac-missing': 401,
  'hmac-malformed': 401,
  'hmac-mismatch': 401,
  'secret-missing': 500,
  'secret-has-whitespace': 500,
  'crypto-missing': 500,
};

/** The status for a delivery that `verifyWebhook` refused. */
export function statusOf(reason: WebhookRefusal): number {
  return statuses[reason] ?? 400;
}

/** All is well; Shopify looks at the status only. */
export const accepted: WebhookResponse = { status: 200, headers: {}, body: '' };

/** The response to a delivery that was refused or has failed. */
export function failureResponse({ status, reason, message }: Omit<Refusal, 'ok'>): WebhookResponse {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(status === 405 && { allow: 'POST' }),
      // Who sends so slowly may never end.
      ...(status === 408 && { connection: 'close' }),
      ...(status === 503 && { 'retry-after': '5' }),
    },
    body: JSON.stringify({ error: reason, message }),
  };
}

/** The response in the form of fetch. */
export function toResponse({ status, headers, body }: WebhookResponse): Response {
  return new Response(body === '' ? null : body, { status, headers });
}

import { signWebhook, type WebhookToSign } from './sign-webhook.ts';

/** Where a webhook goes. */
export interface WebhookDelivery {
  readonly url: string | URL;
  /** Default: the global `fetch`, as it is at the time of the call. */
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}

/** What the receiver answered. Shopify takes any 2xx as received, and everything else as a failure. */
export interface WebhookReceipt {
  readonly status: number;
}

/**
 * Signs a webhook and posts it, once. A redirect is not followed, as Shopify follows none. Rejects as
 * `fetch` does where nobody answers.
 */
export async function deliverWebhook(webhook: WebhookToSign & WebhookDelivery): Promise<WebhookReceipt> {
  const { body, headers } = signWebhook(webhook);
  const send = webhook.fetch ?? globalThis.fetch;
  const response = await send(webhook.url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    ...(webhook.signal && { signal: webhook.signal }),
  });
  // The body is read to its end so that the connection is free again.
  await response.arrayBuffer();
  return { status: response.status };
}

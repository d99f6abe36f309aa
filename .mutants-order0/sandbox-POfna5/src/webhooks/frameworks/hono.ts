// @ts-nocheck
import type { Context, MiddlewareHandler } from 'hono';
import type { BodyRead, ReceiveWebhookOptions, WebhookDelivery, WebhookEvent, WebhookHandler } from '../events.ts';
import { createVerifier } from '../receive.ts';
import { readRequestBody } from '../request-body.ts';
import { failureResponse, toResponse } from '../response.ts';
import { verifyHere } from '../verify.ts';

/** What `verifyShopifyWebhook` sets: `context.get('shopifyWebhook')` is the verified delivery. */
export interface ShopifyWebhookVariables {
  shopifyWebhook: WebhookEvent;
}

const fix =
  ' In Hono mount the webhook route before what reads the body, or let that read through Hono, which keeps the bytes:\n' +
  "  app.post('/webhooks/shopify', shopifyWebhooks(handler)); // first\n" +
  '  await c.req.text(); // and not c.req.raw.text()';

/** Hono keeps what was read through `c.req`; anything read past it is gone. */
async function readBody(context: Context, maxBytes: number, late: AbortSignal): Promise<BodyRead> {
  const { req } = context;
  if (!req.raw.bodyUsed) return readRequestBody(req.raw, maxBytes, late);
  try {
    return { ok: true, rawBody: await req.arrayBuffer(), fix };
  } catch {
    return { ok: true, rawBody: undefined, fix };
  }
}

function fromContext(context: Context): WebhookDelivery {
  return {
    method: context.req.method,
    headers: context.req.raw.headers,
    readBody: (maxBytes, late) => readBody(context, maxBytes, late),
  };
}

/**
 * A Hono handler around a handler from `createWebhookHandler`, for every runtime of Hono.
 *
 * @example
 * ```ts
 * app.post('/webhooks/shopify', shopifyWebhooks(handler));
 * ```
 */
export function shopifyWebhooks(handler: WebhookHandler): (context: Context) => Promise<Response> {
  return async (context) => toResponse(await handler.process(fromContext(context)));
}

/**
 * Hono middleware that only verifies: a genuine delivery goes on with `c.get('shopifyWebhook')` (the event), and its
 * body can be read from `c.req` again; any other is answered here.
 *
 * @throws ConfigError when `maxBodyBytes` is not a positive integer.
 *
 * @example
 * ```ts
 * app.post('/webhooks/shopify', verifyShopifyWebhook({ secrets }), (c) => c.json({ shop: c.get('shopifyWebhook').shop }));
 * ```
 */
export function verifyShopifyWebhook(
  options: ReceiveWebhookOptions,
): MiddlewareHandler<{ Variables: ShopifyWebhookVariables }> {
  const receive = createVerifier(options, verifyHere);
  return async (context, next) => {
    const received = await receive(fromContext(context));
    if (!received.ok) return toResponse(failureResponse(received));
    const { event } = received;
    context.set('shopifyWebhook', event);
    const { url, method, headers, signal } = context.req.raw;
    context.req.raw = new Request(url, { method, headers, signal, body: new Uint8Array(event.rawBody) });
    await next();
    return undefined;
  };
}

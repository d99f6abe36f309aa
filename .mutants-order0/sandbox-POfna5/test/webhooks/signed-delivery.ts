// @ts-nocheck
import { createHmac } from 'node:crypto';

export const secret = 'shpss_0123456789abcdef0123456789abcdef';
export const oldSecret = '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';

export const productBody = JSON.stringify({
  id: 42,
  admin_graphql_api_id: 'gid://shopify/Product/42',
  title: 'Thé vert 緑茶',
});

export function hmacOf(body: string | Uint8Array, key = secret): string {
  return createHmac('sha256', key).update(body).digest('base64');
}

/** The headers of a classic delivery, as node:http shows them. */
export function classicHeadersOf(body: string | Uint8Array, key = secret): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-shopify-topic': 'products/update',
    'x-shopify-hmac-sha256': hmacOf(body, key),
    'x-shopify-shop-domain': 'acme.myshopify.com',
    'x-shopify-api-version': '2026-10',
    'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
    'x-shopify-triggered-at': '2026-11-02T12:00:00.123456789Z',
    'x-shopify-name': 'catalogue',
  };
}

/** The headers of a next-generation delivery: no `x-`, and an action. */
export function nextHeadersOf(body: string | Uint8Array, key = secret): Record<string, string> {
  return {
    'shopify-topic': 'Product',
    'shopify-action': 'update',
    'shopify-handle': 'catalogue',
    'shopify-hmac-sha256': hmacOf(body, key),
    'shopify-shop-domain': 'acme.myshopify.com',
    'shopify-api-version': '2026-10',
    'shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    'shopify-triggered-at': '2026-11-02T12:00:00Z',
  };
}

export function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

/** A signed delivery as a `Request`. */
export function signedRequest(
  body: string | Uint8Array<ArrayBuffer> = productBody,
  headers = classicHeadersOf(body),
): Request {
  return new Request('http://localhost/webhooks/shopify', { method: 'POST', headers, body });
}

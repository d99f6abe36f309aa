import { createHmac, timingSafeEqual } from 'node:crypto';
import { verifyWebhook } from 'shopwright/webhooks';
import { type Contender, raceContenders } from '../contenders.ts';

const secret = 'shpss_0123456789abcdef0123456789abcdef';
// One kilobyte, as the bytes that a server receives.
const rawBody = Buffer.from(JSON.stringify({ id: 42, body_html: 'x'.repeat(999) }));
const hmac = createHmac('sha256', secret).update(rawBody).digest('base64');

/** Headers as node:http has them for a delivery through a proxy. */
const headers: Readonly<Record<string, string>> = {
  host: 'app.example',
  'user-agent': 'Shopify-Captain-Hook',
  'content-type': 'application/json',
  'content-length': String(rawBody.byteLength),
  accept: '*/*',
  'accept-encoding': 'gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-shopify-topic': 'products/update',
  'x-shopify-hmac-sha256': hmac,
  'x-shopify-shop-domain': 'demo.myshopify.com',
  'x-shopify-api-version': '2026-10',
  'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
  'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
  'x-shopify-triggered-at': '2026-11-02T12:00:00.123456789Z',
};
const headersObject = new Headers(headers);

/** The measured parts of `@shopify/shopify-api`. */
interface ShopifyApiModule {
  shopifyApi(options: object): {
    readonly webhooks: { validate(delivery: object): Promise<{ readonly valid: boolean }> };
  };
}

// Imported by variable names: the root's type check runs without the dependencies of `bench/`.
const peer: string = '@shopify/shopify-api';
const adapter: string = '@shopify/shopify-api/adapters/node';
await import(adapter);
const { shopifyApi }: ShopifyApiModule = await import(peer);

const official = shopifyApi({
  apiKey: 'key',
  apiSecretKey: secret,
  hostName: 'app.example',
  apiVersion: '2026-07',
  isEmbeddedApp: false,
  logger: { level: 0 },
});
const rawRequest = { method: 'POST', url: '/webhooks/shopify', headers };

const contenders: readonly Contender[] = [
  {
    name: 'bare createHmac + timingSafeEqual',
    calls: 500,
    verify: () =>
      timingSafeEqual(
        createHmac('sha256', secret).update(rawBody).digest(),
        Buffer.from(headers['x-shopify-hmac-sha256'] ?? '', 'base64'),
      ),
  },
  {
    name: "verifyWebhook, node:http's headers",
    calls: 500,
    verify: () => verifyWebhook({ rawBody, headers, secrets: secret }).ok,
  },
  {
    name: 'verifyWebhook, a Headers object',
    calls: 500,
    verify: () => verifyWebhook({ rawBody, headers: headersObject, secrets: secret }).ok,
  },
  {
    name: '@shopify/shopify-api webhooks.validate',
    calls: 10,
    verify: async () =>
      (await official.webhooks.validate({ rawBody: rawBody.toString(), rawRequest, rawResponse: {} })).valid,
  },
];

/** Measures verification of a body of one kilobyte. */
export async function measureVerification(): Promise<void> {
  await raceContenders(`Verification of ${rawBody.byteLength} bytes`, contenders);
}

import { createShopifyClient, type ShopifyClientOptions } from 'shopwright';
import { clientOptionsFrom, loadConfig } from 'shopwright/config';
import { expect, expectTypeOf, test } from 'vitest';

const environment = {
  SHOPIFY_STORE_URL: 'acme',
  SHOPIFY_ACCESS_TOKEN: 'shpat_0123456789abcdef0123456789abcdef',
  SHOPIFY_API_VERSION: '2026-07',
  SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND: '4',
  SHOPIFY_CIRCUIT_BREAKER_THRESHOLD: '8',
};

test('creates a client from the environment', async () => {
  const sent: Request[] = [];
  const shop = createShopifyClient({
    ...clientOptionsFrom(loadConfig(environment)),
    isolated: true,
    fetch: async (input, init) => {
      sent.push(new Request(input, init));
      return Response.json({ data: { shop: { name: 'Acme' } } });
    },
  });
  expect((await shop.graphql('{ shop { name } }')).data).toEqual({ shop: { name: 'Acme' } });
  expect(sent[0]?.url).toBe('https://acme.myshopify.com/admin/api/2026-07/graphql.json');
  expect(sent[0]?.headers.get('x-shopify-access-token')).toBe(environment.SHOPIFY_ACCESS_TOKEN);
});

test('contains every setting that a client accepts', () => {
  const options = clientOptionsFrom(loadConfig(environment));
  expectTypeOf(options).toExtend<ShopifyClientOptions>();
  expect(options).toEqual({
    shop: 'acme.myshopify.com',
    accessToken: environment.SHOPIFY_ACCESS_TOKEN,
    apiVersion: '2026-07',
    rest: { requestsPerSecond: 4 },
    breaker: { failures: 8 },
  });
});

test('accepts a token source instead of the token, and requires one of them', () => {
  const config = loadConfig({ SHOPIFY_STORE_URL: 'acme' });
  const auth = { get: async () => 'token', invalidate: async () => false };
  expect(clientOptionsFrom(config, auth)).toMatchObject({ shop: 'acme.myshopify.com', auth });
  expect(() => clientOptionsFrom(config)).toThrow('SHOPIFY_ACCESS_TOKEN: is missing');
});

test('refuses an unknown override', () => {
  const overrides = { apiVerison: '2026-10' } as object;
  expect(() => loadConfig(environment, overrides)).toThrow('apiVerison: is not an option. Did you mean apiVersion?');
});

import { createClock } from '../clock.mjs';

export const group = 'config';

const token = 'shpat_0123456789abcdef0123456789abcdef';
const secret = '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';
const base = { SHOPIFY_STORE_URL: 'acme', SHOPIFY_ACCESS_TOKEN: token };

const environments = [
  {},
  {
    SHOPIFY_STORE_URL: 'https://Acme.myshopify.com/',
    SHOPIFY_API_VERSION: '2026-07',
    SHOPIFY_API_KEY: '0123456789abcdef0123456789abcdef',
    SHOPIFY_API_SECRET: secret,
    SHOPIFY_WEBHOOK_SECRET: 'a-webhook-secret',
    SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND: '3.5',
    SHOPIFY_SYNC_QUEUE: 'products.eu-1_b',
    SHOPIFY_ENABLE_WEBHOOKS: 'false',
    SHOPIFY_CIRCUIT_BREAKER_THRESHOLD: '8',
    SHOPIFY_MAX_BULK_SYNC_SIZE: '500',
  },
  { SHOPIFY_STORE_URL: undefined, SHOPIFY_ACCESS_TOKEN: undefined },
  { SHOPIFY_STORE_URL: 'acme.com' },
  { SHOPIFY_STORE_URL: 'https://admin.shopify.com/store/acme' },
  { SHOPIFY_STORE_URL: ' ' },
  { SHOPIFY_API_VERSION: 'latest' },
  { SHOPIFY_API_VERSION: '2024-07' },
  { SHOPIFY_API_VERSION: '2026-03' },
  { SHOPIFY_API_VERSION: 'unstable' },
  { SHOPIFY_API_VERSION: '2030-01' },
  { SHOPIFY_ACCESS_TOKEN: '' },
  { SHOPIFY_ACCESS_TOKEN: '', SHOPIFY_API_KEY: 'key' },
  { SHOPIFY_ACCESS_TOKEN: '', SHOPIFY_API_KEY: 'key', SHOPIFY_API_SECRET: secret },
  { SHOPIFY_ACCESS_TOKEN: 'shpat_012 345' },
  { SHOPIFY_ACCESS_TOKEN: `${token}\n` },
  { SHOPIFY_ACCESS_TOKEN: 'shprt_0123' },
  { SHOPIFY_ACCESS_TOKEN: `'${token}'` },
  { SHOPIFY_API_SECRET: 'shpca_0123' },
  { SHOPIFY_WEBHOOK_SECRET: 'atkn_0123' },
  { SHOPIFY_API_KEY: secret },
  { SHOPIFY_ENABLE_WEBHOOKS: 'maybe' },
  { SHOPIFY_ENABLE_WEBHOOKS: '0' },
  { SHOPIFY_ENABLE_WEBHOOKS: 'YES' },
  { SHOPIFY_CIRCUIT_BREAKER_THRESHOLD: '0' },
  { SHOPIFY_CIRCUIT_BREAKER_THRESHOLD: '1.5' },
  { SHOPIFY_MAX_BULK_SYNC_SIZE: '1e3' },
  { SHOPIFY_MAX_BULK_SYNC_SIZE: '-1' },
  { SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND: '0' },
  { SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND: '41' },
  { SHOPIFY_SYNC_QUEUE: 'a b' },
  { SHOPIFY_SYNC_QUEUE: 'x:y' },
  { SHOPIFY_UNKNOWN: '1' },
  { SHOPIFY_STORE_URL: 'x y', SHOPIFY_API_VERSION: 'x', SHOPIFY_ENABLE_WEBHOOKS: 'x' },
];

export function define({ add, api }) {
  const clock = createClock({ now: Date.parse('2026-11-15T00:00:00Z') });
  const secrets = ({ accessToken, apiSecret, webhookSecrets }) => ({ accessToken, apiSecret, webhookSecrets });
  for (const [at, environment] of environments.entries()) {
    add(`environment ${at}, ${JSON.stringify(environment).slice(0, 100)}`, async ({ tried }) => {
      const { value, thrown } = await tried(() => api.get('loadConfig')({ ...base, ...environment }, {}, clock));
      return {
        thrown,
        config: value && { ...value },
        secrets: value && secrets(value),
        json: value && JSON.parse(JSON.stringify(value)),
      };
    });
  }
  for (const overrides of [
    { shop: 'other' },
    { requestsPerSecond: 40 },
    { requestsPerSecond: 'x' },
    { webhooksEnabled: false },
    { circuitBreakerThreshold: 2 },
    { odd: 1 },
    { accessToken: 'x y' },
    { shop: 7 },
  ]) {
    add(`overrides ${JSON.stringify(overrides)}`, async ({ tried }) => {
      const { value, thrown } = await tried(() => api.get('loadConfig')(base, overrides, clock));
      return { thrown, config: value && { ...value }, secrets: value && secrets(value) };
    });
  }
  for (const text of [
    'acme',
    'ACME',
    'acme.myshopify.com',
    'https://acme.myshopify.com',
    'https://acme.myshopify.com/admin',
    'admin.shopify.com/store/acme',
    'acme.com',
    '',
    ' acme ',
    'a_b',
    '-acme',
    'acme.myshopify.com.evil.example',
    'xn--',
    'acme.myshopify.io',
    7,
    null,
    'http://acme.myshopify.com:8080',
  ]) {
    add(`the shop ${JSON.stringify(text)}`, async ({ tried }) => tried(() => api.get('parseShopDomain')(text)));
  }
  for (const text of [
    undefined,
    '2026-10',
    '2026-07',
    '2026-04',
    '2026-01',
    '2025-10',
    '2024-01',
    '2027-01',
    'unstable',
    'latest',
    '',
    '2026-1',
    7,
  ]) {
    add(`the version ${JSON.stringify(text)}`, async ({ tried }) => ({
      resolved: await tried(() => {
        const { warning, ...rest } = api.get('resolveApiVersion')(text, clock.now());
        return { warned: warning !== undefined, ...rest };
      }),
      generated: api.get('generatedApiVersion'),
    }));
  }
  add('the configuration for graphql-codegen', async ({ tried }) => {
    const { value, thrown } = await tried(() =>
      api.get('shopifyCodegen')({ documents: './src/*.graphql', output: './out/' }),
    );
    return { thrown, ...value, schema: value?.schema.split(/[/\\]/).at(-1) };
  });
}

/** Each setting by its option and its environment variable. */
export const variables = {
  shop: 'SHOPIFY_STORE_URL',
  accessToken: 'SHOPIFY_ACCESS_TOKEN',
  apiVersion: 'SHOPIFY_API_VERSION',
  apiKey: 'SHOPIFY_API_KEY',
  apiSecret: 'SHOPIFY_API_SECRET',
  webhookSecret: 'SHOPIFY_WEBHOOK_SECRET',
  requestsPerSecond: 'SHOPIFY_RATE_LIMIT_REQUESTS_PER_SECOND',
  syncQueue: 'SHOPIFY_SYNC_QUEUE',
  webhooksEnabled: 'SHOPIFY_ENABLE_WEBHOOKS',
  circuitBreakerThreshold: 'SHOPIFY_CIRCUIT_BREAKER_THRESHOLD',
  maxBulkSyncSize: 'SHOPIFY_MAX_BULK_SYNC_SIZE',
} as const;

/** The name of a setting in the options. */
export type SettingName = keyof typeof variables;

/** The names of all settings, in the order in which problems are reported. */
export const settingNames = Object.keys(variables) as readonly SettingName[]; // `Object.keys` forgets the names.

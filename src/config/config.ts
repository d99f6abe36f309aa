import type { Problem } from '../errors/errors.ts';
import type { Settings } from './settings.ts';

/** Something that works, but not as its author may believe. */
export type ConfigWarning = Problem;

/**
 * The settings, checked. `accessToken`, `apiSecret` and `webhookSecrets` can be read by name, but are not
 * enumerable and are redacted by `JSON.stringify` and `console.log`, so that logging the configuration tells no
 * secret. A spread copy (`{ ...config }`) leaves them behind.
 */
export interface ShopwrightConfig {
  /** Domain such as `acme.myshopify.com`. */
  readonly shop: string;
  readonly accessToken?: string;
  /** Default the newest stable version that the package is made for. */
  readonly apiVersion: string;
  /** The app's client id. */
  readonly apiKey?: string;
  /** The app's client secret. */
  readonly apiSecret?: string;
  /** Secrets to try for a webhook, in order: the webhook secret, then the client secret. */
  readonly webhookSecrets: readonly string[];
  /** Governs REST only: GraphQL follows the cost numbers in Shopify's answers. */
  readonly rest: { readonly requestsPerSecond?: number };
  /** Default `shopify-sync`. */
  readonly syncQueue: string;
  /** Default `true`. */
  readonly webhooksEnabled: boolean;
  /** Failures in a row that open a shop's circuit breaker. Default 5. */
  readonly circuitBreakerThreshold: number;
  /**
   * Most products in one bulk sync; more are split into several. Default 10,000, which fills the 100 MB that
   * Shopify takes in one file at 10 KB per product.
   */
  readonly maxBulkSyncSize: number;
  readonly warnings: readonly ConfigWarning[];
  /** The settings with their secrets redacted. */
  toJSON(): Record<string, unknown>;
}

const redacted = '[redacted]';

const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

const hidden = ['accessToken', 'apiSecret', 'webhookSecrets', 'toJSON', inspect] as const;

/** Makes the configuration, with its secrets hidden from whatever lists or prints it. */
export function createConfig(settings: Settings, warnings: readonly ConfigWarning[]): ShopwrightConfig {
  const { accessToken, apiKey, apiSecret, webhookSecret, requestsPerSecond } = settings;
  const open = {
    shop: settings.shop,
    apiVersion: settings.apiVersion,
    ...(apiKey !== undefined && { apiKey }),
    rest: Object.freeze(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    syncQueue: settings.syncQueue,
    webhooksEnabled: settings.webhooksEnabled,
    circuitBreakerThreshold: settings.circuitBreakerThreshold,
    maxBulkSyncSize: settings.maxBulkSyncSize,
    warnings: Object.freeze([...warnings]),
  };
  const secrets = [...new Set([webhookSecret, apiSecret].filter((secret) => secret !== undefined))];
  const toJSON = (): Record<string, unknown> => ({
    ...open,
    ...(accessToken !== undefined && { accessToken: redacted }),
    ...(apiSecret !== undefined && { apiSecret: redacted }),
    webhookSecrets: secrets.map(() => redacted),
  });
  const config = {
    ...open,
    ...(accessToken !== undefined && { accessToken }),
    ...(apiSecret !== undefined && { apiSecret }),
    webhookSecrets: Object.freeze(secrets),
    toJSON,
    [inspect]: toJSON,
  };
  for (const name of hidden)
    if (Object.hasOwn(config, name)) Object.defineProperty(config, name, { enumerable: false });
  return Object.freeze(config);
}

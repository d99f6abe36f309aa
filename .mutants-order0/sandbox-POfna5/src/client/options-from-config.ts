// @ts-nocheck
import { type ShopwrightConfig, variables } from '../config/config.ts';
import { ConfigError } from '../errors/errors.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { ShopifyClientOptions } from './options.ts';

/** What a configuration says about a client. */
export type ConfiguredClientOptions = ShopifyClientOptions &
  Required<Pick<ShopifyClientOptions, 'apiVersion' | 'breaker' | 'rest'>>;

/**
 * The options of `createShopifyClient` that stand in the configuration: shop, access token, API version, requests per
 * second of REST, and failures that open the circuit breaker. Spread them to add others.
 *
 * @param auth In place of the access token, for an app that gets its tokens by OAuth.
 * @throws ConfigError where there is neither an access token nor a token source.
 *
 * @example
 * const shop = createShopifyClient({ ...clientOptionsFrom(loadConfig()), logger });
 */
export function clientOptionsFrom(config: ShopwrightConfig, auth?: TokenSource): ConfiguredClientOptions {
  const { shop, apiVersion, rest, accessToken, circuitBreakerThreshold } = config;
  const options = { shop, apiVersion, rest, breaker: { failures: circuitBreakerThreshold } };
  if (auth) return { ...options, auth };
  if (accessToken !== undefined) return { ...options, accessToken };
  const message = 'is missing; set it, or give clientOptionsFrom a token source';
  throw new ConfigError('Invalid configuration', { issues: [{ field: variables.accessToken, message }] });
}

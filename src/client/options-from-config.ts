import { type ShopwrightConfig, variables } from '../config/config.ts';
import { ConfigError } from '../errors/errors.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { ShopifyClientOptions } from './options.ts';

/** The client options that come from a configuration. */
export type ConfiguredClientOptions = ShopifyClientOptions &
  Required<Pick<ShopifyClientOptions, 'apiVersion' | 'breaker' | 'rest'>>;

/**
 * Returns the `createShopifyClient` options that the configuration contains: shop, access token, API version, REST
 * requests per second, and the number of failures that open the circuit breaker. Spread them to add others.
 *
 * @param auth Used instead of the access token, for an app that gets its tokens by OAuth.
 * @throws ConfigError if there is neither an access token nor a token source.
 *
 * @example
 * const shop = createShopifyClient({ ...clientOptionsFrom(loadConfig()), logger });
 */
export function clientOptionsFrom(config: ShopwrightConfig, auth?: TokenSource): ConfiguredClientOptions {
  const { shop, apiVersion, rest, accessToken, circuitBreakerThreshold } = config;
  const options = { shop, apiVersion, rest, breaker: { failures: circuitBreakerThreshold } };
  if (auth) return { ...options, auth };
  if (accessToken !== undefined) return { ...options, accessToken };
  const message = 'is missing; set it, or pass clientOptionsFrom a token source';
  throw new ConfigError('Invalid configuration', { issues: [{ field: variables.accessToken, message }] });
}

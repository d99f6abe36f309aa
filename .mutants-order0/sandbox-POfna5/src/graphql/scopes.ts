// @ts-nocheck
import { missingScopes } from '../config/scopes.ts';
import { ConfigError } from '../errors/errors.ts';
import type { RequestOptions } from '../http/request-options.ts';
import type { GraphqlClient } from './graphql.ts';
import { GrantedScopesDocument } from './operations/generated/graphql.ts';

/** What an installation has of the scopes that an app needs; decide by `ok`. */
export interface ScopeCheck {
  /** Whether nothing is missing. */
  readonly ok: boolean;
  /** Those required that were not granted. A scope to write grants the one to read. */
  readonly missing: readonly string[];
  /** All that the installation has, as Shopify lists them. */
  readonly granted: readonly string[];
}

/** Compares the scopes that an app needs with those that it was given. */
export const scopes: {
  /**
   * Asks a shop what the app was granted there. Costs one point.
   *
   * @param required Such as `['write_products', 'read_orders']`.
   * @throws ConfigError where `required` is no list of scopes; else as `graphql`.
   *
   * @example
   * const { ok, missing } = await scopes.check(app.shop('acme.myshopify.com'), ['write_products']);
   * if (!ok) console.log(`Ask the owner to approve ${missing.join(', ')}.`);
   */
  check(client: GraphqlClient, required: readonly string[], options?: RequestOptions): Promise<ScopeCheck>;
} = {
  async check(client, required, options) {
    if (!Array.isArray(required) || !required.every((scope) => typeof scope === 'string' && /^[a-z_]+$/.test(scope))) {
      const message = "must be a list of scopes, such as ['write_products'].";
      throw new ConfigError('Invalid configuration', { issues: [{ field: 'required', message }] });
    }
    const { data } = await client.graphql(GrantedScopesDocument, {}, options);
    const granted = data.currentAppInstallation.accessScopes.map(({ handle }) => handle);
    const missing = missingScopes(required, granted);
    return { ok: missing.length === 0, missing, granted };
  },
};

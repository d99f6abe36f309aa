import { eachShop, type ForEachShopOptions, type ForEachShopReport } from '../auth/each-shop.ts';
import { parseShopDomain } from '../config/shop-domain.ts';
import { ConfigError } from '../errors/errors.ts';
import { systemClock } from '../internal/clock.ts';
import { defaultApp } from '../storage/keys.ts';
import {
  type CustomerPerson,
  type ErasedOwner,
  type ErasurePlaces,
  eraseCustomer,
  eraseShop,
  exportCustomer,
} from '../webhooks/erasure.ts';
import type { ShopifyAppOptions } from './options.ts';

/** The methods of an app that need its stores. `ShopifyApp` documents them. */
export function createAppShops<Client>(options: ShopifyAppOptions, shop: (domain: string) => Client) {
  const { stores = {}, queue, appId = defaultApp, clock = systemClock } = options;
  const places = (): ErasurePlaces => {
    const { keyValue: store } = stores;
    if (!store) throw missing('stores.keyValue', 'the key-value store of an adapter, which webhooks use');
    return { store, stores, ...(queue && { queue }) };
  };
  return {
    async forEachShop(
      work: (shop: Client) => Promise<unknown>,
      runOptions?: ForEachShopOptions,
    ): Promise<ForEachShopReport> {
      const { tokens, keyValue } = stores;
      const owners = tokens?.owners?.bind(tokens);
      if (!owners) throw missing('stores.tokens', 'what createTokenStore returns, which lists the shops');
      return eachShop({ tokens: { owners }, appId, keyValue }, async (domain) => work(shop(domain)), runOptions);
    },
    eraseShop: async (domain: string) => eraseShop(places(), ownerOf(domain, appId), clock.now()),
    eraseCustomer: async (domain: string, person: CustomerPerson) =>
      eraseCustomer(places(), ownerOf(domain, appId), person),
    exportCustomer: async (domain: string, person: CustomerPerson) =>
      exportCustomer(places(), ownerOf(domain, appId), person),
  };
}

/** @throws ConfigError if the text is not a shop's domain: a guess could erase the wrong shop. */
function ownerOf(domain: string, appId: string): ErasedOwner {
  const parsed = parseShopDomain(domain);
  if (parsed.ok) return { shop: parsed.domain, appId };
  throw new ConfigError('Invalid configuration', { issues: [{ field: 'shop', message: parsed.message }] });
}

function missing(field: string, what: string): ConfigError {
  const message = `is missing: give createShopifyApp ${what}.`;
  return new ConfigError('Invalid configuration', { issues: [{ field, message }] });
}

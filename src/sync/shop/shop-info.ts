import { ConfigError, checkNames, type Issue } from '../../errors/errors.ts';
import {
  LocationsDocument,
  PublicationsDocument,
  ShopOverviewDocument,
} from '../../graphql/operations/generated/graphql.ts';
import { allPages } from '../../graphql/pagination.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import { missingMethods, unknownNames } from '../../internal/names.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { shopPrefix } from '../../storage/keys.ts';
import { callOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';
import { Kept } from './kept.ts';

/** General data of a shop. */
export interface ShopDetails {
  readonly id: string;
  readonly name: string;
  /** Such as `acme.myshopify.com`. */
  readonly domain: string;
  /** ISO 4217 code of the currency of the prices. */
  readonly currency: string;
  /** Name of the plan, such as `Shopify Plus`. */
  readonly plan: string;
}

/** A location where a shop has stock. */
export interface ShopLocation {
  readonly id: string;
  readonly name: string;
  /** Whether it can currently have stock. */
  readonly isActive: boolean;
}

/** A sales channel, or a catalog of a market. */
export interface ShopPublication {
  readonly id: string;
  /** What people call it: the names of the apps that sell there, and the title of its catalog. */
  readonly names: readonly string[];
}

/** Options of `createShopInfo`. */
export interface ShopInfoOptions {
  /** A client of `createShopifyClient`. */
  readonly client: SyncClient;
  /** Caches values for all processes. Default: this object caches them until the process ends. */
  readonly stores?: { readonly keyValue: KeyValueStore };
  /**
   * Milliseconds for which a cached value is returned without a call. Default 3,600,000 (an hour). Older values, up to
   * 30 times that age, are returned at once and read again in the background.
   */
  readonly freshMs?: number;
  /** Clock, for tests. Default: the system clock. */
  readonly clock?: Clock;
}

/** Options of one look-up. */
export interface ShopInfoCallOptions {
  /** Reads the value now, even if it is cached. Default `false`. */
  readonly refresh?: boolean;
  readonly signal?: AbortSignal;
}

/** Data of a shop that rarely changes, cached. */
export interface ShopInfo {
  /** @throws What calls throw. */
  shop(options?: ShopInfoCallOptions): Promise<ShopDetails>;
  /** All locations, including inactive ones. The token needs `read_locations`. @throws What calls throw. */
  locations(options?: ShopInfoCallOptions): Promise<readonly ShopLocation[]>;
  /** All publications. The token needs `read_publications`. @throws What calls throw. */
  publications(options?: ShopInfoCallOptions): Promise<readonly ShopPublication[]>;
}

const optionNames: Record<keyof ShopInfoOptions, true> = { client: true, stores: true, freshMs: true, clock: true };

const hourMs = 3_600_000;

/**
 * Creates a cached reader for a shop, its locations and its publications.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const { currency } = await createShopInfo({ client, stores }).shop();
 */
export function createShopInfo(options: ShopInfoOptions): ShopInfo {
  const { client, stores, freshMs = hourMs, clock = systemClock } = options;
  const issues: Issue[] = [
    ...unknownNames(options, optionNames),
    ...missingMethods('client', client ?? null, ['graphql']),
    ...(stores ? missingMethods('stores.keyValue', stores.keyValue ?? null, ['get', 'set', 'lock']) : []),
  ];
  if (!(typeof freshMs === 'number' && freshMs >= 0))
    issues.push({ field: 'freshMs', message: 'must be a number of milliseconds, 0 or more.' });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const prefix = async (): Promise<string> => `${await shopPrefix(client.shop)}~info~`;
  const kept = new Kept(stores?.keyValue, prefix, { freshMs, clock });
  const reader =
    <T>(about: string, read: () => Promise<T>) =>
    async (given: ShopInfoCallOptions = {}): Promise<T> => {
      checkNames(given, { refresh: true, signal: true });
      const { refresh = false, signal } = given;
      return refresh ? kept.refresh(about, read, signal) : kept.of(about, read, signal);
    };
  return {
    shop: reader('shop', async () => {
      const { data } = await client.graphql(ShopOverviewDocument, {}, callOptions({}));
      const { id, name, myshopifyDomain, currencyCode, plan } = data.shop;
      return { id, name, domain: myshopifyDomain, currency: currencyCode, plan: plan.publicDisplayName };
    }),
    locations: reader('locations', () =>
      allPages('locations', async (after) => {
        const { data } = await client.graphql(LocationsDocument, { after }, callOptions({}));
        return data.locations;
      }),
    ),
    publications: reader('publications', async () => {
      const all = await allPages('publications', async (after) => {
        const { data } = await client.graphql(PublicationsDocument, { first: 100, after }, callOptions({}));
        return data.publications;
      });
      // A channel is named after its app; another publication after its catalog.
      return all.map(({ id, catalog }): ShopPublication => {
        const apps = catalog && 'apps' in catalog ? catalog.apps.nodes.map(({ title }) => title) : [];
        return { id, names: [...apps, ...(catalog ? [catalog.title] : [])] };
      });
    }),
  };
}

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

/** A shop. */
export interface ShopDetails {
  readonly id: string;
  readonly name: string;
  /** Such as `acme.myshopify.com`. */
  readonly domain: string;
  /** ISO 4217 code of the currency that prices are in. */
  readonly currency: string;
  /** Name of the plan, such as `Shopify Plus`. */
  readonly plan: string;
}

/** A place where a shop has stock. */
export interface ShopLocation {
  readonly id: string;
  readonly name: string;
  /** Whether it can have stock now. */
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
  /** What `createShopifyClient` returns. */
  readonly client: SyncClient;
  /** Keeps what was read, for all processes. Default: what this object read, until the process ends. */
  readonly stores?: { readonly keyValue: KeyValueStore };
  /**
   * Milliseconds for which what was read is given without a call. Default 3,600,000 (an hour). After that, and for 30 times as
   * long, it is given at once and read again in the background.
   */
  readonly freshMs?: number;
  /** The clock, for tests. Default: the system's. */
  readonly clock?: Clock;
}

/** Options of one look-up. */
export interface ShopInfoCallOptions {
  /** Reads it now, whatever is kept. Default `false`. */
  readonly refresh?: boolean;
  readonly signal?: AbortSignal;
}

/** What seldom changes about a shop, read once. */
export interface ShopInfo {
  /** @throws What calls throw. */
  shop(options?: ShopInfoCallOptions): Promise<ShopDetails>;
  /** All locations, inactive ones too. The token needs `read_locations`. @throws What calls throw. */
  locations(options?: ShopInfoCallOptions): Promise<readonly ShopLocation[]>;
  /** All publications. The token needs `read_publications`. @throws What calls throw. */
  publications(options?: ShopInfoCallOptions): Promise<readonly ShopPublication[]>;
}

const optionNames: Record<keyof ShopInfoOptions, true> = { client: true, stores: true, freshMs: true, clock: true };

const hourMs = 3_600_000;

/**
 * Creates what tells of one shop, its locations and its publications, and keeps what it read.
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
      return refresh ? kept.anew(about, read, signal) : kept.of(about, read, signal);
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
      // A channel is known by the name of its app; what is no channel, by the title of its catalog.
      return all.map(({ id, catalog }): ShopPublication => {
        const apps = catalog && 'apps' in catalog ? catalog.apps.nodes.map(({ title }) => title) : [];
        return { id, names: [...apps, ...(catalog ? [catalog.title] : [])] };
      });
    }),
  };
}

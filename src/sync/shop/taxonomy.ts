import { ConfigError, checkNames, type Issue, ValidationError } from '../../errors/errors.ts';
import {
  TaxonomyCategoryReadDocument,
  TaxonomySearchDocument,
  type TaxonomySearchQuery,
} from '../../graphql/operations/generated/graphql.ts';
import { allPages } from '../../graphql/pagination.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import { missingMethods, unknownNames } from '../../internal/names.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { callOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';
import { Kept } from './kept.ts';

/** A category of Shopify's product taxonomy. */
export interface Category {
  /** Such as `gid://shopify/TaxonomyCategory/aa-1-13-8`. */
  readonly id: string;
  /** Such as `T-Shirts`. */
  readonly name: string;
  /** Full path, such as `Apparel & Accessories > Clothing > Clothing Tops > T-Shirts`. */
  readonly fullName: string;
  /** 1 for top-level categories. */
  readonly level: number;
  /** Whether it has no subcategories. */
  readonly isLeaf: boolean;
  /** Whether Shopify has replaced it: products keep it, but new ones should not use it. */
  readonly isArchived: boolean;
  /** `null` for top-level categories. */
  readonly parentId: string | null;
}

/** Options of `createTaxonomy`. */
export interface TaxonomyOptions {
  /** A client of `createShopifyClient`. The taxonomy is the same for all shops. */
  readonly client: SyncClient;
  /** Caches results for all processes. Default: this object caches them until the process ends. */
  readonly stores?: { readonly keyValue: KeyValueStore };
  /**
   * Milliseconds for which a cached result is returned without a call. Default 86,400,000 (a day). Older results, up to
   * 30 times that age, are returned at once and read again in the background.
   */
  readonly freshMs?: number;
  /** Clock, for tests. Default: the system clock. */
  readonly clock?: Clock;
}

/** Shopify's product taxonomy, cached. */
export interface Taxonomy {
  /**
   * Searches categories whose name or path contains a text. Returned in Shopify's order.
   *
   * @throws ValidationError for an empty text, or a limit that is not a whole number from 1 to 250. What calls throw.
   *
   * @example
   * const [first] = await taxonomy.search('coffee', { limit: 5 });
   */
  search(text: string, options?: TaxonomyCallOptions & { readonly limit?: number }): Promise<readonly Category[]>;
  /**
   * Returns one category, by its gid or short id (`aa-1-13-8`); `undefined` if there is none.
   *
   * @throws What calls throw.
   */
  get(id: string, options?: TaxonomyCallOptions): Promise<Category | undefined>;
  /**
   * Returns the gid of the category with a path, such as `Apparel & Accessories > Clothing`, ignoring case and extra
   * spaces; `undefined` if there is none. Pass it as `resolveCategory` to `createProductSync` or `readCsv`.
   *
   * @throws What calls throw.
   *
   * @example
   * const sync = createProductSync({ client, stores, resolveCategory: taxonomy.resolve });
   */
  readonly resolve: (path: string, options?: TaxonomyCallOptions) => Promise<string | undefined>;
}

/** Options of one look-up. */
export interface TaxonomyCallOptions {
  readonly signal?: AbortSignal;
}

const optionNames: Record<keyof TaxonomyOptions, true> = { client: true, stores: true, freshMs: true, clock: true };

const dayMs = 86_400_000;

const largestPage = 250;

const defaultLimit = 20;

/**
 * Creates a cached reader for categories of Shopify's product taxonomy.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const taxonomy = createTaxonomy({ client, stores });
 * const gid = await taxonomy.resolve('Apparel & Accessories > Clothing');
 */
export function createTaxonomy(options: TaxonomyOptions): Taxonomy {
  const { client, stores, freshMs = dayMs, clock = systemClock } = options;
  const issues: Issue[] = [
    ...unknownNames(options, optionNames),
    ...missingMethods('client', client ?? null, ['graphql']),
    ...(stores ? missingMethods('stores.keyValue', stores.keyValue ?? null, ['get', 'set', 'lock']) : []),
  ];
  if (!(typeof freshMs === 'number' && freshMs >= 0))
    issues.push({ field: 'freshMs', message: 'must be a number of milliseconds, 0 or more.' });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const found = new Kept(stores?.keyValue, 'taxonomy:', { freshMs, clock });

  const readPage = async (search: string, first: number, after: string | null): Promise<Connection> => {
    const { data } = await client.graphql(TaxonomySearchDocument, { search, first, after }, callOptions({}));
    return data.taxonomy?.categories ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
  };

  return {
    async search(text, given = {}) {
      checkNames(given, { limit: true, signal: true });
      const { limit = defaultLimit, signal } = given;
      checkSearch(text, limit);
      const wanted = text.trim();
      const read = async (): Promise<readonly Category[]> => (await readPage(wanted, limit, null)).nodes;
      return found.of(`search:${limit}:${wanted.toLowerCase()}`, read, signal);
    },
    async get(id, given = {}) {
      checkNames(given, { signal: true });
      const gid = /^[a-z]{2}(-\d+)*$/.test(id) ? `gid://shopify/TaxonomyCategory/${id}` : id;
      if (!/^gid:\/\/shopify\/TaxonomyCategory\/[\w-]+$/.test(gid)) return undefined;
      const read = async (): Promise<Category | null> => {
        const { data } = await client.graphql(TaxonomyCategoryReadDocument, { id: gid }, callOptions({}));
        return data.node && 'fullName' in data.node ? (data.node as Category) : null;
      };
      return (await found.of(`id:${gid}`, read, given.signal)) ?? undefined;
    },
    async resolve(path, given = {}) {
      checkNames(given, { signal: true });
      const wanted = plainPath(path);
      const name = path.split('>').at(-1)?.trim() ?? '';
      if (name === '') return undefined;
      const read = async (): Promise<string | null> => {
        const all = await allPages('taxonomy.categories', (after) => readPage(name, largestPage, after));
        const same = all.filter(({ fullName }) => plainPath(fullName) === wanted);
        // If an archived category has the same path as its successor, the successor is returned.
        return (same.find(({ isArchived }) => !isArchived) ?? same[0])?.id ?? null;
      };
      return (await found.of(`path:${wanted}`, read, given.signal)) ?? undefined;
    },
  };
}

type Connection = NonNullable<TaxonomySearchQuery['taxonomy']>['categories'];

function checkSearch(text: unknown, limit: unknown): void {
  const issues: Issue[] = [];
  if (typeof text !== 'string' || text.trim() === '')
    issues.push({ field: 'text', message: 'is empty. Pass a word from a category name.' });
  if (!(Number.isInteger(limit) && Number(limit) >= 1 && Number(limit) <= largestPage))
    issues.push({ field: 'limit', message: `must be a whole number from 1 to ${largestPage}.` });
  if (issues.length > 0) throw new ValidationError('The search is invalid', { issues });
}

/** Normalises a path, so that different spellings of it compare as equal. */
const plainPath = (path: string): string =>
  path
    .split('>')
    .map((name) => name.trim().replace(/\s+/g, ' ').toLowerCase())
    .join(' > ');

import { ConfigError, ValidationError } from '../../errors/errors.ts';
import { unknownValue } from '../../internal/names.ts';
import type { SyncRecordStore } from '../../ports/sync-record-store.ts';
import { listed as listedNames } from '../plan/plan.ts';
import { recordPages } from '../record-pages.ts';
import { unreadOf } from '../unread.ts';
import { archivedPart, localIdOf } from './push.ts';

/** What to do with products that have a record but are not in the list. */
export type MissingProducts = 'keep' | 'archive' | 'delete';

/** How a product is removed. */
export type Removal = Exclude<MissingProducts, 'keep'>;

/** The products that have records and are in the shop, but not in the list (by `isListed`). */
export async function* missingProducts(
  records: SyncRecordStore,
  shop: string,
  removal: Removal,
  isListed: (localId: string) => boolean,
): AsyncGenerator<string> {
  for await (const page of recordPages(records, shop)) {
    for (const { localId, gid, status, parts } of page) {
      const isHere = gid !== null && status !== 'deleted-in-shopify';
      const isDone = removal === 'archive' && parts?.[archivedPart] !== undefined;
      if (isHere && !isDone && !isListed(localId)) yield localId;
    }
  }
}

/** A product with a record that is missing from the list of a plan. */
export class Missing {
  readonly localId: string;

  constructor(localId: string) {
    this.localId = localId;
  }
}

/** A list of drafts, and what is known about its source. */
export interface WholeList {
  readonly products: Iterable<unknown> | AsyncIterable<unknown>;
  /** Local ids of products that are in the source but have no draft in the list. */
  readonly unreadable?: Iterable<string> | undefined;
}

/** @throws ValidationError if unreadable parts of the source may contain the missing products. */
export function refuseNamelessRows({ products }: WholeList, shop: string): void {
  const nameless = (typeof products === 'object' && unreadOf(products)?.nameless) || [];
  if (nameless.length === 0) return;
  const rows = listedNames(nameless);
  const message = `cannot be applied: ${rows}. The unreadable parts may contain the missing products. Correct the source, or leave out \`missing\`.`;
  throw new ValidationError('Nothing was changed', { issues: [{ field: 'missing', message }], shop });
}

/** Local ids that are in the source of a list but have no draft in it. */
function unreadIds({ products, unreadable = [] }: WholeList): ReadonlySet<string> {
  const noted = typeof products === 'object' ? unreadOf(products)?.localIds : undefined;
  return new Set([...(noted ?? []), ...unreadable]);
}

/**
 * The products of a list, followed by those that are missing from it.
 *
 * @param isListed Whether the list has a product with that local id. Called after the whole list was read.
 */
export async function* withMissing(
  list: WholeList,
  removal: Removal,
  records: SyncRecordStore,
  shop: string,
  isListed: (localId: string) => boolean,
): AsyncGenerator<unknown> {
  let nameless = 0;
  for await (const product of list.products) {
    if (localIdOf(product) === undefined) nameless += 1;
    yield product;
  }
  refuseNameless(nameless, shop);
  const unread = unreadIds(list);
  const isThere = (localId: string): boolean => unread.has(localId) || isListed(localId);
  for await (const localId of missingProducts(records, shop, removal, isThere)) yield new Missing(localId);
}

/** The products of a list, after it was read to its end. */
export async function readWhole(
  products: Iterable<unknown> | AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
): Promise<readonly unknown[]> {
  const whole: unknown[] = [];
  for await (const product of products) {
    signal?.throwIfAborted();
    whole.push(product);
  }
  return whole;
}

/** Returns a function that checks whether a local id is in the list. */
export function listed(products: readonly unknown[], list: WholeList, shop: string): (localId: string) => boolean {
  const localIds = new Set([...products.map(localIdOf), ...unreadIds(list)]);
  refuseNameless(localIds.has(undefined) ? products.filter((one) => localIdOf(one) === undefined).length : 0, shop);
  return (localId) => localIds.has(localId);
}

/** @throws ValidationError if products without a local id could be the missing ones. */
function refuseNameless(count: number, shop: string): void {
  if (count === 0) return;
  const message = `cannot be applied: ${count} of the products in the list ${count === 1 ? 'has' : 'have'} no local id, and may be among the missing ones. Give each product its local id, or leave out \`missing\`.`;
  throw new ValidationError('Nothing was changed', { issues: [{ field: 'missing', message }], shop });
}

/** Reads the option `missing`: how missing products are removed. @throws ConfigError for an unknown value. */
export function removalOf({ missing }: { readonly missing?: MissingProducts }): Removal | undefined {
  const issues = unknownValue('missing', missing, ['keep', 'archive', 'delete']);
  if (issues.length > 0) throw new ConfigError('Invalid options', { issues });
  return missing === 'keep' ? undefined : missing;
}

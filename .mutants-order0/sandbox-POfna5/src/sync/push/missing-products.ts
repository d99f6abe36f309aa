// @ts-nocheck
import { ConfigError, ValidationError } from '../../errors/errors.ts';
import { unknownValue } from '../../internal/names.ts';
import type { SyncRecordStore } from '../../ports/sync-record-store.ts';
import { listed as listedNames } from '../plan/plan.ts';
import { recordPages } from '../record-pages.ts';
import { unreadOf } from '../unread.ts';
import { archivedPart, localIdOf } from './push.ts';

/** What becomes of products that are in the records and no longer in the list. */
export type MissingProducts = 'keep' | 'archive' | 'delete';

/** How a product is removed. */
export type Removal = Exclude<MissingProducts, 'keep'>;

/** The products of the records that are in the shop, and of which `isListed` says that the list lacks them. */
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

/** A product of the records that the list of a plan lacks. */
export class Missing {
  readonly localId: string;

  constructor(localId: string) {
    this.localId = localId;
  }
}

/** A list of drafts, and what is known to be in its source besides. */
export interface WholeList {
  readonly products: Iterable<unknown> | AsyncIterable<unknown>;
  /** Local ids of products that the source has, and of which the list has no draft. */
  readonly unreadable?: Iterable<string> | undefined;
}

/** @throws ValidationError where what could not be read of the source may be what seems to be missing. */
export function refuseNamelessRows({ products }: WholeList, shop: string): void {
  const nameless = (typeof products === 'object' && unreadOf(products)?.nameless) || [];
  if (nameless.length === 0) return;
  const rows = listedNames(nameless);
  const message = `cannot be known: ${rows}. What could not be read may be what seems to be missing. Correct the source, or leave \`missing\` out.`;
  throw new ValidationError('Nothing was changed', { issues: [{ field: 'missing', message }], shop });
}

/** Local ids that the source of a list has, although no draft of them is in it. */
function unreadIds({ products, unreadable = [] }: WholeList): ReadonlySet<string> {
  const noted = typeof products === 'object' ? unreadOf(products)?.localIds : undefined;
  return new Set([...(noted ?? []), ...unreadable]);
}

/**
 * The products of a list, and behind them those that it lacks.
 *
 * @param isListed Whether a product with that local id was among them, once all of them have been drawn.
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

/** The products of a list, once it has been read to its end. */
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

/** Tells of a local id whether the list, which has been read, has it. */
export function listed(products: readonly unknown[], list: WholeList, shop: string): (localId: string) => boolean {
  const localIds = new Set([...products.map(localIdOf), ...unreadIds(list)]);
  refuseNameless(localIds.has(undefined) ? products.filter((one) => localIdOf(one) === undefined).length : 0, shop);
  return (localId) => localIds.has(localId);
}

/** @throws ValidationError where products without a local id could be those that seem to be missing. */
function refuseNameless(count: number, shop: string): void {
  if (count === 0) return;
  const message = `cannot be known: ${count} of the list ${count === 1 ? 'has' : 'have'} no local id, and may be what seems to be missing. Give each product its local id, or leave \`missing\` out.`;
  throw new ValidationError('Nothing was changed', { issues: [{ field: 'missing', message }], shop });
}

/** How the option says that missing products are removed. @throws ConfigError for another word. */
export function removalOf({ missing }: { readonly missing?: MissingProducts }): Removal | undefined {
  const issues = unknownValue('missing', missing, ['keep', 'archive', 'delete']);
  if (issues.length > 0) throw new ConfigError('Invalid options', { issues });
  return missing === 'keep' ? undefined : missing;
}

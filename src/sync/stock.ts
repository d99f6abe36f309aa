import { isRecord, parseJson } from '../internal/json.ts';
import { compareGivenTimes } from '../internal/time.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { shopPrefix } from '../storage/keys.ts';

/** Stock of one item at one location, as a webhook told it. */
export interface StockLevel {
  /** Shop domain. */
  readonly shop: string;
  /** Number at the end of `gid://shopify/InventoryItem/…`. */
  readonly inventoryItemId: string;
  /** Number at the end of `gid://shopify/Location/…`. */
  readonly locationId: string;
  /** Pieces to sell; `null` where stock is not tracked. */
  readonly available: number | null;
  /** ISO time of the change; `null` where the body has none. */
  readonly updatedAt: string | null;
  /** ISO time at which Shopify triggered the webhook; `null` where the delivery does not say. */
  readonly triggeredAt: string | null;
}

type Place = Pick<StockLevel, 'shop' | 'inventoryItemId' | 'locationId'>;

async function stockKey({ shop, inventoryItemId, locationId }: Place): Promise<string> {
  return `${await shopPrefix(shop)}stock:${inventoryItemId}:${locationId}`;
}

/**
 * The stock that was kept last; `undefined` where no webhook has told of it.
 *
 * @throws StorageError
 */
export async function readStock(
  store: KeyValueStore,
  place: Pick<StockLevel, 'shop' | 'inventoryItemId' | 'locationId'>,
): Promise<StockLevel | undefined> {
  return levelOf(await store.get(await stockKey(place)));
}

function levelOf(text: string | undefined): StockLevel | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  return isRecord(found) ? (found as unknown as StockLevel) : undefined;
}

/** A webhook is triggered some time after the change it tells of, so times of one kind are compared. */
function isOlder(level: StockLevel, known: StockLevel): boolean {
  const order =
    compareGivenTimes(level.updatedAt, known.updatedAt) ?? compareGivenTimes(level.triggeredAt, known.triggeredAt);
  return order !== undefined && order < 0;
}

/** Keeps a level unless a newer one is kept; the same one again counts as kept. Decided by compare-and-set. */
export async function keepStock(store: KeyValueStore, level: StockLevel): Promise<boolean> {
  const key = await stockKey(level);
  for (;;) {
    const before = await store.get(key);
    const known = levelOf(before);
    if (known && isOlder(level, known)) return false;
    if (await store.compareAndSet(key, before, JSON.stringify(level))) return true;
  }
}

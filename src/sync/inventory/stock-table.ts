import { LocationStockDocument } from '../../graphql/operations/generated/graphql.ts';
import { connectionPages, type PageRead } from '../../graphql/pagination.ts';
import type { Clock } from '../../internal/clock.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { checkFormat, shopPrefix } from '../../storage/keys.ts';
import { isOlder } from '../../webhooks/ingest/ordering.ts';
import { callOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';

/** Stock of one item at one location, as a webhook reported it, or as `reconcile` found it. */
export interface StockLevel {
  /** Shop domain. */
  readonly shop: string;
  /** Number at the end of `gid://shopify/InventoryItem/…`. */
  readonly inventoryItemId: string;
  /** Number at the end of `gid://shopify/Location/…`. */
  readonly locationId: string;
  /** Units available for sale; `null` if stock is not tracked. */
  readonly available: number | null;
  /** ISO time of the change; `null` if the webhook has none. */
  readonly updatedAt: string | null;
  /**
   * ISO time at which Shopify triggered the webhook, but not later than it arrived, or at which `reconcile` read the
   * level; `null` if the delivery has no time.
   */
  readonly triggeredAt: string | null;
}

type StockKey = Pick<StockLevel, 'shop' | 'inventoryItemId' | 'locationId'>;

/**
 * Returns the last stored stock level; `undefined` if no webhook has reported one.
 *
 * @param place The item and location; `appId` is that of the webhook handler, if it has one.
 * @throws StorageError, also if a newer release of this package has stored it.
 *
 * @example
 * ```ts
 * const level = await readStock(stores.keyValue, { shop, inventoryItemId: '4001', locationId: '601' });
 * console.log(level?.available);
 * ```
 */
export async function readStock(
  store: KeyValueStore,
  place: Pick<StockLevel, 'shop' | 'inventoryItemId' | 'locationId'> & { readonly appId?: string },
): Promise<StockLevel | undefined> {
  return parseLevel(await store.get(await stockKey(place, place.appId)), place);
}

/**
 * Stores a level unless a newer one is stored; returns `true` if it is stored, even if it already was. Uses
 * compare-and-set.
 */
export async function storeIfNewer(
  store: KeyValueStore,
  level: StockLevel,
  appId: string | undefined,
): Promise<boolean> {
  const key = await stockKey(level, appId);
  for (;;) {
    const before = await store.get(key);
    const known = parseLevel(before, level);
    if (known && isOlder(level, known)) return false;
    if (await store.compareAndSet(key, before, JSON.stringify({ format: stockFormat, ...level }))) return true;
  }
}

async function stockKey({ shop, inventoryItemId, locationId }: StockKey, appId?: string): Promise<string> {
  return `${await tablePrefix(shop, appId)}${inventoryItemId}:${locationId}`;
}

const tablePrefix = async (shop: string, appId?: string): Promise<string> => `${await shopPrefix(shop, appId)}stock:`;

/**
 * The format in which this release stores a level. A release that stores more, or something else, uses the next number.
 */
const stockFormat = 1;

function parseLevel(text: string | undefined, { shop, inventoryItemId, locationId }: StockKey): StockLevel | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  checkFormat(found, stockFormat, `The stock of item ${inventoryItemId} at location ${locationId} of ${shop}`, shop);
  if (!isRecord(found)) return undefined;
  const { format: _, ...level } = found;
  return level as unknown as StockLevel;
}

/** How `reconcile` compares the stock table with the shop. */
export interface StockCheckOptions {
  /** The `appId` of the webhook handler that fills the table, if it has one. */
  readonly appId?: string;
  /**
   * Called with each level that differs, before the table is updated: first the shop's level (`undefined`: not
   * stocked), then the table's. Awaited; an error ends the call.
   */
  readonly onMissed?: (now: StockLevel | undefined, known: StockLevel) => unknown;
}

/** A level in the table that differs from the shop. */
export interface StockFinding {
  /**
   * `missed`: the shop has another quantity. `gone`: the shop does not stock the item there, or the location does not
   * exist.
   */
  readonly kind: 'missed' | 'gone';
  /** The level in the table. */
  readonly known: StockLevel;
  /** The shop's level; absent if it is gone. */
  readonly now?: StockLevel;
}

/** The result of comparing the stock table with the shop. */
export interface StockCheck {
  /** Levels of the table that were compared. */
  readonly checked: number;
  readonly missed: number;
  readonly gone: number;
  /** Levels of the shop that no webhook has reported; they were added to the table. 0 with `onDrift: 'report'`. */
  readonly added: number;
  /** The first 1,000. */
  readonly findings: readonly StockFinding[];
}

const mostListed = 1_000;

/** Milliseconds in which the webhook of a change may still arrive. */
const underWayMs = 60_000;

/**
 * Compares the table with the stock of the shop. Differences are changes whose webhook was missed.
 *
 * @param repairs Whether to update the table.
 */
export async function checkStock(
  { client, keyValue, clock }: { readonly client: SyncClient; readonly keyValue: KeyValueStore; readonly clock: Clock },
  locationIds: readonly string[],
  {
    appId,
    onMissed,
    repairs,
    signal,
  }: StockCheckOptions & { readonly repairs: boolean; readonly signal: AbortSignal | undefined },
): Promise<StockCheck> {
  const { shop } = client;
  const findings: StockFinding[] = [];
  const counts = { checked: 0, missed: 0, gone: 0, added: 0 };
  const prefix = await tablePrefix(shop, appId);
  const known = new Map<string, Set<string>>(locationIds.map((id) => [digitsOf(id), new Set()]));
  for await (const key of keyValue.scan(prefix)) {
    const [inventoryItemId = '', locationId = ''] = key.slice(prefix.length).split(':');
    if (!/^\d+$/.test(locationId)) continue;
    known.set(locationId, (known.get(locationId) ?? new Set()).add(inventoryItemId));
  }
  const addFinding = async (finding: StockFinding): Promise<void> => {
    counts[finding.kind] += 1;
    if (findings.length < mostListed) findings.push(finding);
    await onMissed?.(finding.now, finding.known);
  };
  const stored = (place: StockKey) => readStock(keyValue, { ...place, ...(appId !== undefined && { appId }) });

  for (const [locationId, items] of known) {
    for await (const level of levelsAt(client, locationId, clock, signal)) {
      const isKnown = items.delete(level.inventoryItemId);
      const before = isKnown ? await stored(level) : undefined;
      if (isKnown) counts.checked += 1;
      if (before?.available === level.available) continue;
      if (before && (isOlder(level, before) || isUnderWay(level, clock))) continue;
      if (before) await addFinding({ kind: 'missed', known: before, now: level });
      if (repairs && (await storeIfNewer(keyValue, level, appId)) && !before) counts.added += 1;
    }
    // The remaining items are not stocked at this location.
    for (const inventoryItemId of items) {
      const place = { shop, inventoryItemId, locationId };
      const key = await stockKey(place, appId);
      const text = await keyValue.get(key);
      const before = parseLevel(text, place);
      if (!before) continue;
      counts.checked += 1;
      await addFinding({ kind: 'gone', known: before });
      // A level that a webhook stored meanwhile stays.
      if (repairs) await keyValue.compareAndSet(key, text, undefined);
    }
  }
  return { ...counts, findings };
}

const isUnderWay = ({ updatedAt }: StockLevel, clock: Clock): boolean =>
  updatedAt !== null && clock.now() - Date.parse(updatedAt) < underWayMs;

const digitsOf = (gid: string): string => gid.split('/').at(-1)?.split('?')[0] ?? '';

/** The stock of a location; nothing if the location no longer exists. */
async function* levelsAt(
  client: SyncClient,
  locationId: string,
  clock: Clock,
  signal: AbortSignal | undefined,
): AsyncGenerator<StockLevel> {
  const id = `gid://shopify/Location/${locationId}`;
  const read = async (after: string | null, stop: AbortSignal): Promise<PageRead<StockLevel>> => {
    const triggeredAt = new Date(clock.now()).toISOString();
    const { data } = await client.graphql(LocationStockDocument, { id, after }, callOptions({ signal: stop }));
    const levels = data.location?.inventoryLevels;
    const nodes = (levels?.nodes ?? []).map(({ item, quantities, updatedAt }): StockLevel => {
      const [available] = quantities;
      return {
        ...{ shop: client.shop, inventoryItemId: digitsOf(item.id), locationId, triggeredAt },
        available: item.tracked ? (available?.quantity ?? null) : null,
        updatedAt: available?.updatedAt ?? updatedAt,
      };
    });
    return { nodes, hasMore: levels?.pageInfo.hasNextPage ?? false, cursor: levels?.pageInfo.endCursor };
  };
  for await (const { nodes } of connectionPages(read, { path: 'location.inventoryLevels', shop: client.shop, signal }))
    yield* nodes;
}

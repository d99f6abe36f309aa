// One file: what a batch of quantities and a batch of changes go through, from the row to the report. They share the
// checks, the search by SKU, the batches and the reading of refusals.
import { createHash, randomUUID } from 'node:crypto';
import {
  ConfigError,
  type Issue,
  isShopwrightError,
  StorageError,
  type UserErrorEntry,
  ValidationError,
} from '../../errors/errors.ts';
import {
  InventoryAdjustDocument,
  InventoryItemsFindDocument,
  InventoryLevelReadDocument,
  InventorySetDocument,
} from '../../graphql/operations/generated/graphql.ts';
import { allPages } from '../../graphql/pagination.ts';
import { chunksOf } from '../../internal/chunks.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import { missingMethods, unknownNames, unknownValue } from '../../internal/names.ts';
import type { KeyValueStore, Lock } from '../../ports/key-value-store.ts';
import { checkFormat, freeLock, stockPrefix } from '../../storage/keys.ts';
import { callOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';

/** Whose stock: the inventory item by its gid, or by the SKU of its variant, at one location. */
export type StockPlace = { readonly locationId: string } & (
  | { readonly inventoryItemId: string; readonly sku?: undefined }
  | { readonly sku: string; readonly inventoryItemId?: undefined }
);

/**
 * How much there is.
 *
 * @example
 * const row: StockQuantity = { sku: 'TEE-M', locationId: 'gid://shopify/Location/1', quantity: 12, expected: 15 };
 */
export type StockQuantity = StockPlace & {
  /** Units, a whole number from -1,000,000,000 to 1,000,000,000; not negative for `on_hand`. */
  readonly quantity: number;
  /**
   * What you believe is there now. Where it is not, somebody has sold or counted meanwhile, and `onStale` decides. Left out,
   * the quantity is set whatever is there.
   */
  readonly expected?: number;
};

/**
 * By how much it changes.
 *
 * @example
 * const row: StockChange = { id: 'receipt-77/line-1', sku: 'TEE-M', locationId: 'gid://shopify/Location/1', delta: 12 };
 */
export type StockChange = StockPlace & {
  /** Names this change for ever, such as the line of a receipt: a change that was made is not made again under the same id. */
  readonly id: string;
  /** Units, a whole number from -1,000,000,000 to 1,000,000,000. */
  readonly delta: number;
};

/** A row that was not carried out, and why. Nothing of it was changed. */
export interface RefusedStock<Row> {
  readonly row: Row;
  /**
   * Shopify's code, such as `NON_MUTABLE_INVENTORY_ITEM` for a bundle, `INVALID_LOCATION` or `CHANGE_FROM_QUANTITY_STALE`, or
   * one of our own: `INVALID`, `SKU_NOT_FOUND`, `SKU_AMBIGUOUS`, `DUPLICATE`.
   */
  readonly code: string;
  readonly message: string;
  /** For `CHANGE_FROM_QUANTITY_STALE`: what is there now. */
  readonly current?: number;
}

/** What a run did. Every row that was drawn before the run stopped is counted once. */
export interface StockReport<Row> {
  /** Names the run; it stands in the stock history of the shop. */
  readonly runId: string;
  /** Rows that were carried out. */
  readonly done: number;
  /** Changes that were made under their id before. 0 for quantities. */
  readonly repeated: number;
  readonly refused: readonly RefusedStock<Row>[];
  /** Rows that were sent and of which nobody knows, or the store could not be told. Set quantities again; changes are settled by the next run. */
  readonly unknown: readonly Row[];
  /** Rows that were drawn and not sent, because the run stopped. */
  readonly unsent: readonly Row[];
  /** Why it stopped before its end: an error of the shop, the store or the network, or the reason of your abort. */
  readonly stoppedBy?: unknown;
}

/** What Shopify calls the reason of a change in the stock history. */
export type StockReason =
  | 'correction'
  | 'cycle_count_available'
  | 'damaged'
  | 'movement_canceled'
  | 'movement_created'
  | 'movement_received'
  | 'movement_updated'
  | 'other'
  | 'promotion'
  | 'quality_control'
  | 'received'
  | 'reservation_created'
  | 'reservation_deleted'
  | 'reservation_updated'
  | 'restock'
  | 'safety_stock'
  | 'shrinkage';

interface StockOptions {
  /** Default `correction`. Shopify's list: https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states */
  readonly reason?: StockReason;
  /** A URI that stands in the shop's stock history beside the change. Default: one with the run's id. */
  readonly reference?: string;
  /** Names the run. Default: a new UUID. */
  readonly runId?: string;
  readonly signal?: AbortSignal;
}

/** Options of `set`. */
export interface SetStockOptions extends StockOptions {
  /** `available` (default) can be sold; `on_hand` is all that lies there. */
  readonly name?: 'available' | 'on_hand';
  /**
   * Decides about a row whose `expected` is not what is there: `report` (default) leaves it, `overwrite` sets it all the same,
   * a function gives the quantity to set, or `undefined` to leave it.
   */
  readonly onStale?:
    | 'report'
    | 'overwrite'
    | ((row: StockQuantity, current: number) => number | undefined | Promise<number | undefined>);
}

/** Options of `adjust`. */
export interface AdjustStockOptions extends StockOptions {}

/** Options of `createInventory`. */
export interface InventoryOptions {
  /** What `createShopifyClient` returns. Its token needs the scope `write_inventory`, and `read_products` for SKUs. */
  readonly client: SyncClient;
  /** Remembers which changes were made; needed for `adjust`. The `keyValue` of any stores. */
  readonly stores?: { readonly keyValue: KeyValueStore };
  /** The clock, for tests. Default: the system's. */
  readonly clock?: Clock;
}

/** Stock of one shop, item by item and location by location. */
export interface Inventory {
  /**
   * Sets how much there is, 250 rows a call. One row that Shopify refuses does not stop the others. An item that was not
   * stocked at a location is from now on. Safe to call again.
   *
   * @throws ValidationError for an option that does not exist.
   *
   * @example
   * const { done, refused } = await inventory.set(counts, { reason: 'cycle_count_available' });
   */
  set(
    rows: Iterable<StockQuantity> | AsyncIterable<StockQuantity>,
    options?: SetStockOptions,
  ): Promise<StockReport<StockQuantity>>;
  /**
   * Changes how much is available, 250 rows a call, each id once: not again after a crash, in another process or in a second
   * run, for 90 days. What an earlier run left open is settled first: within 24 hours Shopify knows its key.
   *
   * @throws ValidationError for an option that does not exist. ConfigError where `createInventory` got no stores.
   *
   * @example
   * await inventory.adjust([{ id: 'receipt-77/1', sku: 'TEE-M', locationId, delta: 12 }], { reason: 'received' });
   */
  adjust(
    rows: Iterable<StockChange> | AsyncIterable<StockChange>,
    options?: AdjustStockOptions,
  ): Promise<StockReport<StockChange>>;
}

/** Most rows of one mutation: https://shopify.dev/docs/api/admin-graphql/latest/input-objects/InventorySetQuantitiesInput */
const batchSize = 250;

/** SKUs in one search. */
const skusASearch = 50;

/** How often one row may be decided anew, where the stock changes under it again and again. */
const mostDecisions = 3;

const maxUnits = 1_000_000_000;

const stale = 'CHANGE_FROM_QUANTITY_STALE';

const optionNames: Record<keyof InventoryOptions, true> = { client: true, stores: true, clock: true };

const adjustNames: Record<keyof AdjustStockOptions, true> = {
  reason: true,
  reference: true,
  runId: true,
  signal: true,
};

const setNames: Record<keyof SetStockOptions, true> = { ...adjustNames, name: true, onStale: true };

/**
 * Creates what sets and changes the stock of one shop.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const inventory = createInventory({ client, stores });
 * await inventory.set([{ sku: 'TEE-M', locationId: 'gid://shopify/Location/1', quantity: 12 }]);
 */
export function createInventory(options: InventoryOptions): Inventory {
  const issues = [
    ...unknownNames(options, optionNames),
    ...missingMethods('client', options.client ?? null, ['graphql']),
    ...(options.stores ? missingMethods('stores.keyValue', options.stores.keyValue ?? null, ['get', 'lock']) : []),
  ];
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const { client, stores, clock = systemClock } = options;
  return {
    async set(rows, setOptions = {}) {
      const { name, onStale } = setOptions;
      checkOptions(setOptions, setNames, [
        ...unknownValue('name', name, ['available', 'on_hand']),
        ...(typeof onStale === 'function' ? [] : unknownValue('onStale', onStale, ['report', 'overwrite'])),
      ]);
      return setStock(client, rows, setOptions);
    },
    async adjust(rows, adjustOptions = {}) {
      checkOptions(adjustOptions, adjustNames, []);
      if (!stores) {
        const message = 'is missing: adjust remembers there which changes were made. Give the stores of any adapter.';
        throw new ConfigError('Invalid configuration', { issues: [{ field: 'stores', message }], shop: client.shop });
      }
      return adjustStock(client, new MadeChanges(stores.keyValue, client.shop, clock), rows, adjustOptions);
    },
  };
}

function checkOptions(options: StockOptions, names: object, more: readonly Issue[]): void {
  const issues = [...unknownNames(options, { ...names }), ...more];
  if (issues.length > 0) throw new ValidationError('The options are invalid', { issues });
}

/** A row whose item is known. */
interface Located<Row> {
  readonly row: Row;
  readonly inventoryItemId: string;
}

/** Collects what became of the rows of a run. */
class Report<Row extends StockPlace> {
  readonly runId: string;
  done = 0;
  repeated = 0;
  readonly refused: RefusedStock<Row>[] = [];
  readonly unknown: Row[] = [];
  readonly unsent: Row[] = [];
  stoppedBy: unknown;

  constructor(runId: string) {
    this.runId = runId;
  }

  refuse(row: Row, code: string, message: string, current?: number): void {
    this.refused.push({ row, code, message, ...(current !== undefined && { current }) });
  }

  /**
   * What stopped the run while these were in work.
   *
   * @param wasMade Whether they were carried out, and that could not be noted.
   */
  stop(error: unknown, rows: readonly Located<Row>[], wasMade = false): void {
    this.stoppedBy = error;
    const maybeDone = wasMade || (isShopwrightError(error) && error.mayHaveExecuted);
    for (const { row } of rows) (maybeDone ? this.unknown : this.unsent).push(row);
  }

  get result(): StockReport<Row> {
    const { runId, done, repeated, refused, unknown, unsent, stoppedBy } = this;
    return { runId, done, repeated, refused, unknown, unsent, ...(stoppedBy !== undefined && { stoppedBy }) };
  }
}

async function setStock(
  client: SyncClient,
  rows: Iterable<StockQuantity> | AsyncIterable<StockQuantity>,
  options: SetStockOptions,
): Promise<StockReport<StockQuantity>> {
  const { name = 'available', signal } = options;
  const report = new Report<StockQuantity>(options.runId ?? randomUUID());
  const checkRow = (row: StockQuantity): string | undefined =>
    unitsProblem('quantity', row.quantity, name === 'on_hand' ? 0 : -maxUnits) ??
    (row.expected === undefined ? undefined : unitsProblem('expected', row.expected, -maxUnits));
  await inBatches(client, rows, { report, signal, checkRow }, async (batch) => {
    const wanted = new Map(
      withoutDuplicates(batch, report).map((one) => [one, { ...quantityOf(one.row), decided: 0 }]),
    );
    try {
      while (wanted.size > 0) {
        const sent = [...wanted.keys()];
        const quantities = sent.map((one) => ({
          inventoryItemId: one.inventoryItemId,
          locationId: one.row.locationId,
          quantity: wanted.get(one)?.quantity ?? one.row.quantity,
          changeFromQuantity: wanted.get(one)?.expected ?? null,
        }));
        const refused = await refusalsOf('quantities', sent.length, () =>
          client.graphql(
            InventorySetDocument,
            { input: { name, ...causeOf(options, report.runId), quantities } },
            callOptions({ signal }),
          ),
        );
        if (refused.size === 0) {
          report.done += sent.length;
          return;
        }
        for (const [index, { code, message }] of refused) {
          const one = sent[index];
          const want = one && wanted.get(one);
          if (!one || !want) continue;
          const current = code === stale ? await readLevel(client, one, name, signal) : undefined;
          const mayDecide = current !== undefined && want.decided < mostDecisions;
          const quantity = mayDecide ? await decide(one.row, current, options) : undefined;
          if (quantity !== undefined) {
            wanted.set(one, { quantity, expected: current, decided: want.decided + 1 });
            continue;
          }
          report.refuse(one.row, code, message, current);
          wanted.delete(one);
        }
      }
    } catch (error) {
      report.stop(error, [...wanted.keys()]);
      throw error;
    }
  });
  return report.result;
}

const quantityOf = ({ quantity, expected }: StockQuantity) => ({ quantity, expected });

async function decide(
  row: StockQuantity,
  current: number,
  { onStale = 'report', name }: SetStockOptions,
): Promise<number | undefined> {
  if (onStale === 'report') return undefined;
  if (onStale === 'overwrite') return row.quantity;
  const quantity = await onStale(row, current);
  const problem =
    quantity === undefined ? undefined : unitsProblem('onStale', quantity, name === 'on_hand' ? 0 : -maxUnits);
  if (problem !== undefined)
    throw new ValidationError('The stock was not set', { issues: [{ field: 'onStale', message: problem }] });
  return quantity;
}

/** One row for each item and location. Two that say the same are one; of two that differ nobody knows which is right. */
function withoutDuplicates(
  batch: readonly Located<StockQuantity>[],
  report: Report<StockQuantity>,
): readonly Located<StockQuantity>[] {
  const byPlace = Map.groupBy(batch, ({ inventoryItemId, row }) => `${inventoryItemId} ${row.locationId}`);
  return [...byPlace.values()].flatMap((same) => {
    const [first, ...others] = same;
    if (!first || others.length === 0) return same;
    const isSame = others.every(
      ({ row }) => row.quantity === first.row.quantity && row.expected === first.row.expected,
    );
    for (const { row } of isSame ? others : same)
      report.refuse(
        row,
        'DUPLICATE',
        isSame
          ? 'The same row stands here twice. It was set once.'
          : 'Another row of the batch sets the same item and location to something else. Give one row for each.',
      );
    return isSame ? [first] : [];
  });
}

async function readLevel(
  client: SyncClient,
  { inventoryItemId, row }: Located<StockQuantity>,
  name: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const variables = { id: inventoryItemId, locationId: row.locationId };
  const { data } = await client.graphql(InventoryLevelReadDocument, variables, callOptions({ signal }));
  const level = data.inventoryItem?.inventoryLevel?.quantities.find((quantity) => quantity.name === name);
  // An item that is not stocked there has none.
  return level?.quantity ?? 0;
}

interface BatchSettings<Row extends StockPlace> {
  readonly report: Report<Row>;
  readonly signal: AbortSignal | undefined;
  /** What is wrong with a row, for people. */
  readonly checkRow: (row: Row) => string | undefined;
}

/**
 * Goes through the rows batch by batch: checks them, finds their items, and hands them on. Ends at the first error, which
 * `work` must have reported with its rows.
 */
async function inBatches<Row extends StockPlace>(
  client: SyncClient,
  rows: Iterable<Row> | AsyncIterable<Row>,
  { report, signal, checkRow }: BatchSettings<Row>,
  work: (batch: readonly Located<Row>[]) => Promise<void>,
): Promise<void> {
  const run = async (batch: readonly Row[]): Promise<void> => {
    const located = await locate(client, batch, report, signal);
    await work(located);
  };
  let batch: Row[] = [];
  try {
    for await (const row of rows) {
      const problem = placeProblem(row) ?? checkRow(row);
      if (problem !== undefined) report.refuse(row, 'INVALID', problem);
      else batch.push(row);
      signal?.throwIfAborted();
      if (batch.length < batchSize) continue;
      const full = batch;
      batch = [];
      await run(full);
    }
    const rest = batch;
    batch = [];
    if (rest.length > 0) await run(rest);
  } catch (error) {
    report.stoppedBy ??= error;
    report.unsent.push(...batch);
  }
}

/** Finds the items of those rows that name a SKU. */
async function locate<Row extends StockPlace>(
  client: SyncClient,
  rows: readonly Row[],
  report: Report<Row>,
  signal: AbortSignal | undefined,
): Promise<readonly Located<Row>[]> {
  const skus = [...new Set(rows.flatMap(({ sku }) => sku ?? []))];
  const items = new Map<string, Set<string>>();
  try {
    for (const searched of chunksOf(skus, skusASearch)) {
      const query = searched.map((sku) => `sku:'${sku.replace(/[\\']/g, '\\$&')}'`).join(' OR ');
      const found = await allPages('productVariants', async (after) => {
        const variables = { query, first: batchSize, after };
        const { data } = await client.graphql(InventoryItemsFindDocument, variables, callOptions({ signal }));
        return data.productVariants;
      });
      for (const { sku, inventoryItem } of found) {
        const known = items.get(sku ?? '') ?? new Set();
        items.set(sku ?? '', known.add(inventoryItem.id));
      }
    }
  } catch (error) {
    report.unsent.push(...rows);
    throw error;
  }
  return rows.flatMap((row) => {
    if (row.inventoryItemId !== undefined) return [{ row, inventoryItemId: row.inventoryItemId }];
    const [inventoryItemId, ...others] = items.get(row.sku) ?? [];
    if (inventoryItemId !== undefined && others.length === 0) return [{ row, inventoryItemId }];
    if (inventoryItemId === undefined)
      report.refuse(
        row,
        'SKU_NOT_FOUND',
        `No variant of ${client.shop} has the SKU "${row.sku}". A new one may take some seconds to be found.`,
      );
    else
      report.refuse(
        row,
        'SKU_AMBIGUOUS',
        `${others.length + 1} variants of ${client.shop} have the SKU "${row.sku}". Give inventoryItemId instead.`,
      );
    return [];
  });
}

function placeProblem(row: StockPlace): string | undefined {
  if (!isRecord(row)) return 'A row must be an object.';
  const { inventoryItemId, sku, locationId } = row;
  if (!isGid(locationId, 'Location'))
    return `locationId must be a gid such as gid://shopify/Location/1, not ${shown(locationId)}.`;
  if (inventoryItemId !== undefined && sku !== undefined) return 'Give inventoryItemId or sku, not both.';
  if (inventoryItemId !== undefined)
    return isGid(inventoryItemId, 'InventoryItem')
      ? undefined
      : `inventoryItemId must be a gid such as gid://shopify/InventoryItem/1, not ${shown(inventoryItemId)}.`;
  return typeof sku === 'string' && sku.trim() !== '' ? undefined : 'inventoryItemId or sku is missing.';
}

const isGid = (value: unknown, type: string): boolean =>
  typeof value === 'string' && new RegExp(`^gid://shopify/${type}/\\d+$`).test(value);

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value.slice(0, 60)}"` : typeof value);

function unitsProblem(field: string, units: unknown, least: number): string | undefined {
  if (typeof units === 'number' && Number.isInteger(units) && units >= least && units <= maxUnits) return undefined;
  return `${field} must be a whole number from ${least.toLocaleString('en')} to ${maxUnits.toLocaleString('en')}.`;
}

const causeOf = ({ reason = 'correction', reference }: StockOptions, runId: string) => ({
  reason,
  referenceDocumentUri: reference ?? `gid://shopwright/StockRun/${runId}`,
});

/** Why Shopify refused a row. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * Sends a batch, of which Shopify carries out all or nothing.
 *
 * @returns The refusals by the row's place; empty where all was carried out.
 * @throws Whatever else stops it, and a refusal that is about no row.
 */
export async function refusalsOf(
  list: string,
  rows: number,
  send: () => Promise<unknown>,
): Promise<ReadonlyMap<number, Refusal>> {
  try {
    await send();
    return new Map();
  } catch (error) {
    if (!isShopwrightError(error, 'USER_ERROR') || error.mayHaveExecuted) throw error;
    const refusals = new Map<number, Refusal>();
    for (const { field, code, message } of error.userErrors) {
      const index = placeOf(field, list);
      if (index === undefined || index >= rows) throw error;
      // The first says it best: a later one may follow from it.
      if (!refusals.has(index)) refusals.set(index, { code: code ?? 'UNKNOWN', message });
    }
    return refusals;
  }
}

/** The row in a path such as `['input', 'quantities', '12', 'locationId']`. */
function placeOf(field: UserErrorEntry['field'], list: string): number | undefined {
  const at = field?.indexOf(list) ?? -1;
  const index = at < 0 ? undefined : field?.[at + 1];
  return index !== undefined && /^\d+$/.test(index) ? Number(index) : undefined;
}

async function adjustStock(
  client: SyncClient,
  made: MadeChanges,
  rows: Iterable<StockChange> | AsyncIterable<StockChange>,
  options: AdjustStockOptions,
): Promise<StockReport<StockChange>> {
  const { signal } = options;
  const report = new Report<StockChange>(options.runId ?? randomUUID());
  const checkRow = (row: StockChange): string | undefined =>
    typeof row.id === 'string' && row.id !== ''
      ? unitsProblem('delta', row.delta, -maxUnits)
      : 'id is missing: it names the change.';
  const send = (batch: StoredBatch, key: string) =>
    client.graphql(
      InventoryAdjustDocument,
      {
        input: {
          name: 'available',
          ...batch.cause,
          changes: batch.changes.map(({ id: _id, ...change }) => ({ ...change, changeFromQuantity: null })),
        },
      },
      { ...callOptions({ signal }), idempotencyKey: key },
    );

  /**
   * Sends what is claimed, until nothing of it is refused any more.
   *
   * @param onMade Called where the rest was carried out, before that is noted.
   */
  const settle = async (claim: Claim, onMade: () => void): Promise<ReadonlyMap<string, Refusal>> => {
    const refused = new Map<string, Refusal>();
    let held: Claim | undefined = claim;
    while (held) {
      const { key, batch }: Claim = held;
      const refusals = await refusalsOf('changes', batch.changes.length, () => send(batch, key)).catch(
        async (error: unknown) => {
          // What was not carried out can be asked for again, with another reason for instance.
          if (isShopwrightError(error) && !error.mayHaveExecuted && (claim.isNew || error.code === 'USER_ERROR'))
            await made.abandon({ key, batch });
          throw error;
        },
      );
      if (refusals.size === 0) {
        onMade();
        await made.finish(held);
        return refused;
      }
      for (const [index, refusal] of refusals) refused.set(batch.changes[index]?.id ?? '', refusal);
      held = await made.without(held, new Set(refused.keys()));
    }
    return refused;
  };

  await inBatches(client, rows, { report, signal, checkRow }, async (batch) => {
    let left = firstOfEach(batch, report);
    let wasMade = false;
    try {
      while (left.length > 0) {
        const cause = causeOf(options, report.runId);
        const claim = await made.claim(left.map(toChange), cause, signal);
        report.repeated += claim.made.size;
        left = left.filter(({ row }) => !claim.made.has(row.id));
        if (claim.open) {
          // Another run has sent these and has not said what became of them. Its rows are told when they are asked for again.
          await settle(claim.open, () => undefined).finally(() => claim.open?.release());
          continue;
        }
        if (claim.isOver) return;
        if (!claim.own) continue;
        const refused = await settle(claim.own, () => {
          wasMade = true;
        }).finally(() => claim.own?.release());
        for (const { row } of left) {
          const refusal = refused.get(row.id);
          if (refusal) report.refuse(row, refusal.code, refusal.message);
          else report.done += 1;
        }
        return;
      }
    } catch (error) {
      report.stop(error, left, wasMade);
      throw error;
    }
  });
  return report.result;
}

const toChange = ({ row, inventoryItemId }: Located<StockChange>): StoredChange => ({
  id: row.id,
  inventoryItemId,
  locationId: row.locationId,
  delta: row.delta,
});

/** One row for each id; a second one with the same id is the same change, or a mistake. */
function firstOfEach(
  batch: readonly Located<StockChange>[],
  report: Report<StockChange>,
): readonly Located<StockChange>[] {
  const seen = new Set<string>();
  return batch.filter(({ row }) => {
    if (!seen.has(row.id)) {
      seen.add(row.id);
      return true;
    }
    report.refuse(
      row,
      'DUPLICATE',
      `Another row of the batch has the id "${row.id}". Give each change an id of its own.`,
    );
    return false;
  });
}

interface StoredChange {
  readonly id: string;
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly delta: number;
}

/** Changes that are sent together under one idempotency key. */
interface StoredBatch {
  readonly format: typeof batchFormat;
  readonly changes: readonly StoredChange[];
  readonly cause: ReturnType<typeof causeOf>;
  /** Milliseconds since the epoch. Nothing is sent before this is stored. */
  readonly sentAt: number;
}

/** A batch that this process holds. */
interface Claim {
  readonly key: string;
  readonly batch: StoredBatch;
  /** Made by this process; else an earlier send may be unsettled. */
  readonly isNew: boolean;
  readonly release: () => Promise<unknown>;
}

const batchFormat = 1;

/** Shopify forgets a key after 24 hours: https://shopify.dev/docs/api/usage/idempotent-requests */
const keyLifeMs = 24 * 60 * 60 * 1000;

/** A change is remembered for 90 days. */
const rememberedMs = 90 * 24 * 60 * 60 * 1000;

const isMade = 'made';

/** Milliseconds to wait for another process that has a batch in work. */
const waitForOthersMs = 60_000;

/** Gives a lock back whose work has ended with an error. */
async function released(lock: Lock, error: unknown): Promise<unknown> {
  await freeLock(lock);
  return error;
}

/**
 * Which changes were made, and which batch has the others, in the store. The mark of a change names its batch before the
 * batch is sent, so that whoever comes after a crash finds what was sent, and sends it again under the same key.
 */
class MadeChanges {
  readonly #store: KeyValueStore;
  readonly #shop: string;
  readonly #clock: Clock;

  constructor(store: KeyValueStore, shop: string, clock: Clock) {
    this.#store = store;
    this.#shop = shop;
    this.#clock = clock;
  }

  /**
   * Claims changes for a new batch. Where another batch has one of them, that one comes as `open`, held by this process, and
   * nothing is claimed.
   */
  async claim(
    changes: readonly StoredChange[],
    cause: StoredBatch['cause'],
    signal: AbortSignal | undefined,
  ): Promise<{
    readonly made: ReadonlySet<string>;
    /** All changes were made before. */
    readonly isOver: boolean;
    readonly own?: Claim;
    readonly open?: Claim;
  }> {
    const key = randomUUID();
    const lock = await this.#hold(key, 0, signal);
    try {
      return await this.#claimAs(key, lock, changes, cause, signal);
    } catch (error) {
      throw await released(lock, error);
    }
  }

  async #claimAs(
    key: string,
    lock: Lock,
    changes: readonly StoredChange[],
    cause: StoredBatch['cause'],
    signal: AbortSignal | undefined,
  ): ReturnType<MadeChanges['claim']> {
    const made = new Set<string>();
    const own: StoredChange[] = [];
    for (const change of changes) {
      const mark = await this.#markKey(change.id);
      const isOwn = await this.#store.setIfAbsent(mark, key, { ttlMs: rememberedMs });
      const holder = isOwn ? key : await this.#store.get(mark);
      if (isOwn) own.push(change);
      else if (holder === isMade) made.add(change.id);
      else {
        await this.#unmark(own, key);
        await lock.release();
        const open = holder === undefined ? undefined : await this.#openBatch(holder, change.id, signal);
        return { made, isOver: false, ...(open && { open }) };
      }
    }
    if (own.length === 0) {
      await lock.release();
      return { made, isOver: true };
    }
    const batch = { format: batchFormat, changes: own, cause, sentAt: this.#clock.now() } as const;
    // Where this process was frozen so long that others took its marks away, nothing is sent.
    const stored = { ttlMs: rememberedMs, fence: lock.token };
    await this.#store.set(await this.#batchKey(key), JSON.stringify(batch), stored);
    return { made, isOver: false, own: { key, batch, isNew: true, release: () => lock.release() } };
  }

  /** All of it was carried out. */
  async finish({ key, batch }: Pick<Claim, 'key' | 'batch'>): Promise<void> {
    for (const { id } of batch.changes)
      await this.#store.compareAndSet(await this.#markKey(id), key, isMade, { ttlMs: rememberedMs });
    await this.#store.delete(await this.#batchKey(key));
  }

  /** Nothing of it was carried out: its changes can be claimed again. */
  async abandon({ key, batch }: Pick<Claim, 'key' | 'batch'>): Promise<void> {
    await this.#unmark(batch.changes, key);
    await this.#store.delete(await this.#batchKey(key));
  }

  /** Shopify refused the batch for some of its changes: the others under a new key, `undefined` where there are none. */
  async without(claim: Claim, refused: ReadonlySet<string>): Promise<Claim | undefined> {
    const { key, batch } = claim;
    const next = randomUUID();
    const changes: StoredChange[] = [];
    for (const change of batch.changes) {
      const isRefused = refused.has(change.id);
      const mark = await this.#markKey(change.id);
      const isOwn = await this.#store.compareAndSet(mark, key, isRefused ? undefined : next, { ttlMs: rememberedMs });
      // Another process that settles the same batch may have taken it.
      if (isOwn && !isRefused) changes.push(change);
    }
    const rest = { ...batch, changes, sentAt: this.#clock.now() };
    if (changes.length > 0)
      await this.#store.set(await this.#batchKey(next), JSON.stringify(rest), { ttlMs: rememberedMs });
    await this.#store.delete(await this.#batchKey(key));
    return changes.length > 0 ? { ...claim, key: next, batch: rest } : undefined;
  }

  /** The batch that has a change, once nobody else works on it; `undefined` where it is done with. */
  async #openBatch(key: string, id: string, signal: AbortSignal | undefined): Promise<Claim | undefined> {
    const lock = await this.#hold(key, waitForOthersMs, signal);
    try {
      return await this.#openAs(key, lock, id);
    } catch (error) {
      throw await released(lock, error);
    }
  }

  async #openAs(key: string, lock: Lock, id: string): Promise<Claim | undefined> {
    const stored = await this.#store.get(await this.#batchKey(key));
    if (stored === undefined) {
      // It was never sent, or is settled but for this mark.
      await this.#store.compareAndSet(await this.#markKey(id), key, undefined);
      await lock.release();
      return undefined;
    }
    const batch = this.#parse(stored);
    // Of one that lies in the future, since the clock was set back, nobody knows either.
    if (Math.abs(this.#clock.now() - batch.sentAt) < keyLifeMs)
      return { key, batch, isNew: false, release: () => lock.release() };
    const mark = await this.#markKey(id);
    throw new StorageError(
      `The change "${id}" of ${this.#shop} was sent more than 24 hours ago (or the clock was set since), and nobody knows whether it was made. Look at the stock history of the item in Shopify. Then delete the key "${mark}" of the store to make the change now, or write "${isMade}" into it.`,
      { shop: this.#shop },
    );
  }

  async #unmark(changes: readonly StoredChange[], key: string): Promise<void> {
    for (const { id } of changes) await this.#store.compareAndSet(await this.#markKey(id), key, undefined);
  }

  async #hold(key: string, waitMs: number, signal: AbortSignal | undefined): Promise<Lock> {
    const lock = await this.#store.lock(await this.#batchKey(key), { waitMs, ...(signal && { signal }) });
    if (lock) return lock;
    throw new StorageError(
      `Another process has changes of ${this.#shop} in work for more than a minute. Try again later.`,
      {
        shop: this.#shop,
        isRetryable: true,
      },
    );
  }

  #parse(stored: string): StoredBatch {
    const batch = parseJson(stored);
    checkFormat(batch, batchFormat, 'A batch of stock changes', this.#shop);
    return batch as StoredBatch;
  }

  async #markKey(id: string): Promise<string> {
    const hash = createHash('sha256').update(id).digest('base64url').slice(0, 32);
    return `${await stockPrefix('stock-change:', this.#shop)}${hash}`;
  }

  async #batchKey(key: string): Promise<string> {
    return `${await stockPrefix('stock-batch:', this.#shop)}${key}`;
  }
}

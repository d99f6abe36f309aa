// One file: setting and changing stock, from the row to the report. Both share the checks, the search by SKU, the
// batches and the reading of refusals.
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

/** Where the stock is: an inventory item, by its gid or by the SKU of its variant, at one location. */
export type StockPlace = { readonly locationId: string } & (
  | { readonly inventoryItemId: string; readonly sku?: undefined }
  | { readonly sku: string; readonly inventoryItemId?: undefined }
);

/**
 * A quantity to set.
 *
 * @example
 * const row: StockQuantity = { sku: 'TEE-M', locationId: 'gid://shopify/Location/1', quantity: 12, expected: 15 };
 */
export type StockQuantity = StockPlace & {
  /** Units, a whole number from -1,000,000,000 to 1,000,000,000; not negative for `on_hand`. */
  readonly quantity: number;
  /**
   * The quantity that you expect in the shop. If it is another one, somebody has sold or counted meanwhile, and
   * `onStale` decides. If left out, the quantity is set in any case.
   */
  readonly expected?: number;
};

/**
 * A change to make.
 *
 * @example
 * const row: StockChange = { id: 'receipt-77/line-1', sku: 'TEE-M', locationId: 'gid://shopify/Location/1', delta: 12 };
 */
export type StockChange = StockPlace & {
  /** Unique id of this change, such as the line of a receipt: a change with the same id is not made again. */
  readonly id: string;
  /** Units, a whole number from -1,000,000,000 to 1,000,000,000. */
  readonly delta: number;
};

/** A row that was refused. Nothing of it was written. */
export interface RefusedStock<Row> {
  readonly row: Row;
  /**
   * Shopify's code, such as `NON_MUTABLE_INVENTORY_ITEM` for a bundle, `INVALID_LOCATION` or
   * `CHANGE_FROM_QUANTITY_STALE`, or one of our own: `INVALID`, `SKU_NOT_FOUND`, `SKU_AMBIGUOUS`, `DUPLICATE`.
   */
  readonly code: string;
  readonly message: string;
  /** For `CHANGE_FROM_QUANTITY_STALE`: the shop's quantity. */
  readonly current?: number;
}

/** What a call of `set` or `adjust` did. Every row that was read before the run stopped is counted once. */
export interface StockReport<Row> {
  /** Id of the run; it appears in the shop's stock history, unless you set `reference`. */
  readonly runId: string;
  /** Rows that were written. */
  readonly done: number;
  /** Changes that were already made under the same id. 0 for `set`. */
  readonly repeated: number;
  readonly refused: readonly RefusedStock<Row>[];
  /**
   * Rows that were sent but whose outcome is unknown or could not be stored. Set quantities again; the next run settles
   * changes.
   */
  readonly unknown: readonly Row[];
  /** Rows that were read but not sent, because the run stopped. */
  readonly unsent: readonly Row[];
  /** Why the run stopped early: an error of the shop, the store or the network, or the reason of your abort. */
  readonly stoppedBy?: unknown;
}

/** Shopify's reasons for a change in the stock history. */
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
  /** A URI shown beside the change in the shop's stock history. Default: one with the run's id. */
  readonly reference?: string;
  /** Id of the run. Default: a new UUID. */
  readonly runId?: string;
  readonly signal?: AbortSignal;
}

/** Options of `set`. */
export interface SetStockOptions extends StockOptions {
  /** `available` (default) can be sold; `on_hand` is everything at the location. */
  readonly name?: 'available' | 'on_hand';
  /**
   * What to do with a row whose `expected` differs from the shop's quantity: `report` (default) leaves the shop's
   * quantity, `overwrite` sets the row's quantity anyway. A function returns the quantity to set, or `undefined` to
   * leave it.
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
  /** A client of `createShopifyClient`. Its token needs the scope `write_inventory`, and `read_products` for SKUs. */
  readonly client: SyncClient;
  /** Stores which changes were made; required for `adjust`. The `keyValue` of any stores. */
  readonly stores?: { readonly keyValue: KeyValueStore };
  /** Clock, for tests. Default: the system clock. */
  readonly clock?: Clock;
}

/** Stock of one shop, by item and location. */
export interface Inventory {
  /**
   * Sets quantities, 250 rows per call. If Shopify refuses a row, the others are still set. An item that was not
   * stocked at a location is stocked there from then on. Safe to call again.
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
   * Changes available quantities, 250 rows per call. Each id is applied once: not again after a crash, by another
   * process or in a second run, for 90 days. Changes that an earlier run left open are settled first, which is possible
   * within 24 hours, as long as Shopify remembers their idempotency key.
   *
   * @throws ValidationError for an option that does not exist. ConfigError if `createInventory` has no `stores`.
   *
   * @example
   * await inventory.adjust([{ id: 'receipt-77/1', sku: 'TEE-M', locationId, delta: 12 }], { reason: 'received' });
   */
  adjust(
    rows: Iterable<StockChange> | AsyncIterable<StockChange>,
    options?: AdjustStockOptions,
  ): Promise<StockReport<StockChange>>;
}

/**
 * The most rows of one mutation:
 * https://shopify.dev/docs/api/admin-graphql/latest/input-objects/InventorySetQuantitiesInput
 */
const batchSize = 250;

/** How many SKUs one search contains. */
const skusASearch = 50;

/** How often `onStale` may decide about one row, if its stock keeps changing. */
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
 * Creates a writer for the stock of one shop.
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
        const message = 'is missing: adjust stores there which changes were made. Pass the stores of any adapter.';
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

/** A row with the gid of its item. */
interface Located<Row> {
  readonly row: Row;
  readonly inventoryItemId: string;
}

/** Collects the results of a run's rows. */
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
   * Records why the run stopped, with the rows that were being processed.
   *
   * @param wasMade Whether they were executed, but storing that failed.
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
            const expected = options.onStale === 'overwrite' ? undefined : current;
            wanted.set(one, { quantity, expected, decided: want.decided + 1 });
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

/** Keeps one row per item and location. Identical rows count as one; if two rows differ, neither is sent. */
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
          ? 'The batch has this row twice. It was set once.'
          : 'Another row of the batch sets the same item and location to another quantity. Pass one row for each.',
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
  // An item that is not stocked there has no level.
  return level?.quantity ?? 0;
}

interface BatchSettings<Row extends StockPlace> {
  readonly report: Report<Row>;
  readonly signal: AbortSignal | undefined;
  /** Returns what is wrong with a row, or `undefined`. */
  readonly checkRow: (row: Row) => string | undefined;
}

/**
 * Processes the rows in batches: checks them, finds their items, and calls `work`. Ends at the first error, whose rows
 * `work` must have reported.
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

/** Finds the inventory items of rows that have a SKU. */
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
        `No variant of ${client.shop} has the SKU "${row.sku}". A new variant may be found only after some seconds.`,
      );
    else
      report.refuse(
        row,
        'SKU_AMBIGUOUS',
        `${others.length + 1} variants of ${client.shop} have the SKU "${row.sku}". Pass inventoryItemId instead.`,
      );
    return [];
  });
}

function placeProblem(row: StockPlace): string | undefined {
  if (!isRecord(row)) return 'A row must be an object.';
  const { inventoryItemId, sku, locationId } = row;
  if (!isGid(locationId, 'Location'))
    return `locationId must be a gid such as gid://shopify/Location/1, not ${shown(locationId)}.`;
  if (inventoryItemId !== undefined && sku !== undefined) return 'Pass inventoryItemId or sku, not both.';
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
 * Sends a batch, of which Shopify executes all or nothing.
 *
 * @returns The refusals by the row's position; empty if everything was executed.
 * @throws Every other error, and a refusal that does not concern a row.
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
      // The first refusal of a row is the cause: later ones may follow from it.
      if (!refusals.has(index)) refusals.set(index, { code: code ?? 'UNKNOWN', message });
    }
    return refusals;
  }
}

/** The row's position in a path such as `['input', 'quantities', '12', 'locationId']`. */
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
      : 'id is missing: each change needs a unique one.';
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
   * Sends claimed changes until Shopify refuses none of them.
   *
   * @param onMade Called when the remaining changes were executed, before that is stored.
   */
  const settle = async (claim: Claim, onMade: () => void): Promise<ReadonlyMap<string, Refusal>> => {
    const refused = new Map<string, Refusal>();
    let held: Claim | undefined = claim;
    while (held) {
      const { key, batch }: Claim = held;
      const refusals = await refusalsOf('changes', batch.changes.length, () => send(batch, key)).catch(
        async (error: unknown) => {
          // Changes that were not executed can be claimed again, for example with another reason.
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
          // Another run has sent these without storing the outcome. Their rows are reported when they are claimed
          // again.
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

/** Keeps the first row of each id: a second row with the same id is the same change, or a mistake. */
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
      `Another row of the batch has the id "${row.id}". Use a unique id for each change.`,
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

/** Changes that are sent together with one idempotency key. */
interface StoredBatch {
  readonly format: typeof batchFormat;
  readonly changes: readonly StoredChange[];
  readonly cause: ReturnType<typeof causeOf>;
  /** Milliseconds since the epoch. Stored before the batch is sent. */
  readonly sentAt: number;
}

/** A batch that this process has locked. */
interface Claim {
  readonly key: string;
  readonly batch: StoredBatch;
  /** Whether this process created it; otherwise an earlier send may be unsettled. */
  readonly isNew: boolean;
  readonly release: () => Promise<unknown>;
}

const batchFormat = 1;

/** Shopify forgets a key after 24 hours: https://shopify.dev/docs/api/usage/idempotent-requests */
const keyLifeMs = 24 * 60 * 60 * 1000;

/** Milliseconds for which a change is remembered: 90 days. */
const rememberedMs = 90 * 24 * 60 * 60 * 1000;

const isMade = 'made';

/** Milliseconds to wait for another process that is working on a batch. */
const waitForOthersMs = 60_000;

/** Releases a lock after an error, and returns that error. */
async function released(lock: Lock, error: unknown): Promise<unknown> {
  await freeLock(lock);
  return error;
}

/**
 * Stores which changes were made, and which batch contains each of the others. The mark of a change names its batch
 * before the batch is sent. So after a crash, another process finds what was sent, and sends it again with the same
 * key.
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
   * Claims changes for a new batch. If one of them is in another batch, nothing is claimed, and that batch is returned
   * as `open`, locked by this process.
   */
  async claim(
    changes: readonly StoredChange[],
    cause: StoredBatch['cause'],
    signal: AbortSignal | undefined,
  ): Promise<{
    readonly made: ReadonlySet<string>;
    /** Whether all changes were made before. */
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
    // In the same order in every process, or several of them could take each other's changes away for ever.
    for (const change of changes.toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
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
    // The fence: if this process was frozen so long that others took its marks away, nothing is sent.
    const stored = { ttlMs: rememberedMs, fence: lock.token };
    await this.#store.set(await this.#batchKey(key), JSON.stringify(batch), stored);
    return { made, isOver: false, own: { key, batch, isNew: true, release: () => lock.release() } };
  }

  /** Marks the changes of a batch as made. */
  async finish({ key, batch }: Pick<Claim, 'key' | 'batch'>): Promise<void> {
    for (const { id } of batch.changes)
      await this.#store.compareAndSet(await this.#markKey(id), key, isMade, { ttlMs: rememberedMs });
    await this.#store.delete(await this.#batchKey(key));
  }

  /** Releases the changes of a batch that was not executed: they can be claimed again. */
  async abandon({ key, batch }: Pick<Claim, 'key' | 'batch'>): Promise<void> {
    await this.#unmark(batch.changes, key);
    await this.#store.delete(await this.#batchKey(key));
  }

  /** Shopify refused some changes of the batch: returns the others under a new key; `undefined` if there are none. */
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

  /** Locks the batch that contains a change; `undefined` if the batch is finished. */
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
      // It was never sent, or only this mark is left of it.
      await this.#store.compareAndSet(await this.#markKey(id), key, undefined);
      await lock.release();
      return undefined;
    }
    const batch = this.#parse(stored);
    // If the clock was set back, the batch seems to come from the future, and its age is unknown too.
    if (Math.abs(this.#clock.now() - batch.sentAt) < keyLifeMs)
      return { key, batch, isNew: false, release: () => lock.release() };
    const mark = await this.#markKey(id);
    throw new StorageError(
      `The change "${id}" of ${this.#shop} was sent more than 24 hours ago (or the clock was set since), so it is unknown whether it was made. Check the item's stock history in Shopify. If the change is missing there, delete the key "${mark}" from the store and run again. Otherwise set that key to "${isMade}".`,
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
      `Another process has been working on changes of ${this.#shop} for more than a minute. Try again later.`,
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

import { randomUUID } from 'node:crypto';
import { type Issue, isShopwrightError, ValidationError } from '../../errors/errors.ts';
import { ProductOwnersDocument, ProductsSeenDocument } from '../../graphql/operations/generated/graphql.ts';
import { pagesById, searchAbove } from '../../graphql/pagination.ts';
import { forEachConcurrent } from '../../internal/concurrency.ts';
import { unknownNames, unknownValue } from '../../internal/names.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import type { SyncRecord } from '../../ports/sync-record-store.ts';
import { idField } from '../identity.ts';
import { checkStock, type StockCheck, type StockCheckOptions } from '../inventory/stock-table.ts';
import { recordsOf } from '../plan/candidates.ts';
import type { DriftPolicy } from '../plan/plan.ts';
import { isShopWide } from '../push/push-failure.ts';
import { callOptions } from '../read-remote.ts';
import { recordPages } from '../record-pages.ts';
import type { ShopInfo } from '../shop/shop-info.ts';
import {
  checkLost,
  checkRecord,
  type Finding,
  type FindingKind,
  isBeingPushed,
  isUnknown,
  type ProductCheck,
  type RepairContext,
} from './repair.ts';

/**
 * Options of `reconcile`.
 *
 * @example
 * await sync.reconcile({ since: Date.now() - 86_400_000, onDrift: 'ours' });
 */
export interface ReconcileOptions {
  /**
   * Compares only products that changed in the shop since then, by Shopify's `updatedAt`: a date, or milliseconds since
   * the epoch. Deletions, lost records and unfinished pushes are found in any case. Default: compares all.
   */
  readonly since?: Date | number;
  /** Stops between two products. Repairs that were made stay. Default: none. */
  readonly signal?: AbortSignal;
  /**
   * What to do with findings. `report` (default): nothing. `ours`: restore the values of the last push in the shop.
   * `theirs`: accept the shop's values, so that they are not found again. Both `ours` and `theirs` also repair records.
   */
  readonly onDrift?: DriftPolicy;
  /**
   * Also compares the table that inventory webhooks fill (`createSyncWebhooks`) with the shop's stock: `true`, or
   * options. With `ours` and `theirs`, the table is updated from the shop. The token needs `read_inventory` and
   * `read_locations`. Default `false`.
   */
  readonly stock?: boolean | StockCheckOptions;
  /** Ends after this many findings, so that no more are repaired: 1 or more. Default: none. */
  readonly limit?: number;
  /** Called with each finding, and awaited. An error ends the call. */
  readonly onFinding?: (finding: Finding) => unknown;
}

/** What `reconcile` found. */
export interface ReconcileReport {
  /** Products that were checked, without those that were being pushed. */
  readonly checked: number;
  readonly counts: Readonly<Record<FindingKind, number>>;
  readonly repaired: number;
  /** Products that could not be read. They do not count as `checked`. */
  readonly unread: number;
  /** Percentage of checked products without a finding, with two decimals, rounded down; 100 if none were checked. */
  readonly consistency: number;
  /** The first 1,000. */
  readonly findings: readonly Finding[];
  /** Whether all products were checked: `false` if `limit` ended it. */
  readonly isComplete: boolean;
  /** The result of the option `stock`. */
  readonly stock?: StockCheck;
  /** Id of the repairs in the journal: `rollback({ runId })` undoes those made in the shop. */
  readonly runId: string;
}

const optionNames: Record<keyof ReconcileOptions, true> = {
  since: true,
  signal: true,
  onDrift: true,
  limit: true,
  stock: true,
  onFinding: true,
};

const mostListed = 1_000;

/** The most ids in one call, and the most products in a page. */
const pageSize = 250;

/**
 * Finds products that are out of sync with their records, and repairs them as the policy says.
 *
 * @throws ValidationError for an invalid option. StorageError, the signal's reason, and errors that concern the whole
 * shop.
 */
export async function reconcile(
  context: Omit<RepairContext, 'runId'> & {
    readonly concurrency: number;
    readonly keyValue: KeyValueStore;
    readonly info: Pick<ShopInfo, 'locations'>;
  },
  options: ReconcileOptions,
): Promise<ReconcileReport> {
  refuseInvalid(options);
  const { onDrift = 'report', limit = Number.POSITIVE_INFINITY, signal, stock = false } = options;
  signal?.throwIfAborted();
  const { concurrency, keyValue, info, ...shared } = context;
  const runId = randomUUID();
  const counts: Record<FindingKind, number> = { edited: 0, deleted: 0, 'lost-record': 0, unfinished: 0 };
  const findings: Finding[] = [];
  const known = new Set<string>();
  let [checked, repaired, unread, found] = [0, 0, 0, 0];
  const full = new AbortController();
  const ended = signal ? AbortSignal.any([signal, full.signal]) : full.signal;

  /** Counts one more finding. Returns `false` if the limit is reached. */
  const mayFind = (): boolean => {
    if (found >= limit) {
      full.abort();
      return false;
    }
    found += 1;
    return true;
  };

  const work = async (localId: string, check: () => Promise<ProductCheck>): Promise<void> => {
    if (full.signal.aborted) return;
    const result = await check().catch((error: unknown): 'unread' => {
      const isOfOne = isShopwrightError(error) && error.code !== 'STORAGE_FAILED' && !isShopWide(error);
      if (!isOfOne || signal?.aborted) throw error;
      return 'unread';
    });
    if (result === 'unread') unread += 1;
    if (result === 'not-now' || result === 'full' || result === 'unread') return;
    checked += 1;
    if (result === 'in-step') return;
    counts[result.kind] += 1;
    known.add(localId);
    if (result.isRepaired) repaired += 1;
    if (findings.length < mostListed) findings.push(result);
    await options.onFinding?.(result);
  };

  const repairing = { ...shared, runId, onDrift, mayFind, signal };
  try {
    await forEachConcurrent(
      suspects(context, options, (count) => (checked += count)),
      { concurrency, signal: ended },
      (localId) => work(localId, () => checkRecord(localId, repairing)),
    );
    await forEachConcurrent(lostProducts(context, options), { concurrency, signal: ended }, ({ localId, gid }) =>
      known.has(localId) ? Promise.resolve() : work(localId, () => checkLost(localId, gid, repairing)),
    );
  } catch (error) {
    if (!full.signal.aborted || signal?.aborted || error !== full.signal.reason) throw error;
  }
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  const consistency = checked === 0 ? 100 : Math.floor(((checked - sum) / checked) * 10_000) / 100;
  const report = { checked, counts, repaired, unread, consistency, findings, isComplete: !full.signal.aborted, runId };
  if (!stock || full.signal.aborted) return report;
  const locations = await info.locations({ ...(signal && { signal }) });
  const check = await checkStock(
    { client: context.client, keyValue, clock: context.clock },
    locations.map(({ id }) => id),
    { ...(stock !== true && stock), repairs: onDrift !== 'report', signal },
  );
  return { ...report, stock: check };
}

function refuseInvalid(options: ReconcileOptions): void {
  const { since, onDrift, limit, stock } = options;
  const issues: Issue[] = [
    ...unknownNames(options, optionNames),
    ...unknownValue('onDrift', onDrift, ['report', 'ours', 'theirs']),
  ];
  if (since !== undefined && !Number.isFinite(since instanceof Date ? since.getTime() : since))
    issues.push({ field: 'since', message: 'must be a date, or milliseconds since the epoch.' });
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1))
    issues.push({ field: 'limit', message: 'must be a whole number, 1 or more.' });
  if (typeof stock === 'object') issues.push(...unknownNames(stock, stockNames));
  if (issues.length > 0) throw new ValidationError('The options are invalid', { issues });
}

const stockNames: Record<keyof StockCheckOptions, true> = { appId: true, onMissed: true };

/**
 * Products with records that may be out of sync. Calls `passed` with the number of those that did not change according
 * to Shopify.
 */
async function* suspects(
  { client, records, clock }: Pick<RepairContext, 'client' | 'records' | 'clock'>,
  { since, signal }: ReconcileOptions,
  passed: (count: number) => void,
): AsyncGenerator<string> {
  for await (const page of recordPages(records, client.shop, { limit: pageSize })) {
    const open = page.filter((record) => isOpen(record) && !isBeingPushed(record, clock));
    if (since === undefined) yield* open.map(({ localId }) => localId);
    else {
      // Shopify's times have whole seconds.
      const sinceMs = Math.floor(Number(since) / 1_000) * 1_000;
      const ids = open.flatMap(({ gid }) => gid ?? []);
      const times = new Map<string, number>();
      if (ids.length > 0) {
        const { data } = await client.graphql(ProductsSeenDocument, { ids }, callOptions({ signal }));
        for (const node of data.nodes) if (node && 'id' in node) times.set(node.id, Date.parse(node.updatedAt));
      }
      const isSuspect = ({ gid, status }: SyncRecord): boolean =>
        status === 'syncing' || (times.get(gid ?? '') ?? Number.POSITIVE_INFINITY) >= sinceMs;
      const listed = open.filter(isSuspect);
      passed(open.length - listed.length);
      yield* listed.map(({ localId }) => localId);
    }
  }
}

/** Whether a record can be out of sync: its product is in the shop, or a push of it was started. */
const isOpen = ({ gid, status }: SyncRecord): boolean =>
  status === 'syncing' || (gid !== null && status !== 'deleted-in-shopify');

/** Products of the shop with a local id whose record does not point to them. */
async function* lostProducts(
  { client, records }: Pick<RepairContext, 'client' | 'records'>,
  { signal }: ReconcileOptions,
): AsyncGenerator<{ readonly localId: string; readonly gid: string }> {
  const { namespace, key } = idField;
  const read = async (after: string | null, stop: AbortSignal, above: number | undefined) => {
    const variables = { first: pageSize, after, query: searchAbove(null, above), namespace, key };
    const { data } = await client.graphql(ProductOwnersDocument, variables, callOptions({ signal: stop }));
    const { nodes, pageInfo } = data.products;
    return { nodes, hasMore: pageInfo.hasNextPage, cursor: pageInfo.endCursor };
  };
  for await (const { nodes } of pagesById(read, { path: 'products', shop: client.shop, signal })) {
    const owned = nodes.flatMap(({ id, metafield }) => (metafield ? [{ gid: id, localId: metafield.value }] : []));
    const found =
      owned.length > 0
        ? await recordsOf(
            records,
            client.shop,
            owned.map(({ localId }) => localId),
          )
        : [];
    const byId = new Map(found.map((record) => [record.localId, record]));
    yield* owned.filter(({ localId, gid }) => isUnknown(byId.get(localId), gid));
  }
}

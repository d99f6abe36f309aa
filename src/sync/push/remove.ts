import { randomUUID } from 'node:crypto';
import { isShopwrightError } from '../../errors/errors.ts';
import { ProductRemoveDocument } from '../../graphql/operations/generated/graphql.ts';
import type { Clock } from '../../internal/clock.ts';
import type { JsonObject } from '../../internal/json.ts';
import type { SyncJournal } from '../../ports/sync-journal.ts';
import type { SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import type { ProductChange } from '../plan/change.ts';
import { nameOf, type ProductPlan } from '../plan/plan.ts';
import {
  contentHash,
  type FactList,
  matchFacts,
  type PushBase,
  type RemoteProduct,
  readBase,
  remoteFacts,
  writeBase,
} from '../plan/product-facts.ts';
import { callOptions, readRemote, scopeOf, wholeScope } from '../read-remote.ts';
import { withoutLarge } from '../rollback/large-values.ts';
import type { SyncClient } from '../sync-client.ts';
import { applyChanges } from './apply.ts';
import { withBarcodes } from './barcodes.ts';
import type { Removal } from './missing-products.ts';
import { archivedPart, journalFormat, type PushResult, pushId } from './push.ts';
import { failure } from './push-failure.ts';

/** What the removal of one product needs. */
export interface RemovalContext {
  readonly client: SyncClient;
  readonly records: SyncRecordStore;
  readonly journal: SyncJournal;
  readonly clock: Clock;
}

/** Options of the removal of one product. */
interface RemovalOptions {
  readonly signal?: AbortSignal | undefined;
  readonly dryRun?: boolean | undefined;
  readonly runId?: string | undefined;
  /** The plan being applied. If the removal would now delete something else, the result is `outdated`. */
  readonly expected?: ProductPlan | undefined;
}

/**
 * Deletes or archives the product with a local id. Before anything is sent, all parts that can be read are stored in
 * the journal.
 *
 * @throws StorageError, and the signal's reason. A rejection by Shopify is a result.
 */
export async function removeProduct(
  localId: string,
  removal: Removal,
  context: RemovalContext,
  options: RemovalOptions,
): Promise<PushResult> {
  const { client, records } = context;
  const { signal, dryRun, expected } = options;
  const record = await records.get(client.shop, localId);
  const gid = record?.gid ?? null;
  if (!record || gid === null || record.status === 'deleted-in-shopify') return unknownProduct(localId, client.shop);
  const base = readBase(record.lastSyncData);
  try {
    const scope = removal === 'delete' ? wholeScope(base) : scopeOf({}, undefined, false);
    const remote = await readRemote(client, gid, scope, { signal });
    const plan = remote && planRemoval(localId, removal, base, remote);
    if (!plan || plan.action === 'unchanged') {
      if (!remote && !dryRun) await records.putIf(gone(record), record.version);
      return { outcome: 'unchanged', localId, gid };
    }
    if (dryRun) return { outcome: removal === 'delete' ? 'would-delete' : 'would-archive', localId, plan };
    if (expected && takes(plan) !== takes(expected)) return { outcome: 'outdated', localId, plan };
    const begun = await begin(record, context);
    // Somebody else has written the record: start again.
    if (!begun) return await removeProduct(localId, removal, context, options);
    const changes = await withBarcodes(client, remote, plan.changes, { signal });
    await note(begun, removal, changes, context, options.runId);
    if (removal === 'archive') await archive(begun, base, remote, plan, context, signal);
    else {
      await deleteProduct(gid, client, signal);
      await records.delete(client.shop, localId);
    }
    return { outcome: removal === 'delete' ? 'deleted' : 'archived', localId, gid };
  } catch (error) {
    if (signal?.aborted || !isShopwrightError(error) || error.code === 'STORAGE_FAILED') throw error;
    const stored = await records.get(client.shop, localId);
    if (!dryRun && stored)
      await records.putIf({ ...stored, ...failure(error, gid), version: stored.version + 1 }, stored.version);
    return { outcome: 'failed', localId, error };
  }
}

/**
 * Deletes a product. It is not an error if an earlier call or a merchant has already deleted it.
 */
export async function deleteProduct(gid: string, client: SyncClient, signal: AbortSignal | undefined): Promise<void> {
  try {
    await client.graphql(ProductRemoveDocument, { id: gid }, callOptions({ signal }));
  } catch (error) {
    const isGone =
      isShopwrightError(error, 'USER_ERROR') && error.userErrors.every(({ message }) => /not exist/.test(message));
    if (!isGone) throw error;
  }
}

function planRemoval(
  localId: string,
  removal: Removal,
  base: PushBase | undefined,
  remote: RemoteProduct,
): ProductPlan {
  const plan = { localId, gid: remote.id, drifts: [], conflicts: [] };
  if (removal === 'archive') {
    const fields = { status: { from: remote.status, to: 'ARCHIVED' } };
    const change = { kind: 'update', list: 'product', key: '', name: '', fields } as const;
    return remote.status === 'ARCHIVED'
      ? { ...plan, action: 'unchanged', changes: [] }
      : { ...plan, action: 'archive', changes: [change] };
  }
  return { ...plan, action: 'delete', changes: removedParts(base, remote) };
}

/** All parts of a product as removed entries, with the values of the last push where Shopify returns none. */
function removedParts(base: PushBase | undefined, remote: RemoteProduct): readonly ProductChange[] {
  const matches = matchFacts(base?.facts ?? {}, base, remote);
  const theirs = remoteFacts(remote, matches);
  const variants = new Map(remote.variants.map((variant) => [variant.id as string, variant.inventoryQuantity ?? 0]));
  const gids = {
    variants: new Map([...matches.variants].map(([key, { id }]) => [key, id as string])),
    images: new Map([...matches.images].map(([key, { id }]) => [key, id as string])),
  };
  return Object.entries(theirs).flatMap(([name, entries]) => {
    const list = name as FactList;
    return Object.entries(entries ?? {}).map(([key, there]): ProductChange => {
      const known = base?.facts[list]?.[key] ?? {};
      // The image's URL in the shop disappears with the product. The URL that it was uploaded from may remain.
      const facts = { ...known, ...there, ...(list === 'images' && known) };
      const gid = list === 'variants' || list === 'images' ? (gids[list].get(key) ?? key) : undefined;
      return {
        ...{ kind: 'remove', list, key, name: nameOf(list, key, facts) },
        ...(gid !== undefined && { gid }),
        fields: Object.fromEntries(Object.entries(facts).map(([field, from]) => [field, { from, to: null }])),
        ...(list === 'variants' && { stock: variants.get(gid ?? '') ?? 0 }),
      };
    });
  });
}

/** What a removal deletes, as a hash. Sales do not change it as long as a variant still has stock. */
const takes = ({ action, changes }: ProductPlan): string =>
  contentHash([action, changes.map(({ stock, ...change }) => ({ ...change, hasStock: Boolean(stock) }))]);

/** Marks the record as being written. `undefined` if somebody else has written it. */
async function begin(record: SyncRecord, { records, clock }: RemovalContext): Promise<SyncRecord | undefined> {
  const begun: SyncRecord = {
    ...record,
    version: record.version + 1,
    status: 'syncing',
    attempts: record.attempts + 1,
    lastAttemptAt: clock.now(),
    parts: { ...record.parts, [pushId]: randomUUID() },
  };
  return (await records.putIf(begun, record.version)) ? begun : undefined;
}

async function note(
  { localId, gid, lastSyncData }: SyncRecord,
  action: Removal,
  changes: readonly ProductChange[],
  { client, journal, clock }: RemovalContext,
  runId: string | undefined,
): Promise<void> {
  const sent = { format: journalFormat, changes, publications: [] } as unknown as JsonObject;
  const base = readBase(lastSyncData);
  // The record of a deleted product is deleted too, so the entry must contain all of its data.
  const before = action === 'archive' && base ? writeBase(withoutLarge(base, changes)) : lastSyncData;
  await journal.append([
    { shop: client.shop, localId, gid, runId: runId ?? null, action, at: clock.now(), sent, before },
  ]);
}

async function archive(
  { localId }: SyncRecord,
  base: PushBase | undefined,
  remote: RemoteProduct,
  { changes }: ProductPlan,
  { client, records, clock }: RemovalContext,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { updatedAt } = await applyChanges(
    {
      ...{ client, clock, remote, changes, desired: {} },
      ...{ sources: new Map(), imageIds: new Map(), variantIds: new Map() },
    },
    { signal },
  );
  const archived = base && {
    ...base,
    facts: { ...base.facts, product: { '': { ...base.facts.product?.[''], status: 'ARCHIVED' } } },
  };
  for (;;) {
    const record = await records.get(client.shop, localId);
    if (!record) return;
    const next: SyncRecord = {
      ...record,
      version: record.version + 1,
      status: 'synced',
      hash: null,
      attempts: 0,
      lastError: null,
      lastSyncedAt: clock.now(),
      shopifyUpdatedAt: updatedAt,
      lastSyncData: archived ? writeBase(archived) : record.lastSyncData,
      parts: { ...record.parts, [archivedPart]: remote.status },
    };
    if (await records.putIf(next, record.version)) return;
  }
}

const gone = (record: SyncRecord): SyncRecord => ({
  ...record,
  status: 'deleted-in-shopify',
  version: record.version + 1,
});

function unknownProduct(localId: string, shop: string): PushResult {
  const message = `has no product in ${shop}: none was pushed with this local id, or it was already deleted.`;
  const issue = { severity: 'error', code: 'product-unknown', field: 'localId', message } as const;
  return { outcome: 'invalid', localId, issues: [issue] };
}

import { randomUUID } from 'node:crypto';
import { isShopwrightError, type ShopwrightError, ValidationError } from '../../errors/errors.ts';
import { ProductByIdentifierDocument } from '../../graphql/operations/generated/graphql.ts';
import type { Clock } from '../../internal/clock.ts';
import type { JsonObject } from '../../internal/json.ts';
import type { SyncJournal } from '../../ports/sync-journal.ts';
import type { SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { identifierOf } from '../identity.ts';
import type { ProductChange, ProductDifference } from '../plan/change.ts';
import { type DriftPolicy, type PlannedUpdate, planUpdate } from '../plan/plan.ts';
import {
  contentHash,
  type Facts,
  type FactValue,
  type PushBase,
  type RemoteProduct,
  readBase,
  writeBase,
} from '../plan/product-facts.ts';
import { applyChanges } from '../push/apply.ts';
import { doubt, emptyRecord, journalFormat, pushId } from '../push/push.ts';
import { callOptions, readRemote, scopeOf } from '../read-remote.ts';
import { withoutLarge } from '../rollback/large-values.ts';
import type { SyncClient } from '../sync-client.ts';

/**
 * What is wrong with a product. `edited`: somebody changed in the shop what a push wrote. `deleted`: it is no longer in
 * the shop. `lost-record`: the shop has it, with its local id, but no record points to it. `unfinished`: a push of it
 * was started more than ten minutes ago and has not ended.
 */
export type FindingKind = 'edited' | 'deleted' | 'lost-record' | 'unfinished';

/** A product that is out of sync. */
export interface Finding {
  readonly kind: FindingKind;
  readonly localId: string;
  /** `null` if the shop is not known to have it. */
  readonly gid: string | null;
  /** For `edited`: what was changed in the shop. Empty for the others. */
  readonly drifts: readonly ProductDifference[];
  /** Whether it was repaired. Always `false` with `report`. */
  readonly isRepaired: boolean;
  /**
   * Why a repair failed. The next call of `reconcile` finds the product again. A `ValidationError`: the repair would
   * bring back a variant for which no push set a price, and it would be sold for nothing.
   */
  readonly error?: ShopwrightError;
}

/** What checks and repairs need. */
export interface RepairContext {
  readonly client: SyncClient;
  readonly records: SyncRecordStore;
  readonly journal: SyncJournal;
  readonly clock: Clock;
  /** Runs the work when no push of the product is in progress in this process. */
  readonly inTurn: <T>(localId: string, work: () => Promise<T>) => Promise<T>;
  readonly runId: string;
}

interface Repairing extends RepairContext {
  readonly onDrift: DriftPolicy;
  /** Counts one more finding. Returns `false` if the limit is reached. */
  readonly mayFind: () => boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * The result of a check. `not-now`: the product is being pushed, or its record was deleted. `full`: the limit of
 * findings is reached.
 */
export type ProductCheck = Finding | 'in-step' | 'not-now' | 'full';

/**
 * Milliseconds after which the process of a push that has not ended is taken for dead. The default time limit of a push
 * job is half of it.
 */
const longestPushMs = 600_000;

/**
 * Whether a push of the product may be in progress, in any process. The absolute difference: after a clock was set
 * back, the start may lie in the future.
 */
export const isBeingPushed = ({ status, lastAttemptAt }: SyncRecord, clock: Clock): boolean =>
  status === 'syncing' && lastAttemptAt !== null && Math.abs(clock.now() - lastAttemptAt) < longestPushMs;

/** The part of a record with the hash of the drifts that were accepted. */
const acceptedPart = 'accepted';

/** Compares a product that has a record with the shop, and repairs it as the policy says. */
export function checkRecord(localId: string, context: Repairing): Promise<ProductCheck> {
  const { client, records, clock, onDrift, mayFind, signal, inTurn } = context;
  return inTurn(localId, async () => {
    for (;;) {
      signal?.throwIfAborted();
      const record = await records.get(client.shop, localId);
      if (!record || record.status === 'deleted-in-shopify' || isBeingPushed(record, clock)) return 'not-now';
      const { gid, version } = record;
      const finding = { localId, gid, drifts: [], isRepaired: false };
      /** Writes the record. `undefined` if it was changed since it was read. */
      const write = async (changes: Partial<SyncRecord>): Promise<{ readonly isRepaired: boolean } | undefined> => {
        if (onDrift === 'report') return { isRepaired: false };
        return (await records.putIf({ ...record, ...changes, version: version + 1 }, version))
          ? { isRepaired: true }
          : undefined;
      };

      if (record.status === 'syncing') {
        const there = gid ?? (await findOwn(localId, context));
        if (!mayFind()) return 'full';
        const done = await write({ status: 'pending', hash: null, gid: there });
        if (done) return { ...finding, kind: 'unfinished', gid: there, ...done };
        return 'not-now';
      }
      if (gid === null) return 'in-step';

      const base = readBase(record.lastSyncData);
      const remote = await readRemote(client, gid, scopeOf(base?.facts ?? {}, base, false), { signal });
      // If another process has pushed it meanwhile, the record has changed.
      if ((await records.get(client.shop, localId))?.version !== version) continue;
      if (!remote) {
        if (!mayFind()) return 'full';
        const done = await write({ status: 'deleted-in-shopify' });
        return done ? { ...finding, kind: 'deleted', ...done } : 'not-now';
      }
      // A failed push may have sent parts of its draft: the next push deals with them.
      if (!base || base.sending) return 'in-step';
      const planned = compare(localId, withoutFailed(base, remote), remote);
      const { drifts } = planned.plan;
      const accepted = contentHash(drifts);
      if (drifts.length === 0 || record.parts?.[acceptedPart] === accepted) return 'in-step';
      if (!mayFind()) return 'full';
      const edited = { ...finding, kind: 'edited', drifts } as const;
      if (onDrift !== 'ours') {
        const parts = { ...record.parts, [acceptedPart]: accepted };
        const done = await write({ parts, shopifyUpdatedAt: remote.updatedAt });
        return done ? { ...edited, ...done } : 'not-now';
      }
      // Such as a variant that would come back at 0.00, because no push set its price.
      if (planned.problem !== undefined) {
        const issues = [{ field: 'variants', message: planned.problem }];
        return { ...edited, error: new ValidationError('The product was not repaired', { issues, shop: client.shop }) };
      }
      return { ...edited, ...(await putBack(record, base, remote, planned, context)) };
    }
  });
}

/**
 * Whether a product's local id has no record for it: there is none, or it is for a deleted product, and another store
 * has pushed the product again since.
 */
export const isUnknown = (record: SyncRecord | undefined, gid: string): boolean =>
  (record?.gid ?? null) === null || (record?.status === 'deleted-in-shopify' && record.gid !== gid);

/** Writes the lost record of a product in the shop. */
export function checkLost(localId: string, gid: string, context: Repairing): Promise<ProductCheck> {
  const { client, records, onDrift, mayFind, inTurn } = context;
  return inTurn(localId, async () => {
    const record = await records.get(client.shop, localId);
    if (record?.status === 'syncing' || !isUnknown(record, gid)) return 'not-now';
    if (!mayFind()) return 'full';
    const finding: Finding = { kind: 'lost-record', localId, gid, drifts: [], isRepaired: false };
    if (onDrift === 'report') return finding;
    // Without a base, the next push compares the draft with the shop.
    const empty = emptyRecord(client.shop, localId);
    const known = record && record.gid === null ? record : { ...empty, version: record?.version ?? empty.version };
    const isWritten = await records.putIf({ ...known, gid, version: known.version + 1 }, record?.version);
    return isWritten ? { ...finding, isRepaired: true } : 'not-now';
  });
}

async function findOwn(localId: string, { client, signal }: Repairing): Promise<string | null> {
  const identifier = identifierOf(localId);
  const { data } = await client.graphql(ProductByIdentifierDocument, { identifier }, callOptions({ signal }));
  return data.productByIdentifier?.id ?? null;
}

/** The differences between the shop and the last push. */
const compare = (localId: string, base: PushBase, remote: RemoteProduct): PlannedUpdate =>
  planUpdate(localId, base.facts, base, remote, { onDrift: 'ours' });

/**
 * The base without images that Shopify could not process: nobody removed those, and the next push uploads them again.
 */
function withoutFailed(base: PushBase, { failedMedia }: RemoteProduct): PushBase {
  const failed = new Set(
    Object.entries(base.ids.images).flatMap(([key, id]) => (failedMedia.includes(id) ? [key] : [])),
  );
  if (failed.size === 0) return base;
  const { images, variants } = base.facts;
  const without = ({ image, ...facts }: Facts): Facts =>
    image === undefined || failed.has(String(image)) ? facts : { ...facts, image };
  const entries = <T>(list: Readonly<Record<string, T>> = {}) => Object.entries(list);
  const facts = {
    ...base.facts,
    ...(images && { images: Object.fromEntries(entries(images).filter(([key]) => !failed.has(key))) }),
    ...(variants && { variants: Object.fromEntries(entries(variants).map(([key, one]) => [key, without(one)])) }),
  };
  return { ...base, facts };
}

/** Restores the values of the last push in the shop, in the order of a push: record, journal, shop, record. */
async function putBack(
  record: SyncRecord,
  base: PushBase,
  remote: RemoteProduct,
  { plan, matches }: PlannedUpdate,
  { client, records, journal, clock, runId, signal }: Repairing,
): Promise<Pick<Finding, 'isRepaired' | 'error'>> {
  const { shop, localId } = record;
  const id = randomUUID();
  const changes = plan.changes.flatMap(withoutRedacted);
  const begun: SyncRecord = {
    ...record,
    version: record.version + 1,
    status: 'syncing',
    lastAttemptAt: clock.now(),
    parts: { ...record.parts, [pushId]: id },
  };
  if (!(await records.putIf(begun, record.version))) return { isRepaired: false };
  const variantIds = new Map([
    ...Object.entries(base.ids.variants),
    ...[...matches.variants].map(([key, variant]) => [key, variant.id] as [string, string]),
  ]);
  const imageIds = new Map([
    ...Object.entries(base.ids.images),
    ...[...matches.images].map(([key, image]) => [key, image.id] as [string, string]),
  ]);
  /**
   * Ends the repair. If a push started meanwhile, it is unknown whose values won: the record is marked so that they are
   * read again.
   */
  const end = async (changed: Partial<SyncRecord>): Promise<void> => {
    for (;;) {
      const stored = await records.get(shop, localId);
      if (!stored) return;
      const isOvertaken = stored.parts?.[pushId] !== id;
      const status = stored.status === 'synced' ? 'pending' : stored.status;
      const next: Partial<SyncRecord> = isOvertaken
        ? { hash: null, status, parts: { ...stored.parts, [doubt]: id } }
        : { status: record.status, lastAttemptAt: record.lastAttemptAt, ...changed };
      if (await records.putIf({ ...stored, ...next, version: stored.version + 1 }, stored.version)) return;
    }
  };
  try {
    await journal.append([
      {
        ...{ shop, localId, gid: remote.id, runId, action: 'update', at: clock.now() },
        sent: { format: journalFormat, changes, publications: base.publications } as unknown as JsonObject,
        before: writeBase(withoutLarge(base, changes)),
      },
    ]);
    const application = { client, clock, remote, changes, desired: base.facts, sources: new Map<string, string>() };
    const applied = await applyChanges({ ...application, imageIds, variantIds }, { signal });
    const ids = { variants: Object.fromEntries(variantIds), images: Object.fromEntries(imageIds) };
    const stored = { ...base.stored, ...applied.stored };
    const lastSyncData = writeBase({ ...base, stored, ids });
    await end({ lastSyncData, shopifyUpdatedAt: applied.updatedAt, lastSyncedAt: clock.now() });
    // Values that were not restored, or were changed again meanwhile, are found by the next call.
    const isWhole = Object.keys(applied.overtaken).length === 0 && contentHash(changes) === contentHash(plan.changes);
    return { isRepaired: isWhole };
  } catch (error) {
    await end({});
    if (signal?.aborted || !isShopwrightError(error) || error.code === 'STORAGE_FAILED') throw error;
    return { isRepaired: false, error: error as ShopwrightError };
  }
}

/** A change without values that were redacted because they looked like secrets. */
function withoutRedacted(change: ProductChange): readonly ProductChange[] {
  const isKept = ({ to }: { readonly to: FactValue }): boolean => !JSON.stringify(to).includes('[redacted]');
  const entries = Object.entries(change.fields);
  const kept = entries.filter(([, value]) => isKept(value));
  // An entry that is created again needs all of its values.
  if (kept.length === entries.length) return [change];
  if (change.kind === 'add' || kept.length === 0) return [];
  return [{ ...change, fields: Object.fromEntries(kept) }];
}

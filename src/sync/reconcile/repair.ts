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
 * What is out of step with a product. `edited`: somebody changed in the shop what a push wrote. `deleted`: it is no longer
 * in the shop. `lost-record`: the shop has it, with its local id, and no record knows that. `unfinished`: a push of it has
 * not ended for ten minutes.
 */
export type FindingKind = 'edited' | 'deleted' | 'lost-record' | 'unfinished';

/** One product that is out of step. */
export interface Finding {
  readonly kind: FindingKind;
  readonly localId: string;
  /** `null` where the shop is not known to have it. */
  readonly gid: string | null;
  /** What was changed in the shop, for `edited`. Empty for the others. */
  readonly drifts: readonly ProductDifference[];
  /** Whether it is in step now. With `report` it never is. */
  readonly isRepaired: boolean;
  /**
   * Why a repair failed. Call `reconcile` again: it is found again. A `ValidationError`: it would bring back a variant that no
   * push gave a price, and sell it for nothing.
   */
  readonly error?: ShopwrightError;
}

/** What products are checked and repaired with. */
export interface RepairContext {
  readonly client: SyncClient;
  readonly records: SyncRecordStore;
  readonly journal: SyncJournal;
  readonly clock: Clock;
  /** Runs the work once no push of the product is under way in this process. */
  readonly inTurn: <T>(localId: string, work: () => Promise<T>) => Promise<T>;
  readonly runId: string;
}

interface Repairing extends RepairContext {
  readonly onDrift: DriftPolicy;
  /** Takes one finding of those that are allowed. `false` where there are no more. */
  readonly mayFind: () => boolean;
  readonly signal: AbortSignal | undefined;
}

/** What is wrong with a product. `not-now`: it is being pushed, or was forgotten. `full`: no more may be found. */
export type ProductCheck = Finding | 'in-step' | 'not-now' | 'full';

/** Milliseconds after which a push that has not ended is taken for one whose process has died. Jobs have half of it. */
const longestPushMs = 600_000;

/**
 * Whether a push of the product may be under way, in whichever process. One that began further in the future was begun by a
 * clock that was set back since.
 */
export const isBeingPushed = ({ status, lastAttemptAt }: SyncRecord, clock: Clock): boolean =>
  status === 'syncing' && lastAttemptAt !== null && Math.abs(clock.now() - lastAttemptAt) < longestPushMs;

/** The part of a record that says which drifts the shop was allowed to keep. */
const acceptedPart = 'accepted';

/** Compares a product that has a record with the shop, and repairs what the policy says. */
export function checkRecord(localId: string, context: Repairing): Promise<ProductCheck> {
  const { client, records, clock, onDrift, mayFind, signal, inTurn } = context;
  return inTurn(localId, async () => {
    for (;;) {
      signal?.throwIfAborted();
      const record = await records.get(client.shop, localId);
      if (!record || record.status === 'deleted-in-shopify' || isBeingPushed(record, clock)) return 'not-now';
      const { gid, version } = record;
      const finding = { localId, gid, drifts: [], isRepaired: false };
      /** Writes the record. `undefined` where somebody else has done so since it was read. */
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
      // Pushed since by another process: then its record is another one.
      if ((await records.get(client.shop, localId))?.version !== version) continue;
      if (!remote) {
        if (!mayFind()) return 'full';
        const done = await write({ status: 'deleted-in-shopify' });
        return done ? { ...finding, kind: 'deleted', ...done } : 'not-now';
      }
      // What a push that failed has sent of its draft, the next one finds out.
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
      // Such as a variant that came back at 0.00, as nobody has said what it costs.
      if (planned.problem !== undefined) {
        const issues = [{ field: 'variants', message: planned.problem }];
        return { ...edited, error: new ValidationError('The product was not repaired', { issues, shop: client.shop }) };
      }
      return { ...edited, ...(await putBack(record, base, remote, planned, context)) };
    }
  });
}

/**
 * Whether a record does not know of a product that bears its local id: it has none, or one that is gone, which somebody with
 * another store has pushed again since.
 */
export const isUnknown = (record: SyncRecord | undefined, gid: string): boolean =>
  (record?.gid ?? null) === null || (record?.status === 'deleted-in-shopify' && record.gid !== gid);

/** Gives a product of the shop the record that it has lost. */
export function checkLost(localId: string, gid: string, context: Repairing): Promise<ProductCheck> {
  const { client, records, onDrift, mayFind, inTurn } = context;
  return inTurn(localId, async () => {
    const record = await records.get(client.shop, localId);
    if (record?.status === 'syncing' || !isUnknown(record, gid)) return 'not-now';
    if (!mayFind()) return 'full';
    const finding: Finding = { kind: 'lost-record', localId, gid, drifts: [], isRepaired: false };
    if (onDrift === 'report') return finding;
    // The next push compares with the shop, since no base says what an earlier one wrote.
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

/** What the shop has otherwise than the last push said. */
const compare = (localId: string, base: PushBase, remote: RemoteProduct): PlannedUpdate =>
  planUpdate(localId, base.facts, base, remote, { onDrift: 'ours' });

/** The base without images that Shopify could not take: nobody has removed those, and the next push uploads them again. */
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

/** Gives the shop back what the last push said, as a push would: journal, record, shop, record. */
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
  /** Ends the repair. Where a push has begun meanwhile, nobody knows whose values stand: its end looks. */
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
    // What could not be put back, or was changed again meanwhile, is found again.
    const isWhole = Object.keys(applied.overtaken).length === 0 && contentHash(changes) === contentHash(plan.changes);
    return { isRepaired: isWhole };
  } catch (error) {
    await end({});
    if (signal?.aborted || !isShopwrightError(error) || error.code === 'STORAGE_FAILED') throw error;
    return { isRepaired: false, error: error as ShopwrightError };
  }
}

/** A change without values that looked like secrets, and so were not kept. */
function withoutRedacted(change: ProductChange): readonly ProductChange[] {
  const isKept = ({ to }: { readonly to: FactValue }): boolean => !JSON.stringify(to).includes('[redacted]');
  const entries = Object.entries(change.fields);
  const kept = entries.filter(([, value]) => isKept(value));
  // An entry that is made anew needs all of its values.
  if (kept.length === entries.length) return [change];
  if (change.kind === 'add' || kept.length === 0) return [];
  return [{ ...change, fields: Object.fromEntries(kept) }];
}

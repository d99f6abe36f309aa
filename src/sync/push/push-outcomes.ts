import { type ShopwrightError, ValidationError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import type { SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { emptyRecord, type PushResult } from './push.ts';
import { failure, isShopWide } from './push-failure.ts';

type InvalidResult = Extract<PushResult, { outcome: 'invalid' }>;

/** Writes results to the records of products whose push did not record them. */
export interface PushOutcomes {
  /**
   * Marks the product as pending, because its state in the shop is unknown: the next push compares with the shop, even
   * if the hash is the same.
   */
  doubt(localId: string): Promise<void>;
  /** Records why the last attempt of a push ended before the product was reached, if the product has a record. */
  notBegun(localId: string, error: ShopwrightError): Promise<void>;
  /**
   * Records the product as failed: it is not retried before its next change.
   *
   * @param isNew Whether to create a record if there is none. Default `false`.
   */
  reject(localId: string, message: string, isNew?: boolean): Promise<void>;
  /**
   * Records a product as failed because of validation issues.
   *
   * @param isNew Whether to create a record if there is none. Default `false`.
   */
  rejectInvalid(localId: string, issues: InvalidResult['issues'], isNew?: boolean): Promise<void>;
  /**
   * The source no longer has the product. Returns whether it was recorded as failed: if it never reached the shop, its
   * record is deleted.
   */
  missing(localId: string): Promise<boolean>;
}

/** Creates the outcomes of one shop. */
export function createPushOutcomes(records: SyncRecordStore, shop: string, clock: Clock): PushOutcomes {
  /** Changes a record. A product that was deleted in the shop keeps that status. */
  const change = async (localId: string, changes: Partial<SyncRecord>, isNew: boolean): Promise<void> => {
    for (;;) {
      const stored = await records.get(shop, localId);
      if (stored ? stored.status === 'deleted-in-shopify' : !isNew) return;
      const record = { ...(stored ?? emptyRecord(shop, localId)), ...changes, version: (stored?.version ?? 0) + 1 };
      if (await records.putIf(record, stored?.version)) return;
    }
  };

  const reject = async (localId: string, message: string, isNew = false): Promise<void> => {
    const { code, message: text } = new ValidationError(`${localId} is invalid`, {
      issues: [{ field: 'product', message }],
      shop,
    });
    const lastError = { code, message: text };
    await change(localId, { status: 'failed', lastError, lastAttemptAt: clock.now() }, isNew);
  };

  return {
    doubt: (localId) => change(localId, { status: 'pending' }, false),
    notBegun: (localId, error) => change(localId, { ...failure(error, null), lastAttemptAt: clock.now() }, false),
    reject,
    rejectInvalid: (localId, issues, isNew) =>
      reject(localId, issues.map(({ field, message }) => `${field} ${message}`).join('; '), isNew),
    async missing(localId) {
      const record = await records.get(shop, localId);
      if (!record) return false;
      if (neverReached(record)) {
        await records.delete(shop, localId);
        return false;
      }
      const where = record.gid === null ? ', but may have reached the shop' : '';
      await reject(localId, `is no longer in the source${where}. Delete it in the shop, or delete its record.`);
      return true;
    },
  };
}

/**
 * Whether the shop cannot have the product: it was never sent, or sent once and rejected. After more attempts, a
 * response may have been lost.
 */
function neverReached({ gid, attempts, lastError }: SyncRecord): boolean {
  return gid === null && (attempts === 0 || (attempts === 1 && lastError?.code === 'USER_ERROR'));
}

/** Codes that say nothing about the product: the shop, or one of our stores, could not be reached in time. */
const outOfReachCodes: ReadonlySet<string> = new Set([
  'THROTTLED',
  'HTTP_ERROR',
  'NETWORK_ERROR',
  'TIMEOUT',
  'DEADLINE_EXCEEDED',
  'CIRCUIT_OPEN',
  'OUTCOME_UNKNOWN',
  // For example the token store.
  'STORAGE_FAILED',
  'LOCK_LOST',
]);

/** Whether the same push can succeed later: the error says nothing about the product. */
export function isTemporary(error: Extract<PushResult, { outcome: 'failed' }>['error']): boolean {
  return error.isRetryable || isShopWide(error) || outOfReachCodes.has(error.code);
}

/**
 * Whether a push failed because the shop was unreachable, not because the product was rejected, so that the same push
 * can succeed later. Repeating it is safe: it compares with the shop's current state.
 */
export function wasOutOfReach({ status, lastError }: SyncRecord): boolean {
  return status === 'failed' && lastError !== null && outOfReachCodes.has(lastError.code);
}

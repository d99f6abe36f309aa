import { type ShopwrightError, ValidationError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import type { SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import { emptyRecord, type PushResult } from './push.ts';
import { failure, isShopWide } from './push-failure.ts';

type InvalidResult = Extract<PushResult, { outcome: 'invalid' }>;

/** Writes into the records what became of products that no push has written there. */
export interface PushOutcomes {
  /** Nobody knows what the shop has: a pending product is compared with it whatever its hash. */
  doubt(localId: string): Promise<void>;
  /** Records why the last try of a push ended before it could begin with the product, where that has a record. */
  notBegun(localId: string, error: ShopwrightError): Promise<void>;
  /**
   * Records the product as failed: it is not retried before its next change.
   *
   * @param isNew Whether it gets a record where it has none. Default: not.
   */
  reject(localId: string, message: string, isNew?: boolean): Promise<void>;
  /**
   * Records a product as failed for what the validation says of it.
   *
   * @param isNew Whether it gets a record where it has none. Default: not.
   */
  rejectInvalid(localId: string, issues: InvalidResult['issues'], isNew?: boolean): Promise<void>;
  /** The source no longer has the product. Returns whether it is recorded as failed: one that never reached the shop is forgotten. */
  missing(localId: string): Promise<boolean>;
}

/** Creates the outcomes of one shop. */
export function createPushOutcomes(records: SyncRecordStore, shop: string, clock: Clock): PushOutcomes {
  /** A product deleted in the shop stays so, whatever happens to it in the source. */
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
      const where = record.gid === null ? ' and may have reached the shop: look for it there' : '';
      await reject(localId, `is no longer in the source${where}. Delete it in the shop, or delete its record.`);
      return true;
    },
  };
}

/** Whether the shop cannot have the product: nothing was sent, or once and rejected. More attempts may hide a lost response. */
function neverReached({ gid, attempts, lastError }: SyncRecord): boolean {
  return gid === null && (attempts === 0 || (attempts === 1 && lastError?.code === 'USER_ERROR'));
}

/** Codes that say nothing about the product: the shop, or an own store, could not be reached in time. */
const outOfReachCodes: ReadonlySet<string> = new Set([
  'THROTTLED',
  'HTTP_ERROR',
  'NETWORK_ERROR',
  'TIMEOUT',
  'DEADLINE_EXCEEDED',
  'CIRCUIT_OPEN',
  'OUTCOME_UNKNOWN',
  // Such as that of the tokens.
  'STORAGE_FAILED',
  'LOCK_LOST',
]);

/** Whether the same push can succeed later: the error says nothing about the product. */
export function isTemporary(error: Extract<PushResult, { outcome: 'failed' }>['error']): boolean {
  return error.isRetryable || isShopWide(error) || outOfReachCodes.has(error.code);
}

/**
 * Whether a push failed because the shop was unreachable, and not because the product was rejected, so that the same
 * push can succeed later. Repeating it is harmless: it compares with the shop as it is by then.
 */
export function wasOutOfReach({ status, lastError }: SyncRecord): boolean {
  return status === 'failed' && lastError !== null && outOfReachCodes.has(lastError.code);
}

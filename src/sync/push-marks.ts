import type { SyncRecord, SyncRecordStore } from '../storage/types.ts';
import { emptyRecord } from './empty-record.ts';

/** Keeps the records so that they say which products are still to be pushed. */
export interface PushMarks {
  /** The product has changed: it must be pushed. */
  mark(localId: string): Promise<void>;
  /** A push begins: what was marked until now is in it. */
  begin(localId: string): void;
  /** A push has ended: what was marked meanwhile is not in it. */
  end(localId: string): Promise<void>;
  /** Changes what the record says, where there is one. */
  change(localId: string, changes: Partial<SyncRecord>): Promise<void>;
}

/** Makes the marks of one shop. */
export function createPushMarks(records: SyncRecordStore, shop: string): PushMarks {
  /** Marked while a push in this process may run; its end writes the record, and would wipe the mark out. */
  const marked = new Set<string>();
  const running = new Set<string>();

  const change: PushMarks['change'] = async (localId, changes) => {
    const record = await records.get(shop, localId);
    if (record) await records.put({ ...record, ...changes });
  };

  return {
    change,
    async mark(localId) {
      if (running.has(localId)) {
        marked.add(localId);
        return;
      }
      const record = await records.get(shop, localId);
      // `syncing` is as good as `pending` after a crash, and the push that wrote it knows more than we do here.
      // What was deleted in the shop stays so noted: whether it comes back is the push's to decide.
      const isNoted = record && ['pending', 'syncing', 'deleted_in_shopify'].includes(record.status);
      if (!isNoted) await records.put({ ...(record ?? emptyRecord(shop, localId)), status: 'pending' });
    },
    begin(localId) {
      running.add(localId);
      marked.delete(localId);
    },
    async end(localId) {
      running.delete(localId);
      if (marked.delete(localId)) await change(localId, { status: 'pending' });
    },
  };
}

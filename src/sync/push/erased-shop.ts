import { ShopUnavailableError } from '../../errors/errors.ts';
import type { Stores } from '../../ports/stores.ts';
import type { SyncJournal } from '../../ports/sync-journal.ts';
import type { SyncRecordStore } from '../../ports/sync-record-store.ts';
import { recordsErasedKey } from '../../storage/keys.ts';

/**
 * The shop's data was erased while a run was storing data about it. Ends the run.
 */
export class ShopErasedError extends ShopUnavailableError {
  constructor(shop: string) {
    const message = `The stored data of ${shop} was erased during the run, so the run was stopped. If the shop has installed the app again, start a new run.`;
    super(message, { shop });
  }
}

/** Records and journal of one run, in which entries made after an erasure of the shop are removed. */
export interface KeptStores {
  readonly records: SyncRecordStore;
  readonly journal: SyncJournal;
  /** Whether the shop was erased since the run began. */
  isErased(): Promise<boolean>;
}

/**
 * The stores of a run that begins now. A new record or journal entry is removed again if the shop was erased before or
 * during its write. An erasure first marks the shop and then erases, so any entry that it misses is detected here. The
 * push of an erased record does not create it again, because the expected version no longer exists.
 *
 * @throws StorageError. Writes throw `ShopErasedError`.
 */
export async function keptStores({ records, journal, keyValue }: Stores, shop: string): Promise<KeptStores> {
  const key = await recordsErasedKey(shop);
  const before = await keyValue.get(key);
  // Compares the mark, not times, because the clocks of machines differ.
  const isErased = async (): Promise<boolean> => (await keyValue.get(key)) !== before;
  const putIf: SyncRecordStore['putIf'] = async (record, version) => {
    const isWritten = await records.putIf(record, version);
    if (!isWritten || version !== undefined || !(await isErased())) return isWritten;
    await records.delete(shop, record.localId);
    throw new ShopErasedError(shop);
  };
  const putManyIf: NonNullable<SyncRecordStore['putManyIf']> = async (writes) => {
    const written = (await records.putManyIf?.(writes)) ?? [];
    const made = writes.filter(({ version }, index) => written[index] && version === undefined);
    if (made.length === 0 || !(await isErased())) return written;
    for (const { record } of made) await records.delete(shop, record.localId);
    throw new ShopErasedError(shop);
  };
  const append: SyncJournal['append'] = async (entries) => {
    const ids = await journal.append(entries);
    if (!(await isErased())) return ids;
    await journal.prune(shop, Math.max(...entries.map(({ at }) => at)) + 1);
    throw new ShopErasedError(shop);
  };
  const kept = withMethod(records, 'putIf', putIf);
  return {
    records: records.putManyIf ? withMethod(kept, 'putManyIf', putManyIf) : kept,
    journal: withMethod(journal, 'append', append),
    isErased,
  };
}

/** An object with one method replaced. */
function withMethod<T extends object, Name extends keyof T>(object: T, name: Name, method: T[Name]): T {
  return new Proxy(object, {
    get(target, wanted) {
      if (wanted === name) return method;
      const value: unknown = Reflect.get(target, wanted, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

import type { SyncRecordStore } from '../../ports/sync-record-store.ts';
import type { Gate } from '../gate.ts';
import { MemoryShop } from '../memory.ts';
import { checkedPage, checkedPatternLimit } from '../page-rules.ts';
import { countsOf } from '../record-counter.ts';
import { checkedRecord, type StoredRecord } from '../record-kit.ts';

/** Sync records in memory. */
export function createMemoryRecords(gate: Gate): SyncRecordStore {
  const shops = new Map<string, MemoryShop>();
  const shopOf = (domain: string): MemoryShop => shops.get(domain) ?? new MemoryShop();

  const put = (record: StoredRecord): void => {
    const shop = shopOf(record.shop);
    shops.set(record.shop, shop);
    shop.put(record);
  };

  return {
    get: (shop, localId) => gate.run(async () => shopOf(shop).get(localId)),
    getByGid: (shop, gid) => gate.run(async () => shopOf(shop).getByGid(gid)),
    put: (record) => gate.run(async () => put(checkedRecord(record))),
    putMany: (records) => gate.run(async () => records.map(checkedRecord).forEach(put)),
    list: (shop, options = {}) => gate.run(async () => shopOf(shop).list(checkedPage(options))),
    counts: (shop) => gate.run(async () => countsOf(shopOf(shop).ageCounts())),
    ageCounts: (shop) => gate.run(async () => shopOf(shop).ageCounts()),
    errorPatterns: (shop, options = {}) =>
      gate.run(async () => shopOf(shop).errorPatterns(checkedPatternLimit(options))),
    delete: (shop, localId) => gate.run(async () => shopOf(shop).delete(localId)),
    erase: (shop) =>
      gate.run(async () => {
        const erased = shopOf(shop).size;
        shops.delete(shop);
        return erased;
      }),
  };
}

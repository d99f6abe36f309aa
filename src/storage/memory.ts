import { createGate } from './gate.ts';
import { MemoryShop } from './memory-shop.ts';
import { checkedPage, checkedRecord } from './record-rules.ts';
import type { Stores, SyncRecord } from './types.ts';

/**
 * Stores that live as long as the process and share nothing with another: for tests, and where losing the
 * sync records costs no more than comparing every product with Shopify again.
 *
 * @example
 * const stores = memoryStores();
 * await stores.records.counts('acme.myshopify.com');
 * await stores.close();
 */
export function memoryStores(): Stores {
  const gate = createGate();
  const shops = new Map<string, MemoryShop>();
  const shopOf = (domain: string): MemoryShop => shops.get(domain) ?? new MemoryShop();

  const put = (record: SyncRecord): void => {
    const shop = shopOf(record.shop);
    shops.set(record.shop, shop);
    shop.put(record);
  };

  return {
    records: {
      get: (shop, localId) => gate.run(async () => shopOf(shop).get(localId)),
      getByGid: (shop, gid) => gate.run(async () => shopOf(shop).getByGid(gid)),
      put: (record) => gate.run(async () => put(checkedRecord(record))),
      putMany: (records) => gate.run(async () => records.map(checkedRecord).forEach(put)),
      list: (shop, options = {}) => gate.run(async () => shopOf(shop).list(checkedPage(options))),
      counts: (shop) => gate.run(async () => shopOf(shop).counts()),
      delete: (shop, localId) => gate.run(async () => shopOf(shop).delete(localId)),
    },
    close: () => gate.close(async () => shops.clear()),
  };
}

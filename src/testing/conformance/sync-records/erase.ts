import { localIds, record, type StoreCase, shop } from './harness.ts';

const otherShop = 'other.myshopify.com';

/** What remains of a shop that is erased: nothing. */
export const eraseCases: readonly StoreCase[] = [
  {
    name: 'erases all of a shop, and says how many records there were',
    async check(store, expect) {
      await store.putMany(localIds(1_234).map((localId) => record(localId)));
      expect(await store.erase(shop)).toBe(1_234);
      expect(await store.list(shop)).toEqual([]);
      expect(await store.get(shop, 'p0000')).toBe(undefined);
      expect(await store.getByGid(shop, 'gid://shopify/Product/p0000')).toBe(undefined);
      expect((await store.counts(shop)).synced).toBe(0);
      expect(await store.ageCounts(shop)).toEqual([]);
      expect(await store.errorPatterns(shop)).toEqual([]);
    },
  },
  {
    name: 'erases nothing of another shop',
    async check(store, expect) {
      await store.putMany([record('p1'), record('p1', { shop: otherShop }), record('p2', { shop: otherShop })]);
      expect(await store.erase(shop)).toBe(1);
      expect((await store.list(otherShop)).length).toBe(2);
      expect((await store.counts(otherShop)).synced).toBe(2);
    },
  },
  {
    name: 'erases a shop without records as well, and one twice',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.erase(otherShop)).toBe(0);
      expect(await store.erase(shop)).toBe(1);
      expect(await store.erase(shop)).toBe(0);
    },
  },
  {
    name: 'takes records of a shop again that was erased',
    async check(store, expect) {
      await store.putMany([record('p1'), record('p2')]);
      await store.erase(shop);
      await store.put(record('p2', { status: 'pending' }));
      expect((await store.list(shop)).map(({ localId }) => localId)).toEqual(['p2']);
      expect((await store.counts(shop)).pending).toBe(1);
      expect((await store.counts(shop)).synced).toBe(0);
    },
  },
  {
    name: 'erases no other shop for a name that only looks alike',
    async check(store, expect) {
      await store.put(record('p1'));
      for (const alike of [shop.toUpperCase(), `${shop} `, `${shop}\0`, '%', ''])
        expect(await store.erase(alike)).toBe(0);
      expect((await store.list(shop)).length).toBe(1);
    },
  },
];

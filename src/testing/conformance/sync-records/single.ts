import { record, type StoreCase, shop, statuses } from './harness.ts';

const otherShop = 'other.myshopify.com';

const nothing = {
  gid: null,
  hash: null,
  parts: null,
  lastError: null,
  attempts: 0,
  lastSyncData: null,
  lastSyncedAt: null,
  lastAttemptAt: null,
  shopifyUpdatedAt: null,
};

/** One record at a time: fields, gids, deletion, counts. */
export const singleCases: readonly StoreCase[] = [
  {
    name: 'gives every field back as it was put',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.get(shop, 'p1')).toEqual(record('p1'));
    },
  },
  {
    name: 'gives null back as null, and zero as zero',
    async check(store, expect) {
      const bare = record('p1', { ...nothing, status: 'pending' });
      await store.put(bare);
      expect(await store.get(shop, 'p1')).toEqual(bare);
    },
  },
  {
    name: 'keeps each status',
    async check(store, expect) {
      for (const status of statuses) {
        await store.put(record('p1', { status }));
        expect((await store.get(shop, 'p1'))?.status).toBe(status);
      }
    },
  },
  {
    name: 'keeps numbers up to the largest exact one, and an empty list of parts',
    async check(store, expect) {
      const large = record('p1', {
        attempts: 2_000_000_000,
        lastSyncedAt: 8_640_000_000_000_000,
        lastAttemptAt: Number.MAX_SAFE_INTEGER,
        parts: {},
      });
      await store.put(large);
      expect(await store.get(shop, 'p1')).toEqual(large);
    },
  },
  {
    name: 'drops fractions of a millisecond',
    async check(store, expect) {
      await store.put(record('p1', { lastSyncedAt: 1000.75, lastAttemptAt: 0.5 }));
      expect(await store.get(shop, 'p1')).toEqual(record('p1', { lastSyncedAt: 1000, lastAttemptAt: 0 }));
    },
  },
  {
    name: 'drops fields that are not part of a record',
    async check(store, expect) {
      const withMore = { ...record('p1'), price: '9.95' };
      await store.put(withMore);
      expect(Object.keys((await store.get(shop, 'p1')) ?? {}).includes('price')).toBe(false);
    },
  },
  {
    name: 'finds nothing where nothing was put',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.get(shop, 'p2')).toBe(undefined);
      expect(await store.get(otherShop, 'p1')).toBe(undefined);
      expect(await store.getByGid(shop, 'gid://shopify/Product/p2')).toBe(undefined);
    },
  },
  {
    name: 'replaces the whole record of that shop and local id',
    async check(store, expect) {
      await store.put(record('p1'));
      await store.put(record('p1', { ...nothing, status: 'failed' }));
      expect(await store.get(shop, 'p1')).toEqual(record('p1', { ...nothing, status: 'failed' }));
      expect((await store.list(shop)).length).toBe(1);
    },
  },
  {
    name: 'keeps two shops apart',
    async check(store, expect) {
      await store.put(record('p1', { hash: 'first' }));
      await store.put(record('p1', { shop: otherShop, hash: 'second' }));
      expect((await store.get(shop, 'p1'))?.hash).toBe('first');
      expect((await store.get(otherShop, 'p1'))?.hash).toBe('second');
      expect((await store.getByGid(otherShop, 'gid://shopify/Product/p1'))?.hash).toBe('second');
      expect(await store.delete(otherShop, 'p1')).toBe(true);
      expect((await store.get(shop, 'p1'))?.hash).toBe('first');
      expect((await store.list(otherShop)).length).toBe(0);
    },
  },
  {
    name: 'finds a record by its gid',
    async check(store, expect) {
      await store.put(record('p1', { gid: 'gid://shopify/Product/42' }));
      await store.put(record('p2', { gid: null }));
      expect((await store.getByGid(shop, 'gid://shopify/Product/42'))?.localId).toBe('p1');
      expect(await store.getByGid(otherShop, 'gid://shopify/Product/42')).toBe(undefined);
    },
  },
  {
    name: 'forgets the gid that a record had before',
    async check(store, expect) {
      await store.put(record('p1', { gid: 'gid://shopify/Product/1' }));
      await store.put(record('p1', { gid: 'gid://shopify/Product/2' }));
      expect(await store.getByGid(shop, 'gid://shopify/Product/1')).toBe(undefined);
      expect((await store.getByGid(shop, 'gid://shopify/Product/2'))?.localId).toBe('p1');
    },
  },
  {
    name: 'gives the smallest local id where several records have one gid',
    async check(store, expect) {
      for (const localId of ['p2', 'p1', 'p3']) await store.put(record(localId, { gid: 'gid://shopify/Product/7' }));
      expect((await store.getByGid(shop, 'gid://shopify/Product/7'))?.localId).toBe('p1');
      await store.delete(shop, 'p1');
      expect((await store.getByGid(shop, 'gid://shopify/Product/7'))?.localId).toBe('p2');
    },
  },
  {
    name: 'deletes a record, and says whether there was one',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.delete(shop, 'p1')).toBe(true);
      expect(await store.delete(shop, 'p1')).toBe(false);
      expect(await store.get(shop, 'p1')).toBe(undefined);
      expect(await store.getByGid(shop, 'gid://shopify/Product/p1')).toBe(undefined);
      expect(await store.list(shop)).toEqual([]);
      expect((await store.counts(shop)).synced).toBe(0);
    },
  },
  {
    name: 'counts zero of each status for a shop without records',
    async check(store, expect) {
      const zero = { pending: 0, syncing: 0, synced: 0, failed: 0, deleted_in_shopify: 0 };
      expect(await store.counts(shop)).toEqual(zero);
    },
  },
  {
    name: 'counts the records of one shop by status, and follows every change',
    async check(store, expect) {
      await store.putMany([record('p1'), record('p2'), record('p3', { status: 'failed' })]);
      await store.put(record('p9', { shop: otherShop, status: 'failed' }));
      expect(await store.counts(shop)).toEqual({ pending: 0, syncing: 0, synced: 2, failed: 1, deleted_in_shopify: 0 });
      await store.put(record('p1', { status: 'syncing' }));
      await store.put(record('p3', { status: 'deleted_in_shopify' }));
      await store.delete(shop, 'p2');
      expect(await store.counts(shop)).toEqual({ pending: 0, syncing: 1, synced: 0, failed: 0, deleted_in_shopify: 1 });
    },
  },
  {
    name: 'gives copies: a change to what was put or got does not reach the store',
    async check(store, expect) {
      const put = { ...record('p1'), parts: { images: 'a1' }, lastError: { code: 'A', message: 'B' } };
      await store.put(put);
      put.parts.images = 'changed';
      put.lastError.message = 'changed';
      const got = await store.get(shop, 'p1');
      Object.assign(got ?? {}, { hash: 'changed' });
      Object.assign(got?.lastError ?? {}, { code: 'changed' });
      const kept = record('p1', { parts: { images: 'a1' }, lastError: { code: 'A', message: 'B' } });
      expect(await store.get(shop, 'p1')).toEqual(kept);
    },
  },
];

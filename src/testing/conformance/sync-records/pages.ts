import type { ListOptions, SyncRecordStore } from '../../../ports/sync-record-store.ts';
import { mustEnd } from '../endless-pages.ts';
import { localIds, record, type StoreCase, shop } from './harness.ts';
import { storageFailure } from './storage-failure.ts';

/** More than any case has. */
const mostPages = 1_000;

async function allPages(store: SyncRecordStore, options: ListOptions): Promise<string[][]> {
  const pages: string[][] = [];
  let after: string | undefined;
  for (;;) {
    const page = await store.list(shop, { ...options, ...(after !== undefined && { after }) });
    after = page.at(-1)?.localId;
    if (after === undefined) return pages;
    pages.push(page.map(({ localId }) => localId));
    mustEnd(pages.length, mostPages);
  }
}

const ids = async (page: ReturnType<SyncRecordStore['list']>): Promise<string[]> =>
  (await page).map(({ localId }) => localId);

/** By code point: U+FF5E comes before an emoji, though its UTF-16 unit is the larger one. */
const ordered = ['\u0001', '10', '9', 'A', 'Z', 'a', 'a\u0001', 'aa', 'é', '～', 'ｶ', '\uffff', '😀', '\u{10ffff}'];

/** Order and pages of a list. */
export const pageCases: readonly StoreCase[] = [
  {
    name: 'lists in the order of code points',
    async check(store, expect) {
      await store.putMany([...ordered].reverse().map((localId) => record(localId)));
      expect(await ids(store.list(shop))).toEqual(ordered);
      expect(await allPages(store, { limit: 1 })).toEqual(ordered.map((localId) => [localId]));
    },
  },
  {
    name: 'gives whole records',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.list(shop)).toEqual([record('p1')]);
    },
  },
  {
    name: 'pages through all records, each one once',
    async check(store, expect) {
      await store.putMany(localIds(25).map((localId) => record(localId)));
      const pages = await allPages(store, { limit: 10 });
      expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
      expect(pages.flat()).toEqual(localIds(25));
    },
  },
  {
    name: 'pages through the records of one status',
    async check(store, expect) {
      const all = localIds(30);
      await store.putMany(
        all.map((localId, index) => record(localId, { status: index % 3 === 0 ? 'failed' : 'synced' })),
      );
      const pages = await allPages(store, { status: 'failed', limit: 4 });
      expect(pages.map((page) => page.length)).toEqual([4, 4, 2]);
      expect(pages.flat()).toEqual(all.filter((_, index) => index % 3 === 0));
      expect(await ids(store.list(shop, { status: 'pending' }))).toEqual([]);
    },
  },
  {
    name: 'lists 100 records without a limit, and up to 1,000 with one',
    async check(store, expect) {
      await store.putMany(localIds(1_001).map((localId) => record(localId)));
      expect((await store.list(shop)).length).toBe(100);
      expect((await store.list(shop, { limit: 1_000 })).length).toBe(1_000);
    },
  },
  {
    name: 'refuses a limit out of range instead of giving a page that looks like the last',
    async check(store, expect) {
      for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
        expect((await storageFailure(store.list(shop, { limit }))).isRetryable).toBe(false);
      }
    },
  },
  {
    name: 'refuses an `after` that cannot be a local id',
    async check(store, expect) {
      for (const after of ['p\0', '\ud800']) {
        expect((await storageFailure(store.list(shop, { after }))).isRetryable).toBe(false);
      }
    },
  },
  {
    name: 'goes on after a local id that is no longer there',
    async check(store, expect) {
      await store.putMany(localIds(4).map((localId) => record(localId)));
      await store.delete(shop, 'p0001');
      expect(await ids(store.list(shop, { after: 'p0001' }))).toEqual(['p0002', 'p0003']);
      expect(await ids(store.list(shop, { after: 'p00015' }))).toEqual(['p0002', 'p0003']);
      expect(await ids(store.list(shop, { after: '' }))).toEqual(['p0000', 'p0002', 'p0003']);
      expect(await ids(store.list(shop, { after: 'p0003' }))).toEqual([]);
    },
  },
  {
    name: 'follows what is put and deleted between two pages',
    async check(store, expect) {
      await store.putMany(['a', 'c', 'e'].map((localId) => record(localId)));
      expect(await ids(store.list(shop, { limit: 1 }))).toEqual(['a']);
      await store.put(record('b'));
      await store.delete(shop, 'c');
      expect(await ids(store.list(shop, { after: 'a' }))).toEqual(['b', 'e']);
    },
  },
  {
    name: 'lists nothing for a shop without records',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.list('other.myshopify.com')).toEqual([]);
    },
  },
];

import type { JsonObject } from '../../../internal/json.ts';
import type {
  AgeCount,
  ListOptions,
  SyncRecord,
  SyncRecordStore,
  SyncStatus,
} from '../../../ports/sync-record-store.ts';
import { mustEnd, storageFailure } from '../runner.ts';
import { localIds, otherShop, record, type StoreCase, shop, statuses } from './harness.ts';

/** More entries than any case has. */
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
    name: 'lists in code point order',
    async check(store, expect) {
      await store.putMany([...ordered].reverse().map((localId) => record(localId)));
      expect(await ids(store.list(shop))).toEqual(ordered);
      expect(await allPages(store, { limit: 1 })).toEqual(ordered.map((localId) => [localId]));
    },
  },
  {
    name: 'returns whole records',
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
    name: 'continues after a local id that was deleted',
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
    name: 'includes records that are put between two pages, and leaves out deleted ones',
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

const dayMs = 86_400_000;

const age = (status: SyncStatus, day: number | null, count: number): AgeCount => ({ status, day, count });

const at = (localId: string, status: SyncStatus, lastSyncedAt: number | null): SyncRecord =>
  record(localId, { status, lastSyncedAt });

/** The counts computed from the list. */
async function listed(store: SyncRecordStore): Promise<{ counts: object; ages: AgeCount[] }> {
  const records = await store.list(shop, { limit: 1_000 });
  const counts = Object.fromEntries(
    statuses.map((status) => [status, records.filter((one) => one.status === status).length]),
  );
  const ages = statuses.flatMap((status) => {
    const days = records
      .filter((one) => one.status === status)
      .map(({ lastSyncedAt }) => (lastSyncedAt === null ? -1 : Math.floor(lastSyncedAt / dayMs)));
    const ordered = [...new Set(days)].sort((left, right) => left - right);
    return ordered.map((day) => age(status, day < 0 ? null : day, days.filter((other) => other === day).length));
  });
  return { counts, ages };
}

/** A pseudo-random series of small numbers that is always the same. */
function series(): (below: number) => number {
  let state = 12_345;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Counts by status and age, which must always agree with the list. */
export const countCases: readonly StoreCase[] = [
  {
    name: 'counts no ages for a shop without records',
    async check(store, expect) {
      await store.put(record('p1', { shop: otherShop }));
      expect(await store.ageCounts(shop)).toEqual([]);
    },
  },
  {
    name: 'counts by the day of the last success, from its first to its last millisecond by UTC',
    async check(store, expect) {
      const times = [0, dayMs - 1, dayMs, 2 * dayMs - 1, 20_000 * dayMs];
      await store.putMany(times.map((time, index) => at(`p${index}`, 'synced', time)));
      const ages = [age('synced', 0, 2), age('synced', 1, 2), age('synced', 20_000, 1)];
      expect(await store.ageCounts(shop)).toEqual(ages);
    },
  },
  {
    name: 'counts records that never succeeded apart from those of the first day',
    async check(store, expect) {
      await store.putMany([at('p1', 'pending', null), at('p2', 'pending', null), at('p3', 'pending', 0)]);
      expect(await store.ageCounts(shop)).toEqual([age('pending', null, 2), age('pending', 0, 1)]);
    },
  },
  {
    name: 'returns ages in the order of the statuses, never synced first, then from the oldest day',
    async check(store, expect) {
      const days = [30, null, 4, 200];
      const records = [...statuses]
        .reverse()
        .flatMap((status) => days.map((day) => at(`${status}${day}`, status, day === null ? null : day * dayMs)));
      await store.putMany(records);
      const ages = statuses.flatMap((status) => [null, 4, 30, 200].map((day) => age(status, day, 1)));
      expect(await store.ageCounts(shop)).toEqual(ages);
    },
  },
  {
    name: 'moves the count of a record whose day changes while its status stays',
    async check(store, expect) {
      await store.put(at('p1', 'synced', 5 * dayMs));
      await store.put(at('p1', 'synced', 6 * dayMs));
      expect(await store.ageCounts(shop)).toEqual([age('synced', 6, 1)]);
      await store.put(at('p1', 'synced', null));
      expect(await store.ageCounts(shop)).toEqual([age('synced', null, 1)]);
    },
  },
  {
    name: 'moves the count of a record whose status changes while its day stays',
    async check(store, expect) {
      for (const status of statuses) {
        await store.put(at('p1', status, dayMs));
        expect(await store.ageCounts(shop)).toEqual([age(status, 1, 1)]);
      }
    },
  },
  {
    name: 'counts a record that is put several times once',
    async check(store, expect) {
      for (const hash of ['1', '2', '3']) await store.put(record('p1', { hash, lastSyncedAt: 0 }));
      await store.putMany(['1', '2'].map((hash) => record('p1', { hash, lastSyncedAt: 0 })));
      expect(await store.ageCounts(shop)).toEqual([age('synced', 0, 1)]);
      expect((await store.counts(shop)).synced).toBe(1);
    },
  },
  {
    name: 'subtracts a deleted record from the counts, once',
    async check(store, expect) {
      await store.putMany([at('p1', 'failed', dayMs), at('p2', 'failed', dayMs)]);
      await store.delete(shop, 'p1');
      await store.delete(shop, 'p1');
      expect(await store.ageCounts(shop)).toEqual([age('failed', 1, 1)]);
      expect((await store.counts(shop)).failed).toBe(1);
    },
  },
  {
    name: 'keeps the counts of two shops apart',
    async check(store, expect) {
      await store.putMany([at('p1', 'failed', 0), { ...at('p1', 'synced', dayMs), shop: otherShop }]);
      expect(await store.ageCounts(shop)).toEqual([age('failed', 0, 1)]);
      expect(await store.ageCounts(otherShop)).toEqual([age('synced', 1, 1)]);
    },
  },
  {
    name: 'leaves the counts as they were when a batch is refused',
    async check(store, expect) {
      await store.put(at('p1', 'synced', dayMs));
      await storageFailure(store.putMany([at('p1', 'failed', 0), record('p2', { attempts: -1 })]));
      expect(await store.ageCounts(shop)).toEqual([age('synced', 1, 1)]);
    },
  },
  {
    name: 'counts the most distant days',
    async check(store, expect) {
      await store.put(at('p1', 'synced', 8_640_000_000_000_000));
      expect(await store.ageCounts(shop)).toEqual([age('synced', 100_000_000, 1)]);
    },
  },
  {
    name: 'counts by status the records synced since a moment, including that moment',
    async check(store, expect) {
      if (!store.countSyncedSince) return;
      await store.putMany([
        at('p1', 'synced', 5 * dayMs),
        at('p2', 'synced', 5 * dayMs - 1),
        at('p3', 'failed', 5 * dayMs + 1),
        at('p4', 'deleted-in-shopify', 6 * dayMs),
        at('p5', 'pending', null),
      ]);
      await store.put(record('p6', { shop: otherShop, lastSyncedAt: 9 * dayMs }));
      const none = { pending: 0, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 };
      expect(await store.countSyncedSince(shop, 5 * dayMs)).toEqual({
        ...none,
        synced: 1,
        failed: 1,
        'deleted-in-shopify': 1,
      });
      await store.put(at('p1', 'syncing', 7 * dayMs));
      await store.delete(shop, 'p4');
      expect(await store.countSyncedSince(shop, 6 * dayMs)).toEqual({ ...none, syncing: 1 });
      expect(await store.countSyncedSince('nobody.myshopify.com', 0)).toEqual(none);
    },
  },
  {
    name: 'agrees with the list after a long series of changes',
    async check(store, expect) {
      const pick = series();
      const any = (): SyncRecord =>
        at(`p${pick(12)}`, statuses[pick(statuses.length)] ?? 'synced', [null, 0, dayMs, 2 * dayMs][pick(4)] ?? null);
      for (let step = 0; step < 60; step++) {
        const kind = pick(4);
        if (kind === 0) await store.delete(shop, `p${pick(12)}`);
        else if (kind === 1) await store.putMany(Array.from({ length: pick(6) }, any));
        else await store.put(any());
      }
      const { counts, ages } = await listed(store);
      expect(await store.counts(shop)).toEqual(counts);
      expect(await store.ageCounts(shop)).toEqual(ages);
    },
  },
  {
    name: 'agrees with the list after many changes of the same records at once',
    async check(store, expect) {
      const ids = localIds(6);
      await Promise.all(
        statuses.flatMap((status, index) => [
          ...ids.map((localId) => store.put(at(localId, status, index * dayMs))),
          store.putMany([...ids].reverse().map((localId) => at(localId, status, null))),
          store.putMany(ids.map((localId) => at(localId, status, dayMs))),
          store.delete(shop, 'p0003'),
        ]),
      );
      const { counts, ages } = await listed(store);
      expect(await store.counts(shop)).toEqual(counts);
      expect(await store.ageCounts(shop)).toEqual(ages);
    },
  },
];

const failed = (localId: string, code: string, message: string, lastAttemptAt: number | null = 1_000): SyncRecord =>
  record(localId, { status: 'failed', lastError: { code, message }, lastAttemptAt });

const fine = (localId: string): SyncRecord => record(localId, { lastError: null });

const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** Error patterns. */
export const patternCases: readonly StoreCase[] = [
  {
    name: 'finds no error patterns if no record has an error',
    async check(store, expect) {
      await store.putMany([fine('p1'), { ...failed('p2', 'A', 'no'), shop: 'other.myshopify.com' }]);
      expect(await store.errorPatterns(shop)).toEqual([]);
    },
  },
  {
    name: 'counts messages together that only differ in quoted texts, numbers and ids',
    async check(store, expect) {
      await store.putMany([
        failed('p1', 'TOO_LONG', "Title 'A' is longer than 255 characters in gid://shopify/Product/1"),
        failed('p2', 'TOO_LONG', 'Title \'The "B"\' is longer than 70 characters in gid://shopify/Product/22'),
        fine('p3'),
      ]);
      const pattern = 'Title {text} is longer than {number} characters in {id}';
      expect(await store.errorPatterns(shop)).toEqual([
        { code: 'TOO_LONG', pattern, count: 2, localId: 'p1', lastAttemptAt: 1_000 },
      ]);
    },
  },
  {
    name: 'keeps errors of different codes apart',
    async check(store, expect) {
      await store.putMany([failed('p1', 'A', 'no'), failed('p2', 'B', 'no')]);
      expect((await store.errorPatterns(shop)).map(({ code, count }) => [code, count])).toEqual([
        ['A', 1],
        ['B', 1],
      ]);
    },
  },
  {
    name: 'returns the most frequent pattern first, equal ones by code and then by pattern',
    async check(store, expect) {
      await store.putMany([
        failed('p1', 'B', 'y'),
        failed('p2', 'B', 'x'),
        failed('p3', 'A', 'z'),
        failed('p4', 'C', 'w'),
        failed('p5', 'C', 'w'),
      ]);
      expect((await store.errorPatterns(shop)).map(({ pattern }) => pattern).join('')).toBe('wzxy');
    },
  },
  {
    name: 'names the record that was tried last, and the smallest id of several',
    async check(store, expect) {
      await store.putMany([
        failed('p1', 'A', 'no', null),
        failed('p4', 'A', 'no', 2_000),
        failed('p3', 'A', 'no', 2_000),
        failed('p2', 'A', 'no', 1_000),
        failed('p9', 'B', 'no', null),
      ]);
      const [first, second] = await store.errorPatterns(shop);
      expect([first?.localId, first?.lastAttemptAt]).toEqual(['p3', 2_000]);
      expect([second?.localId, second?.lastAttemptAt]).toEqual(['p9', null]);
    },
  },
  {
    name: 'counts the errors of records of every status',
    async check(store, expect) {
      await store.putMany([{ ...failed('p1', 'A', 'no'), status: 'pending' }, failed('p2', 'A', 'no')]);
      expect((await store.errorPatterns(shop))[0]?.count).toBe(2);
    },
  },
  {
    name: 'forgets errors of records that were replaced or deleted',
    async check(store, expect) {
      await store.putMany([failed('p1', 'A', 'no'), failed('p2', 'A', 'no'), failed('p3', 'B', 'no')]);
      await store.put(fine('p1'));
      await store.delete(shop, 'p3');
      expect((await store.errorPatterns(shop)).map(({ code, count }) => [code, count])).toEqual([['A', 1]]);
    },
  },
  {
    name: 'counts the errors of a thousand records, each one once',
    async check(store, expect) {
      await store.putMany(localIds(1_003).map((localId, index) => failed(localId, 'A', `no ${index}`, index)));
      expect(await store.errorPatterns(shop)).toEqual([
        { code: 'A', pattern: 'no {number}', count: 1_003, localId: 'p1002', lastAttemptAt: 1_002 },
      ]);
    },
  },
  {
    name: 'returns 20 patterns without a limit, and at most the limit with one',
    async check(store, expect) {
      const codes = ['A', 'B'];
      await store.putMany(
        codes.flatMap((code) => words.map((word) => failed(`${code}-${word}`, code, `it is ${word}`))),
      );
      expect((await store.errorPatterns(shop)).length).toBe(20);
      expect((await store.errorPatterns(shop, { limit: 3 })).length).toBe(3);
      expect((await store.errorPatterns(shop, { limit: 1_000 })).length).toBe(24);
    },
  },
  {
    name: 'refuses a limit of patterns out of range',
    async check(store, expect) {
      for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
        expect((await storageFailure(store.errorPatterns(shop, { limit }))).isRetryable).toBe(false);
      }
    },
  },
];

const kept: readonly (readonly [what: string, data: JsonObject])[] = [
  ['nothing in it', {}],
  ['every kind of JSON', { text: 'a', number: -1.5e21, zero: 0, yes: true, no: false, none: null, list: [1, [], {}] }],
  ['lists and objects in each other', { a: [{ b: [{ c: [{ d: [[[['deep']]]] }] }] }] }],
  ['names that objects inherit', JSON.parse('{"__proto__":{"a":1},"constructor":"x","toString":null}')],
  ['any character', { 'a\0b': '\ud800', '': '"\\\n\u2028😀', "it's": '--;' }],
];

const cyclic: Record<string, unknown> = { input: {} };

cyclic['self'] = cyclic;

const refused: readonly (readonly [what: string, data: unknown])[] = [
  ['a list', [1]],
  ['a text', '{}'],
  ['a number', 7],
  ['missing', undefined],
  ['a cycle', cyclic],
  ['an object with a bigint', { stock: 7n }],
  ['a date', new Date(0)],
];

/** The data of the last push. */
export const syncDataCases: readonly StoreCase[] = [
  ...kept.map(
    ([what, lastSyncData]): StoreCase => ({
      name: `keeps sync data with ${what}`,
      async check(store, expect) {
        await store.putMany([record('p1', { lastSyncData })]);
        expect((await store.get(shop, 'p1'))?.lastSyncData).toEqual(lastSyncData);
        expect((await store.list(shop))[0]?.lastSyncData).toEqual(lastSyncData);
      },
    }),
  ),
  {
    name: 'keeps sync data as JSON does: without undefined, and dates as text',
    async check(store, expect) {
      const lastSyncData = { none: undefined, at: new Date(0), not: Number.NaN, list: [undefined] };
      await store.put(record('p1', { lastSyncData }));
      const got = (await store.get(shop, 'p1'))?.lastSyncData;
      expect(got).toEqual({ at: '1970-01-01T00:00:00.000Z', not: null, list: [null] });
      expect(Object.keys(got ?? {}).includes('none')).toBe(false);
    },
  },
  {
    name: 'keeps sync data of 5 MB',
    async check(store, expect) {
      const html = '0123456789abcdé'.repeat(330_000);
      await store.put(record('p1', { lastSyncData: { html } }));
      expect((await store.get(shop, 'p1'))?.lastSyncData?.html === html).toBe(true);
    },
  },
  {
    name: 'returns copies of sync data',
    async check(store, expect) {
      const lastSyncData = { input: { title: 'Tee' } };
      await store.put(record('p1', { lastSyncData }));
      lastSyncData.input.title = 'changed';
      const got = await store.get(shop, 'p1');
      Object.assign(got?.lastSyncData ?? {}, { input: 'changed' });
      expect((await store.get(shop, 'p1'))?.lastSyncData).toEqual({ input: { title: 'Tee' } });
    },
  },
  ...refused.map(
    ([what, data]): StoreCase => ({
      name: `refuses a record whose lastSyncData is ${what}, and names the field`,
      async check(store, expect) {
        const error = await storageFailure(store.put({ ...record('p1'), lastSyncData: data as JsonObject }));
        expect(error.message.includes('lastSyncData')).toBe(true);
        expect(error.isRetryable).toBe(false);
        expect(await store.list(shop)).toEqual([]);
      },
    }),
  ),
];

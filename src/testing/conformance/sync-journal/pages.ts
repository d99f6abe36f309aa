import type { JournalListOptions } from '../../../ports/sync-journal.ts';
import { mustEnd } from '../endless-pages.ts';
import { draft, drafts, idsOf, type JournalCase, otherShop, shop } from '../sync-journal-harness.ts';
import { storageFailure } from '../sync-records/storage-failure.ts';

/** Two runs and single pushes over three products. */
const mixed = ['a', 'b', 'c', 'a', 'b', 'a'].map((localId, index) =>
  draft(localId, { runId: [null, 'run-1', 'run-2'][index % 3] ?? null, at: index }),
);

const timesOf = async (list: Promise<readonly { at: number }[]>): Promise<number[]> => (await list).map(({ at }) => at);

/** Order, pages and filters of a list. */
export const pageCases: readonly JournalCase[] = [
  {
    name: 'lists nothing for a shop without entries',
    async check(journal, expect) {
      await journal.append([draft('p1')]);
      expect(await journal.list(otherShop)).toEqual([]);
      expect(await journal.list('')).toEqual([]);
    },
  },
  {
    name: 'lists in the order of appending, the oldest first, whatever the times say',
    async check(journal, expect) {
      await journal.append([draft('p3', { at: 9 }), draft('p1', { at: 5 })]);
      await journal.append([draft('p2', { at: 1 })]);
      expect(await idsOf(journal)).toEqual(['p3', 'p1', 'p2']);
      expect(await idsOf(journal, { order: 'oldest' })).toEqual(['p3', 'p1', 'p2']);
    },
  },
  {
    name: 'lists the newest first where asked',
    async check(journal, expect) {
      await journal.append([draft('p1'), draft('p2')]);
      await journal.append([draft('p3')]);
      expect(await idsOf(journal, { order: 'newest' })).toEqual(['p3', 'p2', 'p1']);
    },
  },
  ...(['oldest', 'newest'] as const).map(
    (order): JournalCase => ({
      name: `pages through all entries from the ${order}, each one once`,
      async check(journal, expect) {
        const ids = [...(await journal.append(drafts(25)))];
        const pages: string[][] = [];
        let after: string | undefined;
        for (;;) {
          const page = await journal.list(shop, { order, limit: 10, ...(after !== undefined && { after }) });
          after = page.at(-1)?.id;
          if (after === undefined) break;
          pages.push(page.map(({ id }) => id));
          mustEnd(pages.flat().length, ids.length);
        }
        expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
        expect(pages.flat()).toEqual(order === 'oldest' ? ids : ids.reverse());
      },
    }),
  ),
  {
    name: 'lists 100 entries without a limit, and up to 1,000 with one',
    async check(journal, expect) {
      await journal.append(drafts(1_001, { sent: null, before: null }));
      expect((await journal.list(shop)).length).toBe(100);
      expect((await journal.list(shop, { limit: 1_000 })).length).toBe(1_000);
    },
  },
  {
    name: 'refuses a limit out of range instead of giving a page that looks like the last',
    async check(journal, expect) {
      for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
        expect((await storageFailure(journal.list(shop, { limit }))).isRetryable).toBe(false);
      }
    },
  },
  {
    name: 'refuses an `after` that is no id of a journal',
    async check(journal, expect) {
      await journal.append([draft('p1')]);
      for (const after of ['nonsense', '\ud800', 'p\0', "' or 1=1"]) {
        expect((await storageFailure(journal.list(shop, { after }))).isRetryable).toBe(false);
      }
    },
  },
  {
    name: 'lists the entries of one run',
    async check(journal, expect) {
      await journal.append(mixed);
      expect(await timesOf(journal.list(shop, { runId: 'run-1' }))).toEqual([1, 4]);
      expect(await timesOf(journal.list(shop, { runId: 'run-2', order: 'newest' }))).toEqual([5, 2]);
      expect(await journal.list(shop, { runId: 'run-3' })).toEqual([]);
    },
  },
  {
    name: 'fills a page with entries of the run or product, however many others stand between',
    async check(journal, expect) {
      const others = drafts(30, { runId: 'run-9' });
      await journal.append([draft('a', { at: 0 }), ...others, draft('a', { at: 1 }), ...others, draft('b', { at: 2 })]);
      for (const order of ['oldest', 'newest'] as const) {
        const ofRun = await timesOf(journal.list(shop, { runId: 'run-1', order, limit: 2 }));
        expect(ofRun).toEqual(order === 'oldest' ? [0, 1] : [2, 1]);
        const ofProduct = await timesOf(journal.list(shop, { localId: 'a', order, limit: 2 }));
        expect(ofProduct).toEqual(order === 'oldest' ? [0, 1] : [1, 0]);
      }
    },
  },
  {
    name: 'lists the entries of one product',
    async check(journal, expect) {
      await journal.append(mixed);
      expect(await timesOf(journal.list(shop, { localId: 'a' }))).toEqual([0, 3, 5]);
      expect(await timesOf(journal.list(shop, { localId: 'b', order: 'newest' }))).toEqual([4, 1]);
    },
  },
  {
    name: 'lists the entries of one product in one run',
    async check(journal, expect) {
      await journal.append(mixed);
      expect(await timesOf(journal.list(shop, { localId: 'b', runId: 'run-1' }))).toEqual([1, 4]);
      expect(await journal.list(shop, { localId: 'c', runId: 'run-1' })).toEqual([]);
    },
  },
  {
    name: 'pages through the entries of one product',
    async check(journal, expect) {
      await journal.append(mixed);
      const page: JournalListOptions = { localId: 'a', limit: 2 };
      const first = await journal.list(shop, page);
      expect(first.map(({ at }) => at)).toEqual([0, 3]);
      const after = first.at(-1)?.id ?? '';
      expect(await timesOf(journal.list(shop, { ...page, after }))).toEqual([5]);
      expect(await timesOf(journal.list(shop, { ...page, after, order: 'newest' }))).toEqual([0]);
    },
  },
  {
    name: 'tells local ids and runs apart that only look alike',
    async check(journal, expect) {
      const alike = ['p1', 'P1', 'p1 ', 'pé', 'pe\u0301', 'ｐ1'];
      await journal.append(alike.map((key, at) => draft(key, { runId: key, at })));
      for (const [at, key] of alike.entries()) {
        expect(await timesOf(journal.list(shop, { localId: key }))).toEqual([at]);
        expect(await timesOf(journal.list(shop, { runId: key }))).toEqual([at]);
      }
      expect(await journal.list(shop, { localId: 'p1\0' })).toEqual([]);
    },
  },
  {
    name: 'follows what is appended between two pages',
    async check(journal, expect) {
      const [, last] = await journal.append([draft('p1'), draft('p2')]);
      await journal.append([draft('p3')]);
      expect(await idsOf(journal, { after: last ?? '' })).toEqual(['p3']);
      await journal.append([draft('p4')]);
      expect(await idsOf(journal, { after: last ?? '' })).toEqual(['p3', 'p4']);
    },
  },
];

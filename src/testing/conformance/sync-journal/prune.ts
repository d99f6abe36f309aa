import { ascends, draft, drafts, idsOf, type JournalCase, otherShop, shop } from '../sync-journal-harness.ts';
import { storageFailure } from '../sync-records/storage-failure.ts';

const dated = [5, 1, 9, 5, 3].map((at, index) => draft(`p${index}`, { at }));

/** What is deleted of a journal, and what stays. */
export const pruneCases: readonly JournalCase[] = [
  {
    name: 'prunes what is older than the moment, wherever it stands, and says how much it was',
    async check(journal, expect) {
      await journal.append(dated);
      expect(await journal.prune(shop, 5)).toBe(2);
      expect(await idsOf(journal)).toEqual(['p0', 'p2', 'p3']);
      expect(await journal.prune(shop, 5)).toBe(0);
    },
  },
  {
    name: 'prunes by moments with fractions, and keeps what is of the very moment',
    async check(journal, expect) {
      await journal.append(dated);
      expect(await journal.prune(shop, 5.5)).toBe(4);
      expect(await journal.prune(shop, 9)).toBe(0);
      expect(await journal.prune(shop, 8_640_000_000_000_000)).toBe(1);
    },
  },
  {
    name: 'prunes nothing of another shop',
    async check(journal, expect) {
      await journal.append([draft('p1', { at: 1 }), draft('p1', { at: 1, shop: otherShop })]);
      expect(await journal.prune(shop, 10)).toBe(1);
      expect(await idsOf(journal, {}, otherShop)).toEqual(['p1']);
      expect(await journal.prune('third.myshopify.com', 10)).toBe(0);
    },
  },
  {
    name: 'prunes more than a thousand entries',
    async check(journal, expect) {
      await journal.append([...drafts(1_203, { at: 1, sent: null, before: null }), draft('kept', { at: 2 })]);
      expect(await journal.prune(shop, 2)).toBe(1_203);
      expect(await idsOf(journal)).toEqual(['kept']);
    },
  },
  {
    name: 'refuses to prune by what is no moment',
    async check(journal, expect) {
      await journal.append([draft('p1', { at: 0 })]);
      for (const before of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
        expect((await storageFailure(journal.prune(shop, before))).message.includes('before')).toBe(true);
      }
      expect(await idsOf(journal)).toEqual(['p1']);
    },
  },
  {
    name: 'goes on behind an id that was pruned',
    async check(journal, expect) {
      const [, second] = await journal.append(dated);
      await journal.prune(shop, 4);
      expect(await idsOf(journal, { after: second ?? '' })).toEqual(['p2', 'p3']);
    },
  },
  {
    name: 'gives no id twice, also where all entries before were pruned or erased',
    async check(journal, expect) {
      const ids = [...(await journal.append(drafts(5)))];
      await journal.prune(shop, 8_640_000_000_000_000);
      ids.push(...(await journal.append([draft('p1')])));
      await journal.erase(shop);
      ids.push(...(await journal.append([draft('p1')])));
      expect(ascends(ids)).toBe(true);
    },
  },
  {
    name: 'erases all of a shop and nothing of another, and says how much it was',
    async check(journal, expect) {
      await journal.append([...drafts(1_203, { sent: null, before: null }), draft('p1', { shop: otherShop })]);
      expect(await journal.erase(shop)).toBe(1_203);
      expect(await journal.list(shop)).toEqual([]);
      expect(await journal.list(shop, { localId: 'p0001' })).toEqual([]);
      expect((await journal.list(otherShop)).length).toBe(1);
      expect(await journal.erase(shop)).toBe(0);
      expect(await journal.erase('third.myshopify.com')).toBe(0);
    },
  },
  {
    name: 'erases no other shop for a name that only looks alike',
    async check(journal, expect) {
      await journal.append([draft('p1')]);
      for (const alike of [shop.toUpperCase(), `${shop} `, `${shop}\0`, '%', ''])
        expect(await journal.erase(alike)).toBe(0);
      expect((await journal.list(shop)).length).toBe(1);
    },
  },
];

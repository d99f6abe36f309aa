import { mustEnd } from '../endless-pages.ts';
import { ascends, draft, drafts, type JournalCase, otherShop, shop } from '../sync-journal-harness.ts';
import { storageFailure } from '../sync-records/storage-failure.ts';

/** Ids, many writers at once, and the end. */
export const orderCases: readonly JournalCase[] = [
  {
    name: 'answers the ids of a list in its order, ascending',
    async check(journal, expect) {
      const ids = await journal.append(drafts(450, { sent: null }));
      expect(ids.length).toBe(450);
      expect(ascends(ids)).toBe(true);
      expect((await journal.list(shop, { limit: 450 })).map(({ localId }) => localId)).toEqual(
        drafts(450).map(({ localId }) => localId),
      );
    },
  },
  {
    name: 'gives later entries greater ids',
    async check(journal, expect) {
      const ids: string[] = [];
      for (let index = 0; index < 30; index++) ids.push(...(await journal.append([draft('p1'), draft('p2')])));
      expect(ascends(ids)).toBe(true);
    },
  },
  {
    name: 'appends entries of several shops in one list, each id at the place of its entry',
    async check(journal, expect) {
      const list = ['z', 'a', 'm', 'a', 'z'].map((name, at) => draft(`p${at}`, { shop: `${name}.myshopify.com`, at }));
      const ids = await journal.append(list);
      for (const name of ['z', 'a', 'm']) {
        const own = `${name}.myshopify.com`;
        const entries = await journal.list(own);
        expect(entries.map(({ id, at }) => [id, at])).toEqual(
          list.filter((one) => one.shop === own).map(({ at }) => [ids[at], at]),
        );
      }
    },
  },
  {
    name: 'keeps every entry of 60 writers at once, with ids of their own and lists in order',
    async check(journal, expect) {
      const writers = Array.from({ length: 60 }, (_, writer) =>
        journal.append([0, 1, 2].map((at) => draft(`w${writer}`, { at }))),
      );
      const ids = (await Promise.all(writers)).flat();
      expect(new Set(ids).size).toBe(180);
      const entries = await journal.list(shop, { limit: 1_000 });
      expect(entries.length).toBe(180);
      expect(ascends(entries.map(({ id }) => id))).toBe(true);
      for (let writer = 0; writer < 60; writer++) {
        const own = entries.filter(({ localId }) => localId === `w${writer}`);
        expect(own.map(({ at }) => at)).toEqual([0, 1, 2]);
      }
    },
  },
  {
    name: 'shows a reader who follows it each entry once while others append',
    async check(journal, expect) {
      const writers = Array.from({ length: 40 }, (_, writer) => journal.append(drafts(1 + (writer % 3))));
      let isDone = false;
      const write = async (): Promise<string[]> => {
        try {
          return (await Promise.all(writers)).flat();
        } finally {
          isDone = true;
        }
      };
      const follow = async (): Promise<string[]> => {
        const seen: string[] = [];
        for (;;) {
          const wasDone = isDone;
          const after = seen.at(-1);
          const page = await journal.list(shop, { limit: 7, ...(after !== undefined && { after }) });
          seen.push(...page.map(({ id }) => id));
          mustEnd(seen.length, 3 * writers.length);
          if (wasDone && page.length === 0) return seen;
        }
      };
      const [written, seen] = await Promise.all([write(), follow()]);
      expect(seen).toEqual(written.sort());
    },
  },
  {
    name: 'never shows half of a list to a reader',
    async check(journal, expect) {
      const writing = [1, 2].map(() => journal.append(drafts(400, { sent: null, before: null })));
      const lists = Array.from({ length: 8 }, () => journal.list(shop, { limit: 1_000 }));
      const [pages] = await Promise.all([Promise.all(lists), ...writing]);
      for (const { length } of pages) expect([0, 400, 800].includes(length)).toBe(true);
    },
  },
  {
    name: 'lets writers of the same shops wait for each other in whatever order they name them',
    async check(journal, expect) {
      const both = [draft('p1'), draft('p1', { shop: otherShop })];
      const writers = Array.from({ length: 20 }, (_, index) =>
        journal.append(index % 2 === 0 ? both : [...both].reverse()),
      );
      await Promise.all(writers);
      expect((await journal.list(shop)).length).toBe(20);
      expect((await journal.list(otherShop)).length).toBe(20);
    },
  },
  {
    name: 'finishes what runs before it closes, and refuses what comes after',
    async check(journal, expect, stores) {
      const running = journal.append(drafts(500));
      const closed = stores.close();
      const calls = [journal.append([draft('p1')]), journal.list(shop), journal.prune(shop, 1), journal.erase(shop)];
      const [errors, ids] = await Promise.all([Promise.all(calls.map(storageFailure)), running, closed]);
      for (const error of errors) {
        expect(error.message.includes('closed')).toBe(true);
        expect(error.isRetryable).toBe(false);
      }
      expect(ids.length).toBe(500);
    },
  },
];

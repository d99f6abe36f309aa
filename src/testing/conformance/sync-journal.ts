import type { Stores } from '../../ports/stores.ts';
import type { JournalDraft, JournalListOptions } from '../../ports/sync-journal.ts';
import { type ConformanceRunner, mustEnd, storageFailure, turn } from './runner.ts';
import { ascends, draft, drafts, idsOf, type JournalCase, otherShop, shop } from './sync-journal-harness.ts';

/** A journal under test, and how to close it. A `Stores` object works too. */
export type SyncJournalSubject = Pick<Stores, 'journal' | 'close'>;

/**
 * Tests an adapter's sync journal against the port: over 50 cases, on any runner with `describe`, `it` and
 * `expect(…).toBe` and `.toEqual`.
 *
 * @param name Name of the adapter.
 * @param create Creates a journal without entries, alone or as part of `Stores`. Called for each case, which closes
 * it at its end.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeSyncJournal('my journal', () => myJournal(), { describe, it, expect });
 */
export function describeSyncJournal(
  name: string,
  create: () => SyncJournalSubject | Promise<SyncJournalSubject>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a sync journal`, () => {
    for (const { name: sentence, check } of [...entryCases, ...pageCases, ...orderCases, ...pruneCases]) {
      runner.it(sentence, async () => {
        const subject = await create();
        try {
          await check(subject.journal, runner.expect, subject);
        } finally {
          await subject.close();
        }
      });
    }
  });
}

const wildKeys: readonly (readonly [what: string, key: string])[] = [
  ['quotes and SQL', `'; drop table "sync_journal"; --`],
  ['wildcards, slashes and braces', '100%_*?[a]{b}/../\\c'],
  ['emoji, Chinese and Arabic', '👗👩‍👩‍👧‍👦 連衣裙 فستان'],
  ['white space and control characters', ' \t\n\u0001\u007f\u2028'],
  ['the longest length', 'x'.repeat(255)],
];

const refused: readonly (readonly [field: keyof JournalDraft, value: unknown])[] = [
  ['shop', ''],
  ['shop', 'a\0'],
  ['localId', ''],
  ['localId', 'x'.repeat(256)],
  ['localId', '\ud800'],
  ['gid', ''],
  ['gid', 7],
  ['runId', ''],
  ['runId', undefined],
  ['action', ''],
  ['action', null],
  ['at', -1],
  ['at', Number.NaN],
  ['at', '2026-11-02'],
  ['sent', [1]],
  ['sent', undefined],
  ['before', 'x'],
];

/** Fields of entries, and invalid entries. */
const entryCases: readonly JournalCase[] = [
  {
    name: 'returns every field as it was appended, with the id that `append` returned',
    async check(journal, expect) {
      const [id] = await journal.append([draft('p1')]);
      expect(await journal.list(shop)).toEqual([{ id, ...draft('p1') }]);
    },
  },
  {
    name: 'returns null as null, and zero as zero',
    async check(journal, expect) {
      const bare = draft('p1', { gid: null, runId: null, at: 0, sent: null, before: null });
      const [id] = await journal.append([bare]);
      expect(await journal.list(shop)).toEqual([{ id, ...bare }]);
    },
  },
  {
    name: 'keeps each of several equal entries',
    async check(journal, expect) {
      const ids = await journal.append([draft('p1'), draft('p1')]);
      await journal.append([draft('p1')]);
      expect(new Set(ids).size).toBe(2);
      expect((await journal.list(shop)).length).toBe(3);
    },
  },
  {
    name: 'accepts an empty list of entries',
    async check(journal, expect) {
      expect(await journal.append([])).toEqual([]);
      expect(await journal.list(shop)).toEqual([]);
    },
  },
  {
    name: 'drops fractions of a millisecond, and fields that are not part of an entry',
    async check(journal, expect) {
      const withMore = { ...draft('p1', { at: 1_000.75 }), price: '9.95' };
      await journal.append([withMore]);
      const [entry] = await journal.list(shop);
      expect(entry?.at).toBe(1_000);
      expect(Object.keys(entry ?? {}).includes('price')).toBe(false);
    },
  },
  {
    name: 'keeps `sent` and `before` as JSON: any character, no undefined, dates as text',
    async check(journal, expect) {
      const sent = { 'a\0b': '\ud800', none: undefined, at: new Date(0), list: [undefined, null] };
      const before: Record<string, unknown> = JSON.parse('{"__proto__":{"a":1},"":[[[{}]]],"n":-1.5e21}');
      await journal.append([draft('p1', { sent, before })]);
      const [entry] = await journal.list(shop);
      expect(entry?.sent).toEqual({ 'a\0b': '\ud800', at: '1970-01-01T00:00:00.000Z', list: [null, null] });
      expect(JSON.stringify(entry?.before)).toBe(JSON.stringify(before));
    },
  },
  {
    name: 'keeps null and empty lists and objects in `sent` and `before`',
    async check(journal, expect) {
      const odd = {
        image: null,
        tags: [],
        seo: {},
        variants: [{ price: null }, null],
        text: '',
        stock: 0,
        sold: false,
      };
      await journal.append([draft('p1', { sent: odd, before: { product: odd } })]);
      const [entry] = await journal.list(shop);
      expect(JSON.stringify(entry?.sent)).toBe(JSON.stringify(odd));
      expect(JSON.stringify(entry?.before)).toBe(JSON.stringify({ product: odd }));
    },
  },
  {
    name: 'keeps 5 MB of `sent` and 5 MB of `before`',
    async check(journal, expect) {
      const [sent, before] = ['0123456789abcdé', 'fedcba987654321'].map((text) => ({ html: text.repeat(330_000) }));
      await journal.append([draft('p1', { sent: sent ?? null, before: before ?? null })]);
      const [entry] = await journal.list(shop);
      expect(entry?.sent?.html === sent?.html).toBe(true);
      expect(entry?.before?.html === before?.html).toBe(true);
    },
  },
  {
    name: 'appends entries whose texts together are longer than one message',
    async check(journal, expect) {
      const html = 'x'.repeat(1_500_000);
      const ids = await journal.append(drafts(12, { sent: { html }, before: null }));
      expect((await journal.list(shop, { limit: 12 })).map(({ id }) => id)).toEqual(ids);
    },
  },
  {
    name: 'copies entries: later changes of an object that was appended or listed have no effect',
    async check(journal, expect) {
      const sent = { input: { title: 'Tee' } };
      await journal.append([draft('p1', { sent })]);
      sent.input.title = 'changed';
      const page = await journal.list(shop);
      const [listed] = page;
      Object.assign(listed?.sent ?? {}, { input: 'changed' });
      Object.assign(listed ?? {}, { action: 'changed', at: 0, before: null });
      (page as unknown[]).length = 0;
      const { id: _id, ...kept } = (await journal.list(shop))[0] ?? {};
      expect(kept).toEqual(draft('p1', { sent: { input: { title: 'Tee' } } }));
    },
  },
  {
    name: 'appends a list as it was when the call was made',
    async check(journal, expect) {
      const list = [draft('p1')];
      const done = journal.append(list);
      list.push(draft('p2'));
      expect((await done).length).toBe(1);
      expect((await journal.list(shop)).length).toBe(1);
    },
  },
  ...wildKeys.map(
    ([what, key]): JournalCase => ({
      name: `takes a local id, run and action with ${what}`,
      async check(journal, expect) {
        const odd = draft(key, { runId: key, action: key, gid: key });
        const [id] = await journal.append([odd, draft('p1')]);
        expect(await journal.list(shop, { localId: key, runId: key })).toEqual([{ id, ...odd }]);
      },
    }),
  ),
  ...refused.map(
    ([field, value]): JournalCase => ({
      name: `refuses an entry whose ${field} is ${(JSON.stringify(value) ?? 'undefined').slice(0, 30)}, and names the field`,
      async check(journal, expect) {
        const error = await storageFailure(journal.append([{ ...draft('p1'), [field]: value }]));
        expect(error.message.includes(field)).toBe(true);
        expect(error.isRetryable).toBe(false);
        expect(await journal.list(shop)).toEqual([]);
      },
    }),
  ),
  {
    name: 'appends all of a list or nothing of it',
    async check(journal, expect) {
      await storageFailure(journal.append([...drafts(300), draft('p1', { shop: otherShop }), draft('p2', { at: -1 })]));
      expect(await journal.list(shop)).toEqual([]);
      expect(await journal.list(otherShop)).toEqual([]);
    },
  },
];

/** Ids, simultaneous writers, and closing. */
const orderCases: readonly JournalCase[] = [
  {
    name: 'returns the ids of a list in its order, ascending',
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
    name: 'appends entries of several shops in one list, and returns each id at the place of its entry',
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
    name: 'keeps every entry of 60 simultaneous writers, with unique ids and lists in order',
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
    name: 'shows each entry once to a reader that continues while others append',
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
          await turn();
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
    name: 'does not deadlock writers that name the same shops in different orders',
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
    name: 'finishes running calls before it closes, and refuses later ones',
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

/** Two runs and single pushes over three products. */
const mixed = ['a', 'b', 'c', 'a', 'b', 'a'].map((localId, index) =>
  draft(localId, { runId: [null, 'run-1', 'run-2'][index % 3] ?? null, at: index }),
);

const timesOf = async (list: Promise<readonly { at: number }[]>): Promise<number[]> => (await list).map(({ at }) => at);

/** Order, pages and filters of a list. */
const pageCases: readonly JournalCase[] = [
  {
    name: 'lists nothing for a shop without entries',
    async check(journal, expect) {
      await journal.append([draft('p1')]);
      expect(await journal.list(otherShop)).toEqual([]);
      expect(await journal.list('')).toEqual([]);
    },
  },
  {
    name: 'lists in the order of appending, the oldest first, regardless of times',
    async check(journal, expect) {
      await journal.append([draft('p3', { at: 9 }), draft('p1', { at: 5 })]);
      await journal.append([draft('p2', { at: 1 })]);
      expect(await idsOf(journal)).toEqual(['p3', 'p1', 'p2']);
      expect(await idsOf(journal, { order: 'oldest' })).toEqual(['p3', 'p1', 'p2']);
    },
  },
  {
    name: 'lists the newest first on request',
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
    name: 'refuses an `after` that is not an id of a journal',
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
    name: 'fills a page with entries of the run or product, even with many others in between',
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
    name: 'distinguishes local ids and runs that look alike',
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
    name: 'includes entries that are appended between two pages',
    async check(journal, expect) {
      const [, last] = await journal.append([draft('p1'), draft('p2')]);
      await journal.append([draft('p3')]);
      expect(await idsOf(journal, { after: last ?? '' })).toEqual(['p3']);
      await journal.append([draft('p4')]);
      expect(await idsOf(journal, { after: last ?? '' })).toEqual(['p3', 'p4']);
    },
  },
];

const dated = [5, 1, 9, 5, 3].map((at, index) => draft(`p${index}`, { at }));

/** Pruning and erasing. */
const pruneCases: readonly JournalCase[] = [
  {
    name: 'prunes all entries before a moment, in any position, and returns how many there were',
    async check(journal, expect) {
      await journal.append(dated);
      expect(await journal.prune(shop, 5)).toBe(2);
      expect(await idsOf(journal)).toEqual(['p0', 'p2', 'p3']);
      expect(await journal.prune(shop, 5)).toBe(0);
    },
  },
  {
    name: 'prunes by moments with fractions, and keeps entries of the moment itself',
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
    name: 'prunes runs by the start of a later one, and finds the others by run and by product',
    async check(journal, expect) {
      const entry = (runId: string, at: number) => ['a', 'b'].map((localId) => draft(localId, { runId, at }));
      await journal.append([...entry('r1', 10), ...entry('r2', 20), draft('a', { runId: null, at: 25 })]);
      await journal.append(entry('r3', 30));
      expect(await journal.prune(shop, 20)).toBe(2);
      expect(await idsOf(journal, { runId: 'r1' })).toEqual([]);
      expect(await idsOf(journal, { runId: 'r2' })).toEqual(['a', 'b']);
      expect((await journal.list(shop, { localId: 'a' })).map(({ at }) => at)).toEqual([20, 25, 30]);
      expect(await journal.prune(shop, 30)).toBe(3);
      expect(await idsOf(journal, { localId: 'b', order: 'newest' })).toEqual(['b']);
    },
  },
  {
    name: 'prunes while entries are added, and keeps these',
    async check(journal, expect) {
      await journal.append(drafts(300, { at: 1 }));
      const [pruned] = await Promise.all([journal.prune(shop, 5), journal.append(drafts(50, { at: 5 }))]);
      expect(pruned).toBe(300);
      expect((await journal.list(shop)).map(({ at }) => at)).toEqual(Array.from({ length: 50 }, () => 5));
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
    name: 'refuses to prune by a value that is not a moment',
    async check(journal, expect) {
      await journal.append([draft('p1', { at: 0 })]);
      for (const before of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
        expect((await storageFailure(journal.prune(shop, before))).message.includes('before')).toBe(true);
      }
      expect(await idsOf(journal)).toEqual(['p1']);
    },
  },
  {
    name: 'continues after a pruned id',
    async check(journal, expect) {
      const [, second] = await journal.append(dated);
      await journal.prune(shop, 4);
      expect(await idsOf(journal, { after: second ?? '' })).toEqual(['p2', 'p3']);
    },
  },
  {
    name: 'never uses an id twice, even if all earlier entries were pruned or erased',
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
    name: 'erases all entries of a shop and none of another, and returns how many there were',
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
    name: 'does not erase a shop whose name looks alike',
    async check(journal, expect) {
      await journal.append([draft('p1')]);
      for (const alike of [shop.toUpperCase(), `${shop} `, `${shop}\0`, '%', ''])
        expect(await journal.erase(alike)).toBe(0);
      expect((await journal.list(shop)).length).toBe(1);
    },
  },
];

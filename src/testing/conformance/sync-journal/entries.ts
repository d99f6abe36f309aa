import type { JournalDraft } from '../../../ports/sync-journal.ts';
import { draft, drafts, type JournalCase, otherShop, shop } from '../sync-journal-harness.ts';
import { storageFailure } from '../sync-records/storage-failure.ts';

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

/** What an entry holds, and what no journal takes. */
export const entryCases: readonly JournalCase[] = [
  {
    name: 'gives every field back as it was appended, with the id that it answered',
    async check(journal, expect) {
      const [id] = await journal.append([draft('p1')]);
      expect(await journal.list(shop)).toEqual([{ id, ...draft('p1') }]);
    },
  },
  {
    name: 'gives null back as null, and zero as zero',
    async check(journal, expect) {
      const bare = draft('p1', { gid: null, runId: null, at: 0, sent: null, before: null });
      const [id] = await journal.append([bare]);
      expect(await journal.list(shop)).toEqual([{ id, ...bare }]);
    },
  },
  {
    name: 'keeps entries that say the same, each one',
    async check(journal, expect) {
      const ids = await journal.append([draft('p1'), draft('p1')]);
      await journal.append([draft('p1')]);
      expect(new Set(ids).size).toBe(2);
      expect((await journal.list(shop)).length).toBe(3);
    },
  },
  {
    name: 'takes an empty list of entries',
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
    name: 'keeps what was sent and stood there as JSON does: any character, no undefined, dates as text',
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
    name: 'keeps 5 MB of what was sent and 5 MB of what stood there',
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
    name: 'gives copies: a change to what was appended or listed does not reach the journal',
    async check(journal, expect) {
      const sent = { input: { title: 'Tee' } };
      await journal.append([draft('p1', { sent })]);
      sent.input.title = 'changed';
      const [listed] = await journal.list(shop);
      Object.assign(listed?.sent ?? {}, { input: 'changed' });
      expect((await journal.list(shop))[0]?.sent).toEqual({ input: { title: 'Tee' } });
    },
  },
  {
    name: 'takes a list as it was when the call was made',
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

import type { JsonObject } from '../../../internal/json.ts';
import { record, type StoreCase, shop } from './harness.ts';
import { storageFailure } from './storage-failure.ts';

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

/** What the last push sent, as the record keeps it. */
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
    name: 'gives copies of sync data',
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

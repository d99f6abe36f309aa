import type { TokenOwner } from '../../../ports/token-store.ts';
import { storageFailure } from '../sync-records/storage-failure.ts';
import { offline, ownersOf, shop, type TokenCase, tokens } from './case.ts';

const other = 'other.myshopify.com';

/** Owners that a careless key would take for one another. */
const lookAlikes: readonly TokenOwner[] = [
  { shop },
  { shop, appId: 'second' },
  { shop, userId: '1' },
  { shop, userId: '11' },
  { shop, appId: 'second', userId: '1' },
  { shop, appId: 'default/1' },
  { shop, appId: '1', userId: 'default' },
  { shop: `${shop}/default` },
  { shop: `${shop}.evil.example` },
  { shop: 'acme', appId: `.myshopify.com/default` },
  { shop: shop.toUpperCase() },
  { shop, appId: '%2F' },
  { shop, appId: '/' },
  { shop, appId: '*' },
  { shop, appId: 'ünïcode 😀', userId: "o'hara" },
];

const wrong: readonly (readonly [part: string, owner: object])[] = [
  ['shop', { shop: '' }],
  ['shop', { shop: 'a\0' }],
  ['shop', {}],
  ['appId', { shop, appId: '' }],
  ['appId', { shop, appId: 'a\ud800' }],
  ['userId', { shop, userId: '' }],
  ['userId', { shop, userId: 7 }],
];

/** Whose tokens they are. */
export const ownerCases: readonly TokenCase[] = [
  {
    name: 'tells owners apart, and finds all of them',
    async check(store, expect) {
      for (const [index, owner] of lookAlikes.entries()) {
        expect(typeof (await store.replace(owner, undefined, tokens(index)))).toBe('string');
      }
      for (const [index, owner] of lookAlikes.entries()) {
        expect((await store.get(owner))?.tokens).toEqual(tokens(index));
      }
      const names = lookAlikes.map(({ shop: of, appId = 'default', userId }) => JSON.stringify([of, appId, userId]));
      expect(await ownersOf(store)).toEqual([...names].sort());
    },
  },
  {
    name: 'takes an owner without an app for that of the app default',
    async check(store, expect) {
      await store.replace(offline, undefined, tokens(1));
      expect((await store.get({ shop, appId: 'default' }))?.tokens).toEqual(tokens(1));
      expect(await store.get({ shop, appId: 'other' })).toBe(undefined);
    },
  },
  {
    name: 'finds the owners of one shop',
    async check(store, expect) {
      await store.replace({ shop, userId: '1' }, undefined, tokens(1));
      await store.replace({ shop, appId: 'second' }, undefined, tokens(2));
      await store.replace({ shop: other }, undefined, tokens(3));
      await store.replace({ shop: `${shop}.evil.example` }, undefined, tokens(4));
      expect(await ownersOf(store, shop)).toEqual([
        JSON.stringify([shop, 'default', '1']),
        JSON.stringify([shop, 'second', undefined]),
      ]);
      expect(await ownersOf(store, 'nobody.myshopify.com')).toEqual([]);
    },
  },
  {
    name: 'deletes the tokens of one owner only',
    async check(store, expect) {
      await store.replace(offline, undefined, tokens(1));
      await store.replace({ shop, userId: '1' }, undefined, tokens(2));
      expect(await store.delete(offline)).toBe(true);
      expect(await store.delete(offline)).toBe(false);
      expect((await store.get({ shop, userId: '1' }))?.tokens).toEqual(tokens(2));
    },
  },
  {
    name: 'erases all tokens of a shop, and of no other',
    async check(store, expect) {
      for (const [index, owner] of lookAlikes.entries()) await store.replace(owner, undefined, tokens(index));
      const own = lookAlikes.filter((owner) => owner.shop === shop).length;
      expect(await store.erase(shop)).toBe(own);
      expect(await store.erase(shop)).toBe(0);
      expect((await ownersOf(store)).length).toBe(lookAlikes.length - own);
    },
  },
  ...wrong.map(
    ([part, owner]): TokenCase => ({
      name: `refuses ${JSON.stringify(owner)} as an owner, and names the ${part}`,
      async check(store, expect) {
        const bad = owner as TokenOwner;
        for (const call of [store.get(bad), store.replace(bad, undefined, tokens(1)), store.delete(bad)]) {
          const error = await storageFailure(call);
          expect(error.message.includes(part)).toBe(true);
          expect(error.isRetryable).toBe(false);
        }
        expect(await ownersOf(store)).toEqual([]);
      },
    }),
  ),
  {
    name: 'refuses an owner whose names are too long together',
    async check(store, expect) {
      const error = await storageFailure(store.replace({ shop, appId: 'x'.repeat(300) }, undefined, tokens(1)));
      expect(error.message.includes('too long')).toBe(true);
    },
  },
];

import type { StoredTokens, TokenEntry, TokenOwner, TokenStore } from '../../ports/token-store.ts';
import { type ConformanceRunner, storageFailure } from './runner.ts';

/** A token store under test. */
export interface TokenStoreSubject {
  readonly store: TokenStore;
  /** Called at the end of each case. */
  close(): Promise<unknown>;
}

/**
 * Tests a token store against the port, on any runner with `describe`, `it` and `expect(…).toBe` and `.toEqual`.
 *
 * @param name Name of the store.
 * @param create Creates a store without tokens. Called for each case, which closes it at its end.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeTokenStore('my vault', () => ({ store: myVault(), close: async () => undefined }), { describe, it, expect });
 */
export function describeTokenStore(
  name: string,
  create: () => TokenStoreSubject | Promise<TokenStoreSubject>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a token store`, () => {
    for (const { name: sentence, check } of [...replaceCases, ...ownerCases]) {
      runner.it(sentence, async () => {
        const subject = await create();
        try {
          await check(subject.store, runner.expect);
        } finally {
          await subject.close();
        }
      });
    }
  });
}

/** One case of the suite. It gets a store of its own, empty at the start. */
interface TokenCase {
  readonly name: string;
  readonly check: (store: TokenStore, expect: ConformanceRunner['expect']) => Promise<void>;
}

const shop = 'acme.myshopify.com';

const offline: TokenOwner = { shop };

/** The shop's tokens, without the time that a store may know. */
async function storedIn(store: TokenStore): Promise<Omit<TokenEntry, 'savedAt'> | undefined> {
  const entry = await store.get(offline);
  return entry && { tokens: entry.tokens, version: entry.version };
}

/** Tokens with all fields set, distinguished by a number. */
export function tokens(number: number, changes: Partial<StoredTokens> = {}): StoredTokens {
  return {
    accessToken: `shpat_access_${number}`,
    accessTokenExpiresAt: 1_793_000_000_000 + number,
    refreshToken: `shprt_refresh_${number}`,
    refreshTokenExpiresAt: 1_800_000_000_000 + number,
    scopes: ['read_products', 'write_products'],
    ...changes,
  };
}

/** All owners, in a fixed order. */
async function ownersOf(store: TokenStore, only?: string): Promise<string[]> {
  const owners: string[] = [];
  for await (const { shop: of, appId, userId } of store.owners(only)) owners.push(JSON.stringify([of, appId, userId]));
  return owners.sort();
}

const other = 'other.myshopify.com';

/** Owners that a careless key would confuse. */
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
  { shop: 'not-a-shop.example', appId: `.myshopify.com/default` },
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
const ownerCases: readonly TokenCase[] = [
  {
    name: 'distinguishes owners, and finds all of them',
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
    name: 'treats an owner without an app as one of the app `default`',
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

const refused: readonly (readonly [field: keyof StoredTokens, value: unknown])[] = [
  ['accessToken', ''],
  ['accessToken', null],
  ['accessTokenExpiresAt', -1],
  ['accessTokenExpiresAt', Number.NaN],
  ['refreshToken', ''],
  ['refreshToken', undefined],
  ['refreshTokenExpiresAt', '2026-11-02'],
  ['scopes', 'read_products'],
  ['scopes', [1]],
];

/** One owner's tokens. */
const replaceCases: readonly TokenCase[] = [
  {
    name: 'finds nothing for an owner without tokens',
    async check(store, expect) {
      expect(await store.get(offline)).toBe(undefined);
      expect(await store.delete(offline)).toBe(false);
    },
  },
  {
    name: 'returns tokens as they were put, with their version',
    async check(store, expect) {
      const version = await store.replace(offline, undefined, tokens(1));
      expect(typeof version).toBe('string');
      expect(await storedIn(store)).toEqual({ tokens: tokens(1), version });
    },
  },
  {
    name: 'keeps tokens without expiry, refresh token and scopes',
    async check(store, expect) {
      const endless = tokens(1, {
        accessTokenExpiresAt: null,
        refreshToken: null,
        refreshTokenExpiresAt: null,
        scopes: [],
      });
      await store.replace(offline, undefined, endless);
      expect((await store.get(offline))?.tokens).toEqual(endless);
    },
  },
  {
    name: 'keeps long tokens and any character in them',
    async check(store, expect) {
      const odd = tokens(1, { accessToken: `${'x'.repeat(20_000)}"\\\n😀\0`, scopes: ['é', ''] });
      await store.replace(offline, undefined, odd);
      expect((await store.get(offline))?.tokens).toEqual(odd);
    },
  },
  {
    name: 'replaces both tokens together, and returns another version',
    async check(store, expect) {
      const first = await store.replace(offline, undefined, tokens(1));
      const second = await store.replace(offline, first, tokens(2));
      expect(second === first).toBe(false);
      expect(await storedIn(store)).toEqual({ tokens: tokens(2), version: second });
    },
  },
  {
    name: 'drops the refresh token, expiry and scopes that new tokens do not have',
    async check(store, expect) {
      const first = await store.replace(offline, undefined, tokens(1));
      const bare = tokens(2, {
        ...{ accessTokenExpiresAt: null, refreshToken: null, refreshTokenExpiresAt: null, scopes: [] },
      });
      await store.replace(offline, first, bare);
      expect((await store.get(offline))?.tokens).toEqual(bare);
    },
  },
  {
    name: 'changes nothing if another writer was faster',
    async check(store, expect) {
      const first = await store.replace(offline, undefined, tokens(1));
      const second = await store.replace(offline, first, tokens(2));
      expect(await store.replace(offline, first, tokens(3))).toBe(undefined);
      expect(await store.replace(offline, undefined, tokens(3))).toBe(undefined);
      expect(await store.replace(offline, 'no version', tokens(3))).toBe(undefined);
      expect(await storedIn(store)).toEqual({ tokens: tokens(2), version: second });
    },
  },
  {
    name: 'returns another version even for the same tokens',
    async check(store, expect) {
      const first = await store.replace(offline, undefined, tokens(1));
      const second = await store.replace(offline, first, tokens(1));
      expect(typeof second).toBe('string');
      expect(await store.replace(offline, first, tokens(2))).toBe(undefined);
    },
  },
  {
    name: 'refuses the version of deleted tokens',
    async check(store, expect) {
      const first = await store.replace(offline, undefined, tokens(1));
      expect(await store.delete(offline)).toBe(true);
      expect(await store.get(offline)).toBe(undefined);
      expect(await store.replace(offline, first, tokens(2))).toBe(undefined);
      await store.replace(offline, undefined, tokens(3));
      expect(await store.replace(offline, first, tokens(4))).toBe(undefined);
      expect((await store.get(offline))?.tokens).toEqual(tokens(3));
    },
  },
  {
    name: 'lets one of 50 that refresh at once win, and never mixes two pairs',
    async check(store, expect) {
      for (const round of [0, 1]) {
        const before = await store.get(offline);
        const versions = await Promise.all(
          Array.from({ length: 50 }, (_, index) =>
            store.replace(offline, before?.version, tokens(100 * round + index)),
          ),
        );
        expect(versions.filter((version) => version !== undefined).length).toBe(1);
        const winner = versions.findIndex((version) => version !== undefined);
        expect(await storedIn(store)).toEqual({ tokens: tokens(100 * round + winner), version: versions[winner] });
      }
    },
  },
  {
    name: 'copies tokens: later changes of an object that was put or returned have no effect',
    async check(store, expect) {
      const scopes = ['read_products'];
      const done = store.replace(offline, undefined, tokens(1, { scopes }));
      scopes.push('write_products');
      await done;
      const entry = await store.get(offline);
      (entry?.tokens.scopes as string[] | undefined)?.push('write_orders');
      expect((await store.get(offline))?.tokens.scopes).toEqual(['read_products']);
    },
  },
  ...refused.map(
    ([field, value]): TokenCase => ({
      name: `refuses tokens whose ${field} is ${JSON.stringify(value) ?? 'undefined'}, and shows no token`,
      async check(store, expect) {
        const bad = { ...tokens(1), [field]: value } as StoredTokens;
        const error = await storageFailure(store.replace(offline, undefined, bad));
        expect(error.message.includes(field)).toBe(true);
        expect(/shp(at|rt)_/.test(JSON.stringify(error))).toBe(false);
        expect(error.isRetryable).toBe(false);
        expect(await store.get(offline)).toBe(undefined);
      },
    }),
  ),
];

import type { StoredTokens } from '../../../ports/token-store.ts';
import { storageFailure } from '../sync-records/storage-failure.ts';
import { offline, type TokenCase, tokens } from './case.ts';

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
export const replaceCases: readonly TokenCase[] = [
  {
    name: 'has nothing for an owner who gave nothing',
    async check(store, expect) {
      expect(await store.get(offline)).toBe(undefined);
      expect(await store.delete(offline)).toBe(false);
    },
  },
  {
    name: 'gives tokens back as they were put, with their version',
    async check(store, expect) {
      const version = await store.replace(offline, undefined, tokens(1));
      expect(typeof version).toBe('string');
      expect(await store.get(offline)).toEqual({ tokens: tokens(1), version });
    },
  },
  {
    name: 'keeps tokens without an end, without a refresh token and without scopes',
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
    name: 'replaces both tokens together, and gives another version',
    async check(store, expect) {
      const first = await store.replace(offline, undefined, tokens(1));
      const second = await store.replace(offline, first, tokens(2));
      expect(second === first).toBe(false);
      expect(await store.get(offline)).toEqual({ tokens: tokens(2), version: second });
    },
  },
  {
    name: 'keeps no refresh token, end or scope that the new tokens do not have',
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
    name: 'changes nothing where somebody else was faster',
    async check(store, expect) {
      const first = await store.replace(offline, undefined, tokens(1));
      const second = await store.replace(offline, first, tokens(2));
      expect(await store.replace(offline, first, tokens(3))).toBe(undefined);
      expect(await store.replace(offline, undefined, tokens(3))).toBe(undefined);
      expect(await store.replace(offline, 'no version', tokens(3))).toBe(undefined);
      expect(await store.get(offline)).toEqual({ tokens: tokens(2), version: second });
    },
  },
  {
    name: 'gives another version for the same tokens too',
    async check(store, expect) {
      const first = await store.replace(offline, undefined, tokens(1));
      const second = await store.replace(offline, first, tokens(1));
      expect(typeof second).toBe('string');
      expect(await store.replace(offline, first, tokens(2))).toBe(undefined);
    },
  },
  {
    name: 'takes no version of tokens that were deleted',
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
    name: 'has one winner of 50 who refresh at once, and never mixes two pairs',
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
        expect(await store.get(offline)).toEqual({ tokens: tokens(100 * round + winner), version: versions[winner] });
      }
    },
  },
  {
    name: 'is not changed by what is done to an object it took or gave',
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

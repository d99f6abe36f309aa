import { createCipheriv, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { isShopwrightError, type KeyValueStore, memoryStores, StorageError } from 'shopwright';
import { createTokenStore, type TokenKey } from 'shopwright/auth';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createManualClock, describeTokenStore } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { tokens } from '../../src/testing/conformance/token-store.ts';

const runner = { describe, it, expect };
const newKey = (id: string): TokenKey => ({ id, secret: randomBytes(32).toString('base64') });
const [old, fresh] = [newKey('old'), newKey('fresh')];
const shop = 'acme.myshopify.com';
const other = 'other.myshopify.com';

for (const [name, makeStores] of [
  ['memory', () => memoryStores()],
  ['SQLite', () => sqliteStores({ path: ':memory:' })],
] as const) {
  describeTokenStore(
    `createTokenStore on ${name}`,
    () => {
      const stores = makeStores();
      return { store: createTokenStore({ store: stores.keyValue, keys: [fresh] }), close: () => stores.close() };
    },
    runner,
  );
}

const valuesOf = async (store: KeyValueStore): Promise<string[]> => {
  const values: string[] = [];
  for await (const key of store.scan('')) values.push((await store.get(key)) ?? '');
  return values;
};

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** An entry as the key `fresh` seals it, whatever is in it. */
function sealed(content: string): string {
  const nonce = randomBytes(12);
  const encryption = createCipheriv('aes-256-gcm', Buffer.from(String(fresh.secret), 'base64'), nonce);
  encryption.setAAD(Buffer.from(JSON.stringify(['v1', 'fresh', shop, 'default', null])));
  const body = Buffer.concat([encryption.update(content), encryption.final()]);
  return `v1:fresh:${Buffer.concat([nonce, encryption.getAuthTag(), body]).toString('base64')}`;
}

/** All that an error can show of itself. */
const allOf = (error: unknown): string => inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);

describe('at rest', () => {
  it('tokens cannot be read, and the same ones look different each time', async () => {
    const { keyValue: store } = memoryStores();
    const vault = createTokenStore({ store, keys: [fresh] });
    await vault.replace({ shop }, undefined, tokens(1));
    await vault.replace({ shop: other }, undefined, tokens(1));
    const [first = '', second = ''] = await valuesOf(store);
    for (const value of [first, second]) {
      for (const form of [value, Buffer.from(value, 'base64').toString('latin1')]) {
        expect(form).not.toMatch(/access|refresh|write_products|shp[a-z]+_/);
      }
    }
    expect(first.slice(0, 40)).not.toBe(second.slice(0, 40));
  });

  it('an entry copied to another shop, app or user does not decrypt', async () => {
    const { keyValue: store } = memoryStores();
    const vault = createTokenStore({ store, keys: [fresh] });
    await vault.replace({ shop }, undefined, tokens(1));
    const [sealed = ''] = await valuesOf(store);
    for (const owner of [{ shop: other }, { shop, appId: 'second' }, { shop, userId: '1' }]) {
      await vault.replace(owner, undefined, tokens(2));
      for await (const key of store.scan('tokens/')) await store.set(key, sealed);
      const error = await failure(vault.get(owner));
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false, shop: owner.shop });
      expect(String(error)).toContain('copied from another owner');
    }
    expect((await vault.get({ shop }))?.tokens).toEqual(tokens(1));
  });

  it('an entry renamed to another key does not decrypt', async () => {
    const { keyValue: store } = memoryStores();
    await createTokenStore({ store, keys: [old] }).replace({ shop }, undefined, tokens(1));
    const [sealed = ''] = await valuesOf(store);
    await store.set(`tokens/@${shop}/default`, sealed.replace(':old:', ':fresh:'));
    const both = createTokenStore({ store, keys: [fresh, { ...old, id: 'fresh2' }] });
    await expect(both.get({ shop })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it.each([
    ['empty', () => '', 'is damaged'],
    ['JSON of somebody else', () => '{"accessToken":"shpat_x"}', 'is damaged'],
    ['cut off', (entry: string) => entry.slice(0, 40), 'does not decrypt'],
    ['without a body', () => 'v1:fresh:', 'is damaged'],
    ['without a key', (entry: string) => entry.replace('fresh', ''), 'is damaged'],
    ['of a newer release', (entry: string) => entry.replace('v1', 'v2'), 'newer release of shopwright.*format 2;'],
    ['of a far newer one', (entry: string) => entry.replace('v1', 'v10'), 'newer release of shopwright.*format 10;'],
    ['of another form', (entry: string) => entry.replace('v1', 'xv2'), 'is damaged'],
    ['of a form that goes on', (entry: string) => entry.replace('v1', 'v2x'), 'is damaged'],
    ['with parts too many', (entry: string) => `${entry}:x`, 'is damaged'],
    [
      'changed in one letter',
      (entry: string) => entry.replace(/.(.{9})$/, (end) => (end[0] === 'A' ? 'B' : 'A') + end.slice(1)),
      'does not decrypt',
    ],
    ['no JSON', () => sealed('shpat_x'), "not in this release's format"],
    ['no entry', () => sealed('[]'), "not in this release's format"],
    ['an entry without a version', () => sealed(JSON.stringify({ tokens: tokens(1) })), "not in this release's format"],
    [
      'an entry with half of the tokens',
      () => sealed(JSON.stringify({ version: 'x', tokens: { accessToken: 'shpat_x' } })),
      "not in this release's format",
    ],
  ])('an entry that is %s is reported with the shop and the fix, and can be deleted', async (_, damage, problem) => {
    const { keyValue: store } = memoryStores();
    const vault = createTokenStore({ store, keys: [fresh] });
    const version = await vault.replace({ shop }, undefined, tokens(1));
    const key = `tokens/@${shop}/default`;
    await store.set(key, damage((await store.get(key)) ?? ''));
    for (const call of [vault.get({ shop }), vault.replace({ shop }, version, tokens(2))]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false, shop });
      expect(String(error)).toMatch(new RegExp(`${problem}.*delete\\(owner\\)`));
      expect(allOf(error)).not.toMatch(/shp(at|rt)_/);
    }
    expect(await vault.delete({ shop })).toBe(true);
    expect(await vault.replace({ shop }, undefined, tokens(2))).toEqual(expect.any(String));
  });

  it('an entry of the first releases, which has no time, is read', async () => {
    const { keyValue: store } = memoryStores();
    await store.set(`tokens/@${shop}/default`, sealed(JSON.stringify({ version: 'x', tokens: tokens(1) })));
    const vault = createTokenStore({ store, keys: [fresh] });
    expect(await vault.get({ shop })).toEqual({ tokens: tokens(1), version: 'x' });
  });

  it('an entry has the time of the store at which it was written', async () => {
    const clock = createManualClock();
    const vault = createTokenStore({ store: memoryStores({ clock }).keyValue, keys: [fresh] });
    await vault.replace({ shop }, undefined, tokens(1));
    const savedAt = clock.now();
    await clock.advance(5_000);
    expect(await vault.get({ shop })).toMatchObject({ savedAt });
  });

  it('an owner is told whole where the tokens cannot be stored', async () => {
    const { keyValue: store } = memoryStores();
    const vault = createTokenStore({ store, keys: [fresh] });
    for (const [owner, words] of [
      [{ shop }, `${shop} (app default)`],
      [{ shop, appId: 'crm', userId: '7' }, `${shop} (app crm, user 7)`],
    ] as const) {
      const error = await failure(vault.replace(owner, undefined, tokens(1, { accessToken: '' })));
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', shop, message: expect.stringContaining(words) });
    }
  });

  it('tokens of a key that is not given are told by the name of the key, and no secret is shown', async () => {
    const { keyValue: store } = memoryStores();
    await createTokenStore({ store, keys: [old] }).replace({ shop }, undefined, tokens(1));
    const error = await failure(createTokenStore({ store, keys: [fresh] }).get({ shop }));
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', isRetryable: false, shop });
    expect(String(error)).toContain('"old"');
    const imposter = createTokenStore({ store, keys: [{ id: 'old', secret: fresh.secret }] });
    const second = await failure(imposter.get({ shop }));
    expect(String(second)).toContain('not the one that encrypted them');
    for (const one of [error, second]) {
      for (const secret of [old.secret, fresh.secret, 'shpat_', 'shprt_']) expect(allOf(one)).not.toContain(secret);
    }
  });
});

describe('a rotation', () => {
  const owners = Array.from({ length: 40 }, (_, index) => ({ shop: `shop-${index}.myshopify.com` }));

  it('encrypts old entries again, keeps their versions, and lets the old key go', async () => {
    const { keyValue: store } = memoryStores();
    const before = createTokenStore({ store, keys: [old] });
    const versions = await Promise.all(owners.map((owner, index) => before.replace(owner, undefined, tokens(index))));
    const during = createTokenStore({ store, keys: [fresh, old] });
    expect((await during.get({ shop: 'shop-3.myshopify.com' }))?.tokens).toEqual(tokens(3));
    expect(await during.rotate()).toEqual({ rotated: 40, current: 0, unreadable: 0 });
    expect(await during.rotate()).toEqual({ rotated: 0, current: 40, unreadable: 0 });
    const after = createTokenStore({ store, keys: [fresh] });
    for (const [index, owner] of owners.entries()) {
      expect(await after.get(owner)).toMatchObject({ tokens: tokens(index), version: versions[index] });
    }
  });

  it('loses no write that goes on meanwhile, also of processes with the old keys only', async () => {
    const { keyValue: store } = memoryStores();
    const before = createTokenStore({ store, keys: [old, fresh] });
    for (const [index, owner] of owners.entries()) await before.replace(owner, undefined, tokens(index));
    const during = createTokenStore({ store, keys: [fresh, old] });
    const write = async (owner: { shop: string }, index: number): Promise<void> => {
      const entry = await before.get(owner);
      expect(await before.replace(owner, entry?.version, tokens(index + 1_000))).toEqual(expect.any(String));
    };
    await Promise.all([during.rotate(), during.rotate(), ...owners.map(write)]);
    for (const [index, owner] of owners.entries()) {
      expect((await during.get(owner))?.tokens).toEqual(tokens(index + 1_000));
    }
    await during.rotate();
    const after = createTokenStore({ store, keys: [fresh] });
    expect((await after.rotate()).unreadable).toBe(0);
  });

  it('counts what cannot be read, leaves it alone, and goes on with the others', async () => {
    const { keyValue: store } = memoryStores();
    const lost = newKey('lost');
    await createTokenStore({ store, keys: [lost] }).replace({ shop }, undefined, tokens(1));
    await createTokenStore({ store, keys: [old] }).replace({ shop: other }, undefined, tokens(2));
    await store.set('tokens/@somebody-else', 'x');
    const report = await createTokenStore({ store, keys: [fresh, old] }).rotate();
    expect(report).toEqual({ rotated: 1, current: 0, unreadable: 1 });
    expect((await createTokenStore({ store, keys: [lost] }).get({ shop }))?.tokens).toEqual(tokens(1));
  });

  it('counts no entry as current that the newest key does not decrypt, whatever key id it bears', async () => {
    const { keyValue: store } = memoryStores();
    const misnamed = { ...newKey('fresh') };
    await createTokenStore({ store, keys: [misnamed] }).replace({ shop }, undefined, tokens(1));
    const vault = createTokenStore({ store, keys: [fresh] });
    await vault.replace({ shop: other }, undefined, tokens(2));
    expect(await vault.rotate()).toEqual({ rotated: 0, current: 1, unreadable: 1 });
    await store.set(`tokens/@${other}/default`, 'v1:fresh:AAAA');
    expect(await vault.rotate()).toEqual({ rotated: 0, current: 0, unreadable: 2 });
  });

  it('knows no owner in keys that are none of its own', async () => {
    const { keyValue: store } = memoryStores();
    const vault = createTokenStore({ store, keys: [fresh] });
    await vault.replace({ shop }, undefined, tokens(1));
    for (const name of ['a', '/a', 'a/', 'a//b', 'a/b/c/d', '%zz/a', '%61/b', 'a b/c'])
      await store.set(`tokens/@${name}`, 'x');
    const owners: unknown[] = [];
    for await (const owner of vault.owners()) owners.push(owner);
    expect(owners).toEqual([{ shop, appId: 'default' }]);
    expect(await vault.rotate()).toEqual({ rotated: 0, current: 1, unreadable: 0 });
  });

  it('does not count what is deleted meanwhile', async () => {
    const { keyValue: store } = memoryStores();
    await createTokenStore({ store, keys: [old] }).replace({ shop }, undefined, tokens(1));
    const gone = Object.assign(Object.create(store) as KeyValueStore, { get: async () => undefined });
    const report = await createTokenStore({ store: gone, keys: [fresh, old] }).rotate();
    expect(report).toEqual({ rotated: 0, current: 0, unreadable: 0 });
  });

  it.each([new StorageError('the disk is full'), new TypeError('no such file')])(
    'ends where the store cannot write: %s',
    async (reason) => {
      const { keyValue: store } = memoryStores();
      await createTokenStore({ store, keys: [old] }).replace({ shop }, undefined, tokens(1));
      const full = Object.assign(Object.create(store) as KeyValueStore, {
        compareAndSet: () => Promise.reject(reason),
      });
      await expect(createTokenStore({ store: full, keys: [fresh, old] }).rotate()).rejects.toBe(reason);
    },
  );

  it('ends with the error of the store, whatever that is', async () => {
    const stores = memoryStores();
    const vault = createTokenStore({ store: stores.keyValue, keys: [fresh] });
    await vault.replace({ shop }, undefined, tokens(1));
    await stores.close();
    await expect(vault.rotate()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});

describe('the keys', () => {
  const { keyValue: store } = memoryStores();
  const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

  it.each([
    ['too short', base64(randomBytes(16)), '16'],
    ['too long', randomBytes(33), '33'],
    ['hex digits', randomBytes(32).toString('hex'), '32 bytes'],
    ['no base64', 'not base64 at all!', 'base64'],
    ['missing', undefined, 'base64'],
    ['all zero', new Uint8Array(32), 'guess'],
    ['all one byte', base64(Buffer.alloc(32, 0xa7)), 'guess'],
    ['counting up', Uint8Array.from({ length: 32 }, (_, index) => index), 'guess'],
    ['words', base64('correct horse battery staple 123'), 'text'],
    ['hex digits as bytes', Buffer.from(randomBytes(16).toString('hex')), 'text'],
    ['of two halves that are equal', Buffer.concat(Array(2).fill(randomBytes(16))), 'repetitive'],
  ])('are refused at the start where one is %s, with the fix and without the secret', (_, secret, hint) => {
    const make = (): unknown => createTokenStore({ store, keys: [fresh, { id: 'weak', secret: secret as string }] });
    let thrown: unknown;
    try {
      make();
    } catch (error) {
      thrown = error;
    }
    expect(isShopwrightError(thrown, 'CONFIG_INVALID') && thrown.issues.map(({ field }) => field)).toEqual([
      'keys[1].secret',
    ]);
    expect(String(thrown)).toContain(hint);
    expect(String(thrown)).toContain('openssl rand -base64 32');
    if (typeof secret === 'string') expect(allOf(thrown)).not.toContain(secret);
    expect(allOf(thrown)).not.toContain(fresh.secret);
  });

  it('are refused without an id, with an id twice, and where there are none', () => {
    const fieldsOf = (keys: readonly TokenKey[]): unknown => {
      try {
        return createTokenStore({ store, keys });
      } catch (error) {
        return isShopwrightError(error, 'CONFIG_INVALID') ? error.issues.map(({ field }) => field) : error;
      }
    };
    expect(fieldsOf([])).toEqual(['keys']);
    expect(fieldsOf(undefined as unknown as readonly TokenKey[])).toEqual(['keys']);
    expect(fieldsOf([newKey(''), newKey('a:b'), newKey('x'.repeat(65))])).toEqual([
      'keys[0].id',
      'keys[1].id',
      'keys[2].id',
    ]);
    expect(fieldsOf([newKey('a'), newKey('a')])).toEqual(['keys[1].id']);
    expect(fieldsOf([null as unknown as TokenKey])).toEqual(['keys[0].id', 'keys[0].secret']);
  });

  it('are taken as bytes, base64 and URL-safe base64, and are not kept by reference', async () => {
    const bytes = randomBytes(32);
    const stores = memoryStores();
    const make = (secret: string | Uint8Array) =>
      createTokenStore({ store: stores.keyValue, keys: [{ id: 'k', secret }] });
    const given = Uint8Array.from(bytes);
    const vault = make(given);
    given.fill(0);
    await vault.replace({ shop }, undefined, tokens(1));
    for (const secret of [
      bytes,
      bytes.toString('base64'),
      bytes.toString('base64url'),
      `${bytes.toString('base64')}\n`,
    ]) {
      expect((await make(secret).get({ shop }))?.tokens).toEqual(tokens(1));
    }
  });

  it('cannot be seen in the store that uses them', () => {
    const vault = createTokenStore({ store, keys: [fresh] });
    expect(allOf(vault)).not.toContain(fresh.secret);
  });

  it('are the only thing that a prefix that does not fit is told with', () => {
    expect(() => createTokenStore({ store, keys: [fresh], keyPrefix: 'x'.repeat(65) })).toThrow('keyPrefix');
  });
});

describe('a prefix', () => {
  it('keeps two token stores on one store apart', async () => {
    const { keyValue: store } = memoryStores();
    const [one, two] = ['a/', 'b/'].map((keyPrefix) => createTokenStore({ store, keys: [fresh], keyPrefix }));
    await one?.replace({ shop }, undefined, tokens(1));
    expect(await two?.get({ shop })).toBe(undefined);
    expect(await two?.erase(shop)).toBe(0);
    expect(await one?.erase(shop)).toBe(1);
  });

  it.each([
    ['a', 'ab'],
    ['a:', 'a:b:'],
    ['a', 'a@b'],
    ['a@', 'a@@'],
    ['tokens/', 'tokens/eu/'],
    ['', 'tokens/'],
    ['', '@'],
  ])('that another one begins with (%j, %j) keeps them apart all the same', async (outer, inner) => {
    const { keyValue: store } = memoryStores();
    const [one, two] = [outer, inner].map((keyPrefix) => createTokenStore({ store, keys: [fresh], keyPrefix }));
    if (!one || !two) throw new Error('two stores are needed');
    const owners = [{ shop }, { shop, appId: 'app' }, { shop, appId: 'app', userId: '7' }];
    for (const owner of owners) await two.replace(owner, undefined, tokens(1));

    for await (const owner of one.owners()) expect(owner).toBe('of nobody');
    expect(await one.rotate()).toEqual({ rotated: 0, current: 0, unreadable: 0 });
    const rest = inner.slice(outer.length);
    for (const taken of [shop, `${rest}${shop}`, ...rest.split(/[/@:]/).filter(Boolean)]) {
      expect(await one.get({ shop: taken })).toBe(undefined);
      expect(await one.erase(taken)).toBe(0);
    }
    expect(await one.replace({ shop: `${rest}${shop}` }, undefined, tokens(2))).toEqual(expect.any(String));
    expect(await two.rotate()).toEqual({ rotated: 0, current: owners.length, unreadable: 0 });
    expect(await two.erase(shop)).toBe(owners.length);
  });
});

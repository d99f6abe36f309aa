import { createClock } from '../clock.mjs';

export const group = 'stores';

const shop = 'acme.myshopify.com';
const record = (localId, more = {}) => ({
  shop,
  localId,
  gid: `gid://shopify/Product/${localId}`,
  status: 'synced',
  hash: 'h',
  parts: { images: 'x' },
  lastError: null,
  attempts: 0,
  lastSyncData: { input: { title: 'ö', n: 1.5, list: [null, true] } },
  lastSyncedAt: Date.UTC(2026, 9, 1),
  lastAttemptAt: Date.UTC(2026, 9, 2),
  shopifyUpdatedAt: '2026-10-01T00:00:00Z',
  ...more,
});
const entry = (at, more = {}) => ({
  shop,
  localId: `p-${at % 3}`,
  gid: null,
  runId: at % 2 ? 'run-1' : null,
  action: 'update',
  at: at * 1000,
  sent: { at },
  before: at ? { before: at } : null,
  ...more,
});

export function define({ add, api }) {
  const kinds = {
    memory: (clock) => api.get('memoryStores')({ clock }),
    sqlite: (clock) => api.get('sqliteStores')({ path: ':memory:', clock }),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    const open = (kit) => {
      const clock = createClock();
      const stores = make(clock);
      kit.later(() => stores.close());
      return { clock, ...stores, stores };
    };

    add(`${kind}: records, counts and pages`, async (kit) => {
      const { records } = open(kit);
      const seen = [];
      const see = async (...runs) => {
        for (const run of runs) seen.push(await kit.tried(run));
      };
      await see(
        () => records.get(shop, 'a'),
        () => records.counts(shop),
        () => records.list(shop),
        () => records.ageCounts(shop),
      );
      await see(
        () => records.put(record('a')),
        () =>
          records.put(
            record('b', {
              status: 'failed',
              lastError: { code: 'USER_ERROR', message: 'Title "x" is too long' },
              attempts: 2,
              lastSyncedAt: null,
            }),
          ),
      );
      await see(() =>
        records.putMany([
          record('c', { status: 'pending', gid: null }),
          record('Z', { status: 'failed', lastError: { code: 'USER_ERROR', message: 'Title "y" is too long' } }),
          record('\u{1F375}', { status: api.word('deleted_in_shopify') }),
          record('\uFFFD', { status: 'syncing' }),
          record('a', { shop: 'zeta.myshopify.com' }),
        ]),
      );
      await see(
        () => records.get(shop, 'a'),
        () => records.get(shop, '\u{1F375}'),
        () => records.getByGid(shop, 'gid://shopify/Product/b'),
        () => records.getByGid(shop, 'x'),
      );
      await see(
        () => records.list(shop),
        () => records.list(shop, { limit: 2 }),
        () => records.list(shop, { limit: 2, after: 'a' }),
        () => records.list(shop, { status: 'failed' }),
        () => records.list(shop, { after: 'zzz' }),
        () => records.list('other.myshopify.com'),
      );
      await see(
        () => records.counts(shop),
        () => records.ageCounts(shop),
        () => records.errorPatterns(shop),
        () => records.errorPatterns(shop, { limit: 1 }),
      );
      await see(
        () => records.put(record('a', { status: 'failed', gid: null, lastSyncData: null })),
        () => records.getByGid(shop, 'gid://shopify/Product/a'),
        () => records.counts(shop),
      );
      await see(
        () => records.delete(shop, 'a'),
        () => records.delete(shop, 'a'),
        () => records.counts(shop),
      );
      await see(
        () => records.erase(shop),
        () => records.counts(shop),
        () => records.erase(shop),
        () => records.counts('zeta.myshopify.com'),
      );
      return seen;
    });
    const odd = {
      'no id': { localId: '' },
      'an id of 256': { localId: 'x'.repeat(256) },
      'an id with NUL': { localId: 'a\0' },
      'a lone surrogate': { localId: '\ud800' },
      'an odd status': { status: 'gone' },
      'odd attempts': { attempts: -1 },
      'an odd time': { lastSyncedAt: 1.5 },
      'data that are no JSON': { lastSyncData: { x: 1n } },
      'an odd error': { lastError: { code: 1 } },
      'odd parts': { parts: { a: 1 } },
      'no shop': { shop: '' },
      'data with undefined and a date': { lastSyncData: { a: undefined, b: new Date(0) } },
      'more fields': { more: 1 },
    };
    for (const [name, more] of Object.entries(odd)) {
      add(`${kind}: a record with ${name}`, async (kit) => {
        const { records } = open(kit);
        const put = await kit.tried(() => records.put(record('a', more)));
        const all = await kit.tried(() => records.putMany([record('b'), record('a', more)]));
        return { put, all, list: await records.list(shop), counts: await records.counts(shop) };
      });
    }
    for (const options of [
      { limit: 0 },
      { limit: 1001 },
      { limit: 1.5 },
      { status: 'x' },
      { after: '' },
      { after: 7 },
    ]) {
      add(`${kind}: a page of ${JSON.stringify(options)}`, async (kit) => {
        const { records, journal } = open(kit);
        return {
          records: await kit.tried(() => records.list(shop, options)),
          journal: await kit.tried(() => journal.list(shop, options)),
          patterns: await kit.tried(() => records.errorPatterns(shop, options)),
        };
      });
    }
    add(`${kind}: the journal`, async (kit) => {
      const { journal } = open(kit);
      const seen = [];
      const see = async (...runs) => {
        for (const run of runs) seen.push(await kit.tried(run));
      };
      const ids = await journal.append(Array.from({ length: 12 }, (_, at) => entry(at)));
      await see(
        () => journal.append([]),
        () => journal.append([entry(20, { shop: 'zeta.myshopify.com' })]),
        () => journal.append([entry(1), entry(1, { localId: '' })]),
        () => journal.append([entry(1, { at: 'x' })]),
        () => journal.append([entry(1, { sent: { x: undefined } })]),
      );
      await see(
        () => journal.list(shop),
        () => journal.list(shop, { limit: 3 }),
        () => journal.list(shop, { limit: 3, after: ids[4] }),
        () => journal.list(shop, { order: 'newest', limit: 3 }),
        () => journal.list(shop, { order: 'newest', after: ids[4] }),
      );
      await see(
        () => journal.list(shop, { runId: 'run-1' }),
        () => journal.list(shop, { localId: 'p-1', order: 'newest' }),
        () => journal.list(shop, { runId: 'x' }),
        () => journal.list(shop, { after: 'x' }),
        () => journal.list('other'),
      );
      await see(
        () => journal.prune(shop, 5000),
        () => journal.list(shop),
        () => journal.prune(shop, Number.NaN),
        () => journal.erase(shop),
        () => journal.list(shop),
        () => journal.list('zeta.myshopify.com'),
        () => journal.append([entry(1)]),
      );
      return { ids, seen };
    });
    add(`${kind}: keys and values`, async (kit) => {
      const { keyValue: kv, clock } = open(kit);
      const seen = [];
      const see = async (...runs) => {
        for (const run of runs) seen.push(await kit.tried(run));
      };
      await see(
        () => kv.get('a'),
        () => kv.set('a', '1'),
        () => kv.get('a'),
        () => kv.set('a', ''),
        () => kv.get('a'),
        () => kv.setIfAbsent('a', '2'),
        () => kv.setIfAbsent('b', '2', { ttlMs: 1000 }),
      );
      await see(
        () => kv.compareAndSet('a', '', '3'),
        () => kv.compareAndSet('a', 'x', '4'),
        () => kv.compareAndSet('n', undefined, '5'),
        () => kv.compareAndSet('n', undefined, '6'),
        () => kv.compareAndSet('n', '5', undefined),
        () => kv.get('n'),
      );
      await see(
        () => kit.keysOf(kv, ''),
        () => kv.get('b'),
      );
      await clock.advance(1001);
      await see(
        () => kv.get('b'),
        () => kv.setIfAbsent('b', '7'),
        () => kv.delete('b'),
        () => kv.delete('b'),
        () => kit.keysOf(kv, ''),
      );
      for (const key of ['p/1', 'p/2', 'p%', 'p_', 'P/1', 'p/\u{1F375}', 'q']) await kv.set(key, key);
      await see(
        () => kit.keysOf(kv, 'p'),
        () => kit.keysOf(kv, 'p/'),
        () => kit.keysOf(kv, 'p%'),
        () => kit.keysOf(kv, 'p_'),
        () => kit.keysOf(kv, 'none'),
      );
      await see(
        () => kv.set('', 'x'),
        () => kv.set('x'.repeat(256), 'x'),
        () => kv.set('a\0', 'x'),
        () => kv.set('a', 7),
        () => kv.set('a', '\ud800'),
        () => kv.set('a', 'x', { ttlMs: 0 }),
        () => kv.set('a', 'x', { ttlMs: 1.5 }),
        () => kv.get(7),
        () => kv.set('big', 'ö'.repeat(1_000_000)),
        async () => (await kv.get('big')).length,
      );
      return seen;
    });
    add(`${kind}: locks`, async (kit) => {
      const { keyValue: kv, clock } = open(kit);
      const seen = [];
      const told = (lock) => lock && { key: lock.key, token: lock.token, aborted: lock.signal.aborted };
      const first = await kv.lock('l', { leaseMs: 1000 });
      seen.push(told(first), told(await kv.lock('l')), told(await kv.lock('other')));
      const waits = kv.lock('l', { waitMs: 5000 });
      await clock.advance(500);
      seen.push(await first.release(), await first.release());
      const second = await clock.run(waits);
      seen.push(told(second));
      seen.push(told(await clock.run(kv.lock('l', { waitMs: 2000 }))), clock.monotonic());
      const controller = new AbortController();
      const aborted = kit.tried(() => kv.lock('l', { waitMs: 60_000, signal: controller.signal }));
      await clock.advance(10);
      controller.abort(new Error('scenario: enough'));
      seen.push(await aborted);
      await clock.advance(90_000);
      seen.push(told(second));
      seen.push(
        await kit.tried(() => kv.set('l', 'fenced', { fence: second.token })),
        await kit.tried(() => kv.set('l', 'fenced', { fence: second.token - 1 })),
        await kit.tried(() => kv.compareAndSet('l', 'fenced', 'x', { fence: 99 })),
        await kit.tried(() => kv.delete('l', { fence: second.token })),
      );
      seen.push(await second.release(), await kit.tried(() => kv.set('l', 'late', { fence: second.token })));
      for (const options of [{ leaseMs: 1 }, { waitMs: -1 }, { leaseMs: Number.NaN }])
        seen.push(await kit.tried(async () => told(await kv.lock('z', options))));
      return seen;
    });
    add(`${kind}: after it is closed`, async (kit) => {
      const { stores, clock } = open(kit);
      const lock = await stores.keyValue.lock('l', { leaseMs: 1000 });
      await clock.run(stores.close());
      const seen = [lock.signal.aborted, lock.signal.reason];
      for (const run of [
        () => stores.records.get(shop, 'a'),
        () => stores.records.put(record('a')),
        () => stores.journal.list(shop),
        () => stores.keyValue.get('a'),
        () => stores.keyValue.lock('l'),
        () => kit.keysOf(stores.keyValue),
        () => stores.close(),
        () => lock.release(),
      ])
        seen.push(await kit.tried(run));
      return seen;
    });

    const keys = [
      {
        id: 'new',
        secret: Buffer.from(Array.from({ length: 32 }, (_, at) => (at * 37 + 11) % 251)).toString('base64'),
      },
      { id: 'old', secret: Buffer.from(Array.from({ length: 32 }, (_, at) => (at * 91 + 7) % 241)).toString('base64') },
    ];
    const tokens = (at) => ({
      accessToken: `shpat_${at}`,
      accessTokenExpiresAt: at * 1000,
      refreshToken: `shprt_${at}`,
      refreshTokenExpiresAt: null,
      scopes: ['write_products'],
    });
    add(`${kind}: tokens`, async (kit) => {
      const { keyValue } = open(kit);
      const seen = [];
      const see = async (...runs) => {
        for (const run of runs) seen.push(await kit.tried(run));
      };
      const old = api.get('createTokenStore')({ store: keyValue, keys: [keys[1]] });
      const vault = api.get('createTokenStore')({ store: keyValue, keys });
      const owners = async (from) => {
        const all = [];
        for await (const owner of vault.owners(from)) all.push(owner);
        return all.sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
      };
      const version = await old.replace({ shop }, undefined, tokens(1));
      await see(
        () => old.get({ shop }),
        () => vault.get({ shop }),
        () => vault.replace({ shop }, undefined, tokens(2)),
        () => vault.replace({ shop }, 'odd', tokens(2)),
      );
      await see(
        () => vault.replace({ shop }, version, tokens(3)),
        () => vault.get({ shop }),
        () => old.get({ shop }),
      );
      await see(
        () => old.replace({ shop: 'zeta.myshopify.com', appId: 'b' }, undefined, tokens(4)),
        () => old.replace({ shop, userId: '7' }, undefined, tokens(5)),
      );
      await see(
        () => owners(),
        () => owners(shop),
        () => vault.rotate(),
        () => vault.rotate(),
        () => old.get({ shop, userId: '7' }),
        () => vault.get({ shop, userId: '7' }),
      );
      await see(
        () => vault.replace({ shop: 'x y' }, undefined, tokens(1)),
        () => vault.replace({ shop }, undefined, {}),
        () => vault.replace({ shop: 'new.myshopify.com' }, undefined, { ...tokens(1), accessToken: '' }),
      );
      await see(
        () => vault.delete({ shop, userId: '7' }),
        () => vault.delete({ shop, userId: '7' }),
        () => vault.erase(shop),
        () => owners(),
        async () => (await kit.keysOf(keyValue)).length,
      );
      return seen;
    });
    for (const [name, options] of Object.entries({
      'no keys': { keys: [] },
      'a short key': { keys: [{ id: 'a', secret: 'eHg=' }] },
      'a dull key': { keys: [{ id: 'a', secret: Buffer.alloc(32).toString('base64') }] },
      'two of one id': { keys: [keys[0], keys[0]] },
      'an odd prefix': { keys, keyPrefix: 'x'.repeat(65) },
      'no id': { keys: [{ ...keys[0], id: '' }] },
    })) {
      add(`${kind}: a token store with ${name}`, async (kit) =>
        kit.tried(() => api.get('createTokenStore')({ store: open(kit).keyValue, ...options })),
      );
    }
  }

  for (const options of [
    {},
    { path: '' },
    { path: ':memory:', tablePrefix: 'Bad-' },
    { path: ':memory:', busyTimeoutMs: -1 },
    { path: ':memory:', migrate: 'x' },
    { path: ':memory:', tablePrefix: '' },
    { path: '/nowhere-at-all\0/x' },
  ]) {
    add(`sqlite with ${JSON.stringify(options)}`, async (kit) =>
      kit.tried(async () => {
        const stores = api.get('sqliteStores')(options);
        kit.later(() => stores.close());
        return stores.records.counts(shop);
      }),
    );
  }
  add('sqlite, migrated by hand', async (kit) => {
    const stores = api.get('sqliteStores')({ path: ':memory:', migrate: api.word('manual') });
    kit.later(() => stores.close());
    return [
      await kit.tried(() => stores.records.counts(shop)),
      await kit.tried(() => stores.migrate()),
      await kit.tried(() => stores.records.counts(shop)),
      await kit.tried(() => stores.migrate()),
    ];
  });
  add('sqlite, in a file that two have', async (kit) => {
    const { mkdtempSync, rmSync } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    const { join } = await import('node:path');
    const folder = mkdtempSync(join(tmpdir(), 'shopwright-differential-'));
    kit.later(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'deeper', 'sync.sqlite');
    const [first, second] = [api.get('sqliteStores')({ path }), api.get('sqliteStores')({ path })];
    kit.later(() => first.close());
    await first.records.put(record('a'));
    await second.records.put(record('b'));
    const lock = await first.keyValue.lock('l');
    const other = await second.keyValue.lock('l');
    const results = {
      list: await first.records.list(shop),
      counts: await second.records.counts(shop),
      locked: Boolean(lock),
      other: other === undefined,
    };
    await lock.release();
    await second.close();
    return results;
  });
  for (const text of [
    'Title "x" is too long',
    'gid://shopify/Product/123 not found',
    'Variant 7 of 12: price 24.90 is odd',
    "can't be blank",
    '',
    'at 2026-11-01T00:00:00Z',
    'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043 x',
    'https://a.b/c?d=1',
  ]) {
    add(`the pattern of ${JSON.stringify(text)}`, async ({ tried }) => tried(() => api.get('errorPattern')(text)));
  }
}

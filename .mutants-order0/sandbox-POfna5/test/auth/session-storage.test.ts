// @ts-nocheck
import { createShopifyApp, memoryStores } from 'shopwright';
import { offlineToken, sessionTokens } from 'shopwright/auth';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { askToken, newCode } from '../testing/oauth/oauth.ts';

const credentials = { clientId: 'crm', clientSecret: 'shpss_crm' };
const shop = 'demo.myshopify.com';
const query = 'query Shop { shop { myshopifyDomain } }';
const hour = 3_600_000;

/** A session as Shopify's library has it: an object of a class, whose storage asks it for its values. */
class Session {
  readonly id: string;
  readonly shop = shop;
  state = 'state';
  accessToken?: string;
  expires?: Date;
  refreshToken?: string;
  refreshTokenExpires?: Date;
  scope?: string;

  constructor(values: Partial<Session>) {
    this.id = `offline_${shop}`;
    Object.assign(this, values);
  }

  toObject(): Partial<Session> {
    return { ...this };
  }
}

async function open(forget: readonly (keyof Session)[] = []) {
  const clock = createManualClock({ now: Date.now() });
  const fake = createFakeShopify({ apps: [{ ...credentials, id: 'default' }], clock, shops: [{ tokens: {} }] });
  const { json } = await askToken(fake, { code: await newCode(fake), expiring: '1' });
  const rows = new Map<string, Partial<Session>>();
  const put = (pair: { access_token: string; refresh_token: string }) =>
    rows.set(`offline_${shop}`, {
      accessToken: pair.access_token,
      expires: new Date(clock.now() + hour),
      refreshToken: pair.refresh_token,
      refreshTokenExpires: new Date(clock.now() + 90 * 24 * hour),
      scope: 'write_products',
      state: 'kept',
    });
  put(json);
  for (const field of forget) delete rows.get(`offline_${shop}`)?.[field];
  const storage = {
    loadSession: async (id: string) => {
      const row = rows.get(id);
      return row && new Session(row);
    },
    storeSession: async (session: Session) => {
      rows.set(session.id, session.toObject());
      return true;
    },
  };
  const process = (over: Partial<typeof storage> = {}) => {
    const locks = memoryStores({ clock }).keyValue;
    const auth = offlineToken({ ...credentials, tokens: sessionTokens({ storage: { ...storage, ...over }, locks }) });
    const client = createShopifyApp({ auth, fetch: fake.fetch, clock, isolated: true }).shop(shop);
    return () => clock.run(client.graphql(query));
  };
  const sent = () => fake.calls.filter(({ operation }) => operation === 'POST oauth/access_token').length - 1;
  const refreshAs = async () => {
    const token = rows.get(`offline_${shop}`)?.refreshToken ?? '';
    const granted = await askToken(fake, { grant_type: 'refresh_token', refresh_token: token });
    put(granted.json);
  };
  return { clock, fake, rows, storage, process, sent, refreshAs, row: () => rows.get(`offline_${shop}`) };
}

describe('sessionTokens', () => {
  it('uses and renews the session of the app, and keeps what else is in it', async () => {
    const { process, row, clock, sent } = await open();
    const before = row();
    const call = process();
    await call();
    await clock.advance(hour);
    await call();
    expect(sent()).toBe(1);
    expect(row()?.refreshToken).not.toBe(before?.refreshToken);
    expect(row()).toMatchObject({ state: 'kept', id: `offline_${shop}` });
    expect(row()?.expires?.getTime()).toBeGreaterThan(clock.now() + hour - 60_000);
    await clock.advance(hour);
    await process()();
    expect(sent()).toBe(2);
  });

  it('takes what the app has renewed', async () => {
    const { process, clock, sent, refreshAs } = await open();
    const call = process();
    await call();
    await clock.advance(hour);
    await refreshAs();
    await call();
    expect(sent()).toBe(1);
  });

  it.each(['before', 'after'] as const)('ends with one good pair where the app writes %s it does', async (moment) => {
    const { process, clock, sent, refreshAs, storage, row } = await open();
    await clock.advance(hour);
    let hasMet = false;
    const meet = async (): Promise<void> => {
      if (hasMet) return;
      hasMet = true;
      await refreshAs();
    };
    const call = process({
      storeSession: async (session) => {
        if (moment === 'before') await meet();
        const isStored = await storage.storeSession(session);
        if (moment === 'after') await meet();
        return isStored;
      },
    });
    await call();
    await clock.advance(hour);
    await process()();
    expect(sent()).toBe(3);
    expect(row()?.refreshToken).toEqual(expect.any(String));
  });

  it('renews a session that does not say when it ends', async () => {
    const { process, clock, sent, row } = await open(['expires']);
    const call = process();
    await call();
    await clock.advance(600_000);
    await call();
    expect(sent()).toBe(1);
    expect(row()?.expires).toEqual(expect.any(Date));
  });

  it.each([
    ['text', (ms: number) => new Date(ms).toISOString()],
    ['a number', (ms: number) => ms],
    ['a number of seconds', (ms: number) => Math.floor(ms / 1_000)],
    ['a large number', (ms: number) => BigInt(ms)],
    ['digits', (ms: number) => String(ms)],
    ['digits of seconds', (ms: number) => String(Math.floor(ms / 1_000))],
  ])('takes dates that a storage gives as %s', async (_form, from) => {
    const { process, clock, sent, storage } = await open();
    const loadSession = async (id: string) => {
      const session = await storage.loadSession(id);
      const forms = { expires: from(session?.expires?.getTime() ?? 0), refreshTokenExpires: from(clock.now() + hour) };
      return session && (Object.assign(session, forms) as typeof session);
    };
    const call = process({ loadSession });
    await call();
    expect(sent()).toBe(0);
    await clock.advance(hour - 60_000);
    await call();
    expect(sent()).toBe(1);
  });

  it('renews a session whose date is none within ten minutes', async () => {
    const { process, clock, sent, rows } = await open();
    rows.set(`offline_${shop}`, { ...rows.get(`offline_${shop}`), expires: new Date(Number.NaN) });
    const call = process();
    await call();
    await clock.advance(600_000);
    await call();
    expect(sent()).toBe(1);
  });

  it('uses a token that does not expire', async () => {
    const { process, sent } = await open(['expires', 'refreshToken', 'refreshTokenExpires']);
    await process()();
    expect(sent()).toBe(0);
  });

  it.each([
    [null, undefined],
    [{ accessToken: null }, undefined],
    [{ accessToken: 5 }, undefined],
    [
      { accessToken: 'shpat_x', scope: ['a'], expires: { seconds: 1 } },
      { scopes: [], accessTokenExpiresAt: null },
    ],
    [{ accessToken: 'shpat_x', scope: 'a, b  c' }, { scopes: ['a', 'b', 'c'] }],
    [{ accessToken: 'shpat_x', refreshToken: 5, refreshTokenExpires: true }, { refreshToken: null }],
  ])('reads the session %j of a storage of the host’s own', async (session, tokens) => {
    const storage = { loadSession: async () => session as never, storeSession: async () => true };
    const entry = await sessionTokens({ storage }).get({ shop });
    if (tokens) expect(entry).toMatchObject({ tokens });
    else expect(entry).toBeUndefined();
  });

  it('uses a session that nothing can renew until Shopify refuses it, and what the app makes of it then', async () => {
    const { process, clock, sent, rows, fake } = await open(['refreshToken', 'refreshTokenExpires']);
    const call = process();
    await call();
    await clock.advance(hour);
    await expect(call()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED', reason: 'no-token' });
    expect(sent()).toBe(0);
    const { json } = await askToken(fake, { code: await newCode(fake), expiring: '1' });
    rows.set(`offline_${shop}`, { accessToken: json.access_token, expires: new Date(clock.now() + hour) });
    await call();
  });

  it('takes no session for none only where the storage finds the sessions of the shop', async () => {
    const { storage, rows } = await open();
    rows.clear();
    const found: string[] = [];
    const finding = {
      ...storage,
      findSessionsByShop: async (name: string) => {
        found.push(name);
        return [];
      },
    };
    await expect(sessionTokens({ storage: finding }).get({ shop })).resolves.toBeUndefined();
    expect(found).toEqual([shop]);
    const lost = { ...storage, findSessionsByShop: () => Promise.reject(new RangeError('no connection')) };
    await expect(sessionTokens({ storage: lost }).get({ shop })).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      isRetryable: true,
    });
  });

  it('says what is missing or failed, without what the storage says', async () => {
    const { process, rows } = await open();
    const failing = process({ loadSession: () => Promise.reject(new RangeError('row shpat_0123456789abcdef')) });
    await expect(failing()).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: `The session storage did not give or take offline_${shop}: it failed with RangeError.`,
    });
    rows.clear();
    await expect(process()()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED', reason: 'no-token' });
    const tokens = sessionTokens({ storage: { loadSession: async () => undefined, storeSession: async () => true } });
    const none = { accessToken: 'a', accessTokenExpiresAt: null, refreshToken: null, refreshTokenExpiresAt: null };
    await expect(tokens.replace({ shop }, undefined, { ...none, scopes: [] })).rejects.toThrow('Have the shop open');
    expect(() => sessionTokens({ storage: {}, lock: 1 } as never)).toThrow('storage');
  });
});

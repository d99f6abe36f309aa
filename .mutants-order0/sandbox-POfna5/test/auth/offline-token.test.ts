// @ts-nocheck
import { createShopifyApp, isShopwrightError, memoryStores, type TelemetryEvent } from 'shopwright';
import {
  createTokenStore,
  type OfflineTokenOptions,
  offlineToken,
  type RenewableTokenStore,
  type StoredTokens,
  tokenExchange,
} from 'shopwright/auth';
import { createFakeShopify, createManualClock, type FakeShopify } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../testing/ask.ts';
import { newCode } from '../testing/oauth/oauth.ts';
import { key } from './token-keys.ts';

const credentials = { clientId: 'crm', clientSecret: 'shpss_crm', id: 'default' };
const shop = 'demo.myshopify.com';
const query = 'query Shop { shop { myshopifyDomain } }';
const endpoint = 'POST oauth/access_token';
const requests = (fake: FakeShopify): number => fake.calls.filter(({ operation }) => operation === endpoint).length;

/** What an install brings. */
async function install(fake: FakeShopify, now: number, expiring = '1'): Promise<StoredTokens> {
  const { json } = await ask(fake.fetch, {
    path: '/admin/oauth/access_token',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: String(
      new URLSearchParams({
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        code: await newCode(fake),
        expiring,
      }),
    ),
  });
  return {
    accessToken: json.access_token,
    accessTokenExpiresAt: json.expires_in ? now + json.expires_in * 1_000 : null,
    refreshToken: json.refresh_token ?? null,
    refreshTokenExpiresAt: json.refresh_token ? now + json.refresh_token_expires_in * 1_000 : null,
    scopes: json.scope.split(','),
  };
}

async function open(
  options: {
    expiring?: string;
    change?: (stored: StoredTokens) => StoredTokens;
    latencyMs?: number;
    refusesNonExpiringTokens?: boolean;
    offlineTokenSeconds?: number;
  } = {},
) {
  const { expiring = '1', change = (stored: StoredTokens) => stored, latencyMs = 0, ...appOptions } = options;
  const clock = createManualClock();
  const fake = createFakeShopify({
    apps: [{ ...credentials, ...appOptions }],
    clock,
    shops: [{ tokens: {} }],
    latencyMs,
  });
  const stores = memoryStores({ clock });
  const tokens = createTokenStore({ store: stores.keyValue, keys: [key] });
  await tokens.replace({ shop }, undefined, change(await clock.run(install(fake, clock.now(), expiring))));
  const events: TelemetryEvent[] = [];
  const warned: string[] = [];
  /** An app in a process of its own. */
  const process = (more: Partial<OfflineTokenOptions> = {}) => {
    const { clientId, clientSecret } = credentials;
    const app = createShopifyApp({
      auth: offlineToken({ clientId, clientSecret, tokens, ...more }),
      fetch: fake.fetch,
      clock,
      isolated: true,
      telemetry: (event) => void (event.type === 'token' && events.push(event)),
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: (_, message) => void warned.push(message),
        error: () => undefined,
      },
    });
    const client = app.shop(shop);
    return { client, call: () => clock.run(client.graphql(query)) };
  };
  const before = requests(fake);
  const stored = async () => (await tokens.get({ shop }))?.tokens;
  return { clock, fake, stores, tokens, events, warned, process, stored, sent: () => requests(fake) - before };
}

const hour = 3_600_000;

describe('offlineToken', () => {
  it('uses the stored token, and asks Shopify for nothing', async () => {
    const { process, sent } = await open();
    await process().call();
    expect(sent()).toBe(0);
  });

  it('renews it in the background before it ends, and stores the pair', async () => {
    const { process, sent, stored, clock, fake } = await open();
    const { call, client } = process();
    await call();
    await clock.advance(hour - 300_000);
    const before = await stored();
    fake.faults.next('slow', { operation: endpoint, delayMs: 5_000 });
    const startedAt = clock.monotonic();
    await client.graphql(query);
    expect(clock.monotonic()).toBe(startedAt);
    await clock.advance(6_000);
    const after = await stored();
    expect(sent()).toBe(1);
    expect(after?.refreshToken).not.toBe(before?.refreshToken);
    expect(after?.accessTokenExpiresAt).toBeGreaterThan(clock.now() + hour - 10_000);
    await call();
    expect(sent()).toBe(1);
  });

  it('delays nobody whose token is alive while a refresh hangs for 30 seconds', async () => {
    const { fake, tokens, clock } = await open({ latencyMs: 40 });
    const { clientId, clientSecret } = credentials;
    const auth = offlineToken({ clientId, clientSecret, tokens, requestTimeoutMs: 60_000 });
    const client = createShopifyApp({ auth, fetch: fake.fetch, clock, isolated: true }).shop(shop);
    /** Milliseconds that 99 of 100 calls take at most, with one every 200 ms for 30 seconds. */
    const p99 = async (): Promise<number> => {
      const times: number[] = [];
      for (let call = 0; call < 150; call += 1) {
        const startedAt = clock.monotonic();
        await clock.run(client.graphql(query));
        times.push(clock.monotonic() - startedAt);
        await clock.advance(160);
      }
      return times.sort((one, other) => one - other)[Math.ceil(times.length * 0.99) - 1] ?? 0;
    };
    const undisturbed = await p99();
    await clock.advance(hour - 300_000);
    const before = requests(fake);
    fake.faults.next('slow', { operation: endpoint, delayMs: 30_000 });
    const disturbed = await p99();
    expect(undisturbed).toBe(40);
    expect(disturbed).toBeLessThanOrEqual(1.2 * undisturbed);
    expect(requests(fake) - before).toBe(1);
  });

  it('is renewed at another moment in each process, in the last sixth of its life', async () => {
    const renewedAt: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const { process, sent, clock } = await open();
      const { call } = process();
      const startedAt = clock.monotonic();
      await call();
      await clock.advance(hour * 0.8);
      while (sent() === 0) {
        await call();
        await clock.advance(5_000);
      }
      renewedAt.push(clock.monotonic() - startedAt);
    }
    expect(Math.min(...renewedAt)).toBeGreaterThanOrEqual(hour * 0.85 - 15_000);
    expect(Math.max(...renewedAt)).toBeLessThan(hour - 120_000);
    expect(new Set(renewedAt).size).toBeGreaterThan(3);
  });

  it('that has ended keeps nobody waiting but the callers of its own shop', async () => {
    const clock = createManualClock();
    const other = 'other.myshopify.com';
    const fake = createFakeShopify({ apps: [credentials], clock, shops: [{ domain: shop }, { domain: other }] });
    const tokens = createTokenStore({ store: memoryStores({ clock }).keyValue, keys: [key] });
    const { clientId, clientSecret } = credentials;
    const auth = offlineToken({ clientId, clientSecret, tokens });
    const app = createShopifyApp({ auth, fetch: fake.fetch, clock, isolated: true });
    for (const domain of [shop, other]) {
      const sessionToken = fake.issueSessionToken({ shop: domain });
      const exchange = tokenExchange({ clientId, clientSecret, tokens, sessionToken });
      await clock.run(createShopifyApp({ auth: exchange, fetch: fake.fetch, clock }).shop(domain).graphql(query));
    }
    await clock.advance(hour - 60_000);
    // The one of the other shop is younger.
    const sessionToken = fake.issueSessionToken({ shop: other });
    await tokens.erase(other);
    const again = tokenExchange({ clientId, clientSecret, tokens, sessionToken });
    await clock.run(
      createShopifyApp({ auth: again, fetch: fake.fetch, clock, isolated: true }).shop(other).graphql(query),
    );
    await clock.advance(60_000);
    fake.faults.next('slow', { operation: endpoint, delayMs: 5_000 });
    const waiting = app.shop(shop).graphql(query);
    await clock.advance(1_000);
    const startedAt = clock.monotonic();
    await Promise.all([app.shop(other).graphql(query), app.shop(other).graphql(query)]);
    expect(clock.monotonic()).toBe(startedAt);
    await clock.run(waiting);
    expect(clock.monotonic()).toBeGreaterThan(startedAt + 3_000);
  });

  it('holds the lock of the store for no request longer than its lease', async () => {
    const { process, clock, fake, tokens } = await open();
    await clock.advance(hour);
    const leases: number[] = [];
    const watched: RenewableTokenStore = {
      get: (owner) => tokens.get(owner),
      replace: (owner, version, next) => tokens.replace(owner, version, next),
      async lock(owner, options) {
        leases.push(options?.leaseMs ?? 0);
        return tokens.lock?.(owner, options);
      },
    };
    fake.faults.next('hang-after', { operation: endpoint, times: 2 });
    const call = process({ tokens: watched, requestTimeoutMs: 2_000 }).client.graphql(query);
    await clock.advance(1_900);
    expect(requests(fake)).toBe(2);
    await clock.advance(400);
    // Given up, and asked for again.
    expect(requests(fake)).toBe(3);
    await clock.run(call);
    expect(Math.min(...leases)).toBeGreaterThan(2_000);
  });

  it('has one process renew it, whose pair the others use', async () => {
    const { process, sent, clock } = await open();
    const all = Array.from({ length: 4 }, () => process());
    await clock.advance(hour);
    await clock.run(Promise.all(all.flatMap(({ client }) => [client.graphql(query), client.graphql(query)])));
    expect(sent()).toBe(1);
  });

  it('sends the old refresh token again after lost responses, and stores what comes', async () => {
    const { process, sent, clock, fake, stored } = await open();
    await clock.advance(hour);
    fake.faults.next('reset-after', { operation: endpoint, times: 3 });
    await process().call();
    expect(sent()).toBe(4);
    const pair = await stored();
    await clock.advance(hour);
    await process().call();
    expect((await stored())?.refreshToken).not.toBe(pair?.refreshToken);
  });

  it('does not use a pair that could not be stored, and gets the same one with the next try', async () => {
    const { process, sent, clock, tokens, stored } = await open();
    await clock.advance(hour);
    const failing: RenewableTokenStore = {
      get: (owner) => tokens.get(owner),
      replace: () => Promise.reject(new TypeError('the disk is full')),
      lock: (owner, options) => tokens.lock?.(owner, options) ?? Promise.resolve(undefined),
    };
    const before = await stored();
    await expect(process({ tokens: failing }).call()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    expect(await stored()).toEqual(before);
    await process().call();
    expect(sent()).toBe(2);
  });

  it('goes on where a process has died with the lock', async () => {
    const { process, sent, clock, fake, tokens } = await open();
    await clock.advance(hour);
    const { call, client } = process();
    fake.faults.next('hang-after', { operation: endpoint });
    // Nobody gives this one back or renews it.
    const leaseMs = 10_000;
    const lost = { ...tokens, get: tokens.get.bind(tokens), replace: tokens.replace.bind(tokens) };
    expect(typeof lost.get).toBe('function');
    const held = await tokens.lock?.({ shop }, { leaseMs });
    void clock.setTimer(() => void held?.release(), leaseMs);
    const waiting = client.graphql(query);
    await clock.advance(leaseMs - 1_000);
    expect(sent()).toBe(0);
    await clock.run(waiting);
    await call();
    expect(sent()).toBe(2);
  });

  it('counts by the clock of the store, however wrong that of the process is', async () => {
    const { fake, tokens, clock, sent } = await open();
    for (const aheadMs of [-5 * hour, 5 * hour]) {
      const wrong = { ...clock, now: () => clock.now() + aheadMs };
      const { clientId, clientSecret } = credentials;
      const auth = offlineToken({ clientId, clientSecret, tokens });
      const app = createShopifyApp({ auth, fetch: fake.fetch, clock: wrong, isolated: true });
      await clock.run(app.shop(shop).graphql(query));
    }
    expect(sent()).toBe(0);
  });

  it('uses a live token whatever has become of its refresh token', async () => {
    const { process, sent, clock, fake, warned, events } = await open({
      change: (stored) => ({ ...stored, refreshToken: 'shprt_dead', refreshTokenExpiresAt: 1 }),
    });
    await clock.advance(hour - 300_000);
    const { call } = process();
    for (const seconds of [90, 90, 90, 20]) {
      await call();
      await clock.advance(seconds * 1_000);
    }
    expect(sent()).toBe(1);
    expect(warned).toContain('the access token could not be renewed in the background');
    expect(events.some((event) => event.type === 'token' && event.outcome === 'dead')).toBe(true);
    expect(fake.calls.filter(({ operation, status }) => operation === 'Shop' && status === 200)).toHaveLength(4);
  });

  it.each([
    ['revoked', 1, (fake: FakeShopify) => fake.setShopState(shop, 'uninstalled')],
    ['refresh-token-expired', 90 * 24, () => undefined],
    ['revoked', 0, (fake: FakeShopify) => fake.revokeTokens()],
  ])('says that a shop is dead (%s), and asks once a minute', async (reason, hours, prepare) => {
    const { process, sent, clock, fake } = await open();
    prepare(fake);
    await clock.advance(hours * hour);
    const { call } = process();
    for (let round = 0; round < 3; round++) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(isShopwrightError(error, 'AUTHENTICATION_FAILED') && error.reason).toBe(reason);
      expect(`${JSON.stringify(error)}${error}`).not.toMatch(/shp[a-z]+_/);
    }
    expect(sent()).toBe(1);
  });

  it('sees a new install at once', async () => {
    const { process, clock, fake, tokens } = await open();
    fake.revokeTokens();
    await clock.advance(hour);
    const { call } = process();
    await expect(call()).rejects.toMatchObject({ reason: 'revoked' });
    const entry = await tokens.get({ shop });
    await tokens.replace({ shop }, entry?.version, await install(fake, clock.now()));
    await call();
  });

  it('says that there is none where the store has none', async () => {
    const { process, sent } = await open();
    await expect(process({ appId: 'other' }).call()).rejects.toMatchObject({ reason: 'no-token' });
    expect(sent()).toBe(0);
  });

  it('renews once after a refusal, and repeats the call', async () => {
    const { process, sent, clock, fake } = await open();
    const { client, call } = process();
    await call();
    fake.faults.next('status-401', { operation: 'Shop' });
    const { attempts } = await clock.run(client.graphql(query));
    expect([attempts, sent()]).toEqual([2, 1]);
  });

  it('renews once more where the token after that is refused too, however soon', async () => {
    const { process, sent, clock, fake } = await open({ offlineTokenSeconds: 10 });
    const { client, call } = process();
    await call();
    fake.faults.next('status-401', { operation: 'Shop' });
    await call();
    await clock.advance(10_000);
    await call();
    fake.faults.next('status-401', { operation: 'Shop' });
    const { attempts } = await clock.run(client.graphql(query));
    expect([attempts, sent()]).toEqual([2, 3]);
  });

  it('stores no later end than the token has, however long the store takes', async () => {
    const { process, stored, tokens, clock } = await open();
    await clock.advance(hour);
    const slow: RenewableTokenStore = {
      get: (owner) => tokens.get(owner),
      replace: (owner, version, next) => tokens.replace(owner, version, next),
      now: async () => {
        await new Promise<void>((resolve) => void clock.setTimer(() => resolve(), 400));
        const now = clock.now();
        await new Promise<void>((resolve) => void clock.setTimer(() => resolve(), 400));
        return now;
      },
    };
    await process({ tokens: slow }).call();
    expect((await stored())?.accessTokenExpiresAt).toBeLessThanOrEqual(clock.now() + hour);
  });

  it('takes the pair that another process has renewed after a refusal', async () => {
    const { process, sent, clock, fake } = await open();
    const [one, two] = [process(), process()];
    await one.call();
    await two.call();
    fake.faults.next('status-401', { operation: 'Shop' });
    await one.call();
    fake.faults.next('status-401', { operation: 'Shop' });
    await clock.run(two.client.graphql(query));
    expect(sent()).toBe(1);
  });

  it('that has lost its lock in mid-refresh leaves the pair to whoever has it', async () => {
    const { process, sent, clock, fake, tokens, stored } = await open();
    await clock.advance(hour);
    const lost = new AbortController();
    let locks = 0;
    const losing: RenewableTokenStore = {
      get: (owner) => tokens.get(owner),
      replace: (owner, version, next) => tokens.replace(owner, version, next),
      async lock(owner, options) {
        const lock = await tokens.lock?.(owner, options);
        locks += 1;
        return lock && locks === 1 ? { ...lock, signal: lost.signal, release: () => lock.release() } : lock;
      },
    };
    fake.faults.next('slow', { operation: endpoint, delayMs: 5_000 });
    const one = process({ tokens: losing }).client.graphql(query);
    await clock.advance(1_000);
    lost.abort(new Error('another process has it'));
    await clock.run(Promise.all([one, process().client.graphql(query)]));
    expect(sent()).toBe(2);
    // The chain goes on, whichever response came last.
    const pair = await stored();
    await clock.advance(hour);
    await process().call();
    expect((await stored())?.refreshToken).not.toBe(pair?.refreshToken);
  });

  it.each(['installed again', 'erased'])('stores nothing over a shop that was %s in mid-refresh', async (how) => {
    const { process, clock, fake, tokens, stored } = await open();
    await clock.advance(hour);
    fake.faults.next('slow', { operation: endpoint, delayMs: 5_000 });
    const call = process().client.graphql(query);
    call.catch(() => undefined);
    await clock.advance(1_000);
    const entry = await tokens.get({ shop });
    const next = how === 'erased' ? undefined : await clock.run(install(fake, clock.now()));
    if (next) await tokens.replace({ shop }, entry?.version, next);
    else await tokens.delete({ shop });
    const outcome = await clock.run(
      call.then(
        () => 'done',
        (error: unknown) => isShopwrightError(error) && error.code,
      ),
    );
    expect(outcome).toBe(next ? 'done' : 'AUTHENTICATION_FAILED');
    expect(await stored()).toEqual(next);
  });

  it('exchanges a token that does not expire once Shopify refuses it', async () => {
    const { process, sent, stored, clock, fake } = await open({ expiring: '0', refusesNonExpiringTokens: true });
    fake.faults.next('reset-after', { operation: endpoint });
    await process().call();
    expect(sent()).toBe(2);
    expect(await stored()).toMatchObject({
      refreshToken: expect.any(String),
      accessTokenExpiresAt: expect.any(Number),
    });
    await clock.advance(hour);
    await process().call();
    expect(sent()).toBe(3);
  });

  it('uses a token that does not expire until then', async () => {
    const { process, sent, clock } = await open({ expiring: '0' });
    const { call } = process();
    await call();
    await clock.advance(5 * hour);
    await call();
    await call();
    expect(sent()).toBe(0);
  });

  it.each([
    [['expires_in']],
    [['refresh_token']],
    [['refresh_token_expires_in']],
    [['scope']],
    [['expires_in', 'refresh_token', 'refresh_token_expires_in', 'scope']],
  ])('works on after a response without %s, asks again within the hour, and says so once', async (fields) => {
    const { process, sent, clock, fake, stored, events, warned } = await open();
    await clock.advance(hour);
    fake.faults.next('missing-fields', { operation: endpoint, fields, times: 2 });
    const { call } = process();
    const before = await stored();
    for (let round = 1; round <= 3; round++) {
      await call();
      expect(sent()).toBe(round);
      const now = await stored();
      expect(now?.refreshToken).toEqual(expect.any(String));
      expect(now?.scopes).toEqual(before?.scopes);
      expect(now?.accessTokenExpiresAt).toBeLessThanOrEqual(clock.now() + hour);
      expect(now?.refreshTokenExpiresAt).toEqual(expect.any(Number));
      await clock.advance(hour);
    }
    const missing = fields.filter((field) => field !== 'scope');
    const told = events.filter((event) => event.type === 'token' && event.outcome === 'incomplete');
    expect(told).toEqual(missing.length === 0 ? [] : [expect.objectContaining({ missing })]);
    expect(warned).toHaveLength(missing.length === 0 ? 0 : 1);
  });

  describe('without a refresh token', () => {
    /** As an install stores it whose response had `expires_in` and no refresh token. */
    const change = (stored: StoredTokens): StoredTokens => ({
      ...stored,
      refreshToken: null,
      refreshTokenExpiresAt: null,
    });
    /** The token lives for a day, whatever the response said. */
    const opened = () =>
      open({
        offlineTokenSeconds: 86_400,
        change: (of) => ({ ...change(of), accessTokenExpiresAt: (of.accessTokenExpiresAt ?? 0) - 23 * hour }),
      });

    it('is used for as long as Shopify takes it, and says so once', async () => {
      const { process, sent, clock, events, warned } = await opened();
      const { call } = process();
      for (let round = 0; round < 5; round += 1) {
        await call();
        await clock.advance(hour);
      }
      // A process that starts after its end.
      await process().call();
      expect(sent()).toBe(0);
      const told = { type: 'token', shop, outcome: 'incomplete', errorCode: null, missing: ['refresh_token'] };
      expect(events).toEqual([told, told]);
      expect(warned).toHaveLength(2);
    });

    it('is looked up again within the hour, so that what an install brings is used without a refusal', async () => {
      const { clock, fake, tokens } = await opened();
      const used: (string | null)[] = [];
      const fetch: typeof fake.fetch = (input, init) => {
        used.push(new Request(input, init).headers.get('x-shopify-access-token'));
        return fake.fetch(input, init);
      };
      const { clientId, clientSecret } = credentials;
      const auth = offlineToken({ clientId, clientSecret, tokens });
      const client = createShopifyApp({ auth, fetch, clock, isolated: true }).shop(shop);
      await clock.run(client.graphql(query));
      const entry = await tokens.get({ shop });
      const next = await install(fake, clock.now());
      await tokens.replace({ shop }, entry?.version, next);
      await clock.advance(hour);
      // The first one finds that it is time to look.
      await clock.run(client.graphql(query));
      await clock.run(client.graphql(query));
      expect([used[0], used.at(-1)]).toEqual([entry?.tokens.accessToken, next.accessToken]);
    });

    it('once it is refused, says to install the app again, asks nobody, and sees the install at once', async () => {
      const { process, sent, clock, fake, tokens, events } = await open({ change });
      const { call } = process();
      await call();
      await clock.advance(hour);
      const before = fake.calls.length;
      for (let round = 0; round < 3; round += 1) {
        await expect(call()).rejects.toMatchObject({
          code: 'AUTHENTICATION_FAILED',
          reason: 'no-token',
          message: expect.stringMatching(/without a refresh token.*install/s),
        });
        await clock.advance(40_000);
      }
      expect([sent(), fake.calls.length - before]).toEqual([0, 1]);
      expect(events.map((event) => event.type === 'token' && event.outcome)).toEqual(['incomplete', 'dead', 'dead']);
      const entry = await tokens.get({ shop });
      await tokens.replace({ shop }, entry?.version, await install(fake, clock.now()));
      await call();
    });
  });
});

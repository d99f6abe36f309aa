// @ts-nocheck
import { createShopifyApp, isShopwrightError, memoryStores, type TelemetryEvent } from 'shopwright';
import { type ClientCredentialsOptions, clientCredentials, createTokenStore } from 'shopwright/auth';
import { createFakeShopify, createManualClock, type FakeShopify } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { key } from './token-keys.ts';

const credentials = { clientId: 'crm', clientSecret: 'shpss_crm' };
const shop = 'demo.myshopify.com';
const query = 'query Shop { shop { myshopifyDomain } }';
const tokenRequests = (fake: FakeShopify): number =>
  fake.calls.filter((call) => call.operation === 'POST oauth/access_token').length;

function open(options: Partial<ClientCredentialsOptions> = {}) {
  const clock = createManualClock();
  const fake = createFakeShopify({ apps: [credentials], clock });
  const events: TelemetryEvent[] = [];
  const app = createShopifyApp({
    auth: clientCredentials({ ...credentials, ...options }),
    fetch: fake.fetch,
    clock,
    telemetry: (event) => void (event.type === 'token' && events.push(event)),
  });
  return { clock, fake, app, events, call: () => clock.run(app.shop(shop).graphql(query)) };
}

describe('clientCredentials', () => {
  it('asks for one token for all calls of a shop, also of clients made later', async () => {
    const { fake, app, clock, call } = open();
    const client = app.shop(shop);
    await clock.run(Promise.all([client.graphql(query), client.graphql(query), app.shop(shop).graphql(query)]));
    await call();
    expect(tokenRequests(fake)).toBe(1);
  });

  it('renews it before its day is over, while calls go on', async () => {
    const { fake, clock, call, events } = open();
    await call();
    await clock.advance(86_399_000 - 300_000);
    await call();
    expect(tokenRequests(fake)).toBe(2);
    await clock.advance(600_000);
    await call();
    expect(tokenRequests(fake)).toBe(2);
    expect(events.map(({ type, ...rest }) => rest)).toEqual(
      Array(2).fill({ shop, outcome: 'renewed', errorCode: null, missing: [] }),
    );
  });

  it('waits for a new one where it has ended', async () => {
    const { fake, clock, call } = open();
    await call();
    await clock.advance(86_400_000);
    await call();
    expect(tokenRequests(fake)).toBe(2);
  });

  it('replaces a token that Shopify refuses, and repeats the call once', async () => {
    const { fake, clock, call, app } = open();
    await call();
    fake.revokeTokens();
    const { attempts } = await clock.run(app.shop(shop).graphql(query));
    expect([attempts, tokenRequests(fake)]).toEqual([2, 2]);
  });

  it('does not renew again and again where Shopify refuses the new one too', async () => {
    const { fake, clock, app } = open();
    fake.faults.next('status-401', { operation: 'Shop', times: 20 });
    for (let round = 0; round < 5; round++) {
      await expect(clock.run(app.shop(shop).graphql(query))).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    }
    expect(tokenRequests(fake)).toBe(2);
  });

  it('asks again after lost responses and refusals for lack of room', async () => {
    const { fake, call } = open();
    for (const kind of ['reset-after', 'reset-before', 'status-503', 'status-429', 'html', 'truncated'] as const) {
      fake.faults.next(kind, { operation: 'POST oauth/access_token' });
    }
    await call();
    expect(tokenRequests(fake)).toBe(7);
  });

  it('gives up with what went wrong, and tries again with the next call', async () => {
    const { fake, call } = open();
    fake.faults.next('status-502', { operation: 'POST oauth/access_token', times: 10 });
    await expect(call()).rejects.toMatchObject({ code: 'INVALID_RESPONSE', isRetryable: true });
    await call();
  });

  it('keeps tokens in a store for other processes', async () => {
    const stores = memoryStores();
    const tokens = createTokenStore({ store: stores.keyValue, keys: [key] });
    const clock = createManualClock();
    const fake = createFakeShopify({ apps: [credentials], clock });
    for (let process = 0; process < 2; process++) {
      const auth = clientCredentials({ ...credentials, tokens, appId: 'crm' });
      const app = createShopifyApp({ auth, fetch: fake.fetch, clock, isolated: true });
      await clock.run(app.shop(shop).graphql(query));
    }
    expect(tokenRequests(fake)).toBe(1);
    expect(await tokens.get({ shop, appId: 'crm' })).toMatchObject({ tokens: { refreshToken: null } });
  });

  it.each([
    ['not-installed', (fake: FakeShopify) => fake.setShopState(shop, 'uninstalled'), {}],
    ['app-credentials', () => undefined, { clientSecret: 'shpss_other_secret_of_another_app' }],
    ['app-credentials', () => undefined, { clientId: 'unknown' }],
  ])('says %s, and asks Shopify once a minute only', async (reason, prepare, options) => {
    const { fake, clock, call, events } = open(options);
    prepare(fake);
    for (let round = 0; round < 3; round++) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(isShopwrightError(error, 'AUTHENTICATION_FAILED') && error.reason).toBe(reason);
      expect(JSON.stringify(error) + String(error)).not.toContain('shpss_');
    }
    expect(tokenRequests(fake)).toBe(1);
    expect(events).toEqual([{ type: 'token', shop, outcome: 'dead', errorCode: 'AUTHENTICATION_FAILED', missing: [] }]);
    await clock.advance(60_000);
    await expect(call()).rejects.toMatchObject({ reason });
    expect(tokenRequests(fake)).toBe(2);
  });

  it('refuses options that are missing or unknown, without the secret', () => {
    const secret = ' shpss_0123456789abcdef';
    const wrong = { clientId: '', clientSecret: secret, requestTimeoutMs: 5, token: 1, tokens: {} };
    expect(() => clientCredentials(wrong as never)).toThrow(
      expect.objectContaining({
        issues: ['token', 'clientId', 'clientSecret', 'requestTimeoutMs', 'tokens'].map((field) =>
          expect.objectContaining({ field }),
        ),
        message: expect.not.stringContaining(secret.trim()),
      }),
    );
  });

  it('sends its secret to no host but a shop', async () => {
    const source = clientCredentials(credentials);
    await expect(source.get('evil.example')).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });
});

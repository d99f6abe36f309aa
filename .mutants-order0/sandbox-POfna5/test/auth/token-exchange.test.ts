// @ts-nocheck
import { createShopifyApp, memoryStores, type TelemetryEvent } from 'shopwright';
import { createTokenStore, offlineToken, type TokenExchangeOptions, tokenExchange } from 'shopwright/auth';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { key } from './token-keys.ts';

const credentials = { clientId: 'crm', clientSecret: 'shpss_crm' };
const shop = 'demo.myshopify.com';
const query = 'query Shop { shop { myshopifyDomain } }';
const day = 86_400_000;

function open() {
  const clock = createManualClock();
  const shops = [{ domain: shop }, { domain: 'other.myshopify.com' }];
  const fake = createFakeShopify({ apps: [credentials], clock, shops });
  const tokens = createTokenStore({ store: memoryStores({ clock }).keyValue, keys: [key] });
  const call = (options: Omit<TokenExchangeOptions, 'clientId' | 'clientSecret'>, of = shop) => {
    const auth = tokenExchange({ ...credentials, ...options } as TokenExchangeOptions);
    return clock.run(createShopifyApp({ auth, fetch: fake.fetch, clock }).shop(of).graphql(query));
  };
  const sent = () => fake.calls.filter(({ operation }) => operation === 'POST oauth/access_token').length;
  const session = (userId = '1') => fake.issueSessionToken({ shop, userId });
  return { clock, fake, tokens, call, sent, session };
}

describe('tokenExchange', () => {
  it('exchanges one session token for all requests of a user, and one more for each other user', async () => {
    const { call, sent, session } = open();
    for (const userId of ['1', '1', '2']) {
      await call({ sessionToken: `Bearer ${session(userId)}`, access: 'online' });
    }
    expect(sent()).toBe(2);
  });

  it('keeps online tokens in a store by user, and exchanges again when they have ended', async () => {
    const { call, sent, session, tokens, clock } = open();
    await call({ sessionToken: session(), access: 'online', tokens });
    expect(await tokens.get({ shop, userId: '1' })).toMatchObject({ tokens: { refreshToken: null } });
    expect(await tokens.get({ shop })).toBe(undefined);
    await clock.advance(day);
    await call({ sessionToken: session(), access: 'online', tokens });
    expect(sent()).toBe(2);
  });

  it('leaves an offline pair for jobs, and renews it by its refresh token', async () => {
    const { call, sent, session, tokens, clock, fake } = open();
    await call({ sessionToken: session(), tokens });
    const auth = offlineToken({ ...credentials, tokens });
    const job = createShopifyApp({ auth, fetch: fake.fetch, clock }).shop(shop);
    await clock.run(job.graphql(query));
    expect(sent()).toBe(1);
    const before = await tokens.get({ shop });
    await clock.advance(3_600_000);
    await call({ sessionToken: session(), tokens });
    expect(sent()).toBe(2);
    expect((await tokens.get({ shop }))?.tokens.refreshToken).not.toBe(before?.tokens.refreshToken);
  });

  it('exchanges the next session token where the response had no refresh token, and says so once', async () => {
    const { sent, session, tokens, clock, fake } = open();
    const fields = ['refresh_token', 'refresh_token_expires_in'];
    fake.faults.next('missing-fields', { operation: 'POST oauth/access_token', fields, times: 20 });
    const told: unknown[] = [];
    for (let hours = 0; hours < 4; hours += 1) {
      const auth = tokenExchange({ ...credentials, tokens, sessionToken: session() });
      const telemetry = (event: TelemetryEvent) =>
        void (event.type === 'token' && event.outcome === 'incomplete' && told.push(event.missing));
      await clock.run(createShopifyApp({ auth, fetch: fake.fetch, clock, telemetry }).shop(shop).graphql(query));
      await clock.advance(3_600_000);
    }
    expect(sent()).toBe(4);
    expect(told).toEqual([fields]);
  });

  it('exchanges the session token where the refresh token is dead, so that a new install needs nothing else', async () => {
    const { call, sent, session, tokens, clock, fake } = open();
    await call({ sessionToken: session(), tokens });
    fake.revokeTokens(shop);
    await clock.advance(3_600_000);
    await call({ sessionToken: session(), tokens });
    expect(sent()).toBe(3);
  });

  it.each([
    ['of another shop', 'of another shop', (token: string) => token, 'other.myshopify.com'],
    ['that is forged', 'None of the secrets', (token: string) => `${token.slice(0, -2)}AA`, shop],
    ['that is missing', 'no session token', () => null, shop],
  ])('sends nothing for a session token %s', async (_, __, change, of) => {
    const { call, sent, session } = open();
    const answer = call({ sessionToken: change(session()), access: 'online' }, of);
    await expect(answer).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED', reason: 'session-token' });
    expect(sent()).toBe(0);
  });

  it('keeps a refusal of one session token from the next request', async () => {
    const { call, session, fake, sent } = open();
    fake.faults.next('status-401', { operation: 'POST oauth/access_token' });
    const refused = call({ sessionToken: session(), access: 'online' });
    await expect(refused).rejects.toMatchObject({ reason: 'session-token', message: expect.not.stringMatching(/eyJ/) });
    await call({ sessionToken: session(), access: 'online' });
    expect(sent()).toBe(2);
  });

  it('needs a store for offline tokens', () => {
    expect(() => tokenExchange({ ...credentials, sessionToken: 'a' } as never)).toThrow(
      'must be a token store with get and replace',
    );
    const options = { ...credentials, sessionToken: 'a', access: 'onlin' };
    expect(() => tokenExchange(options as never)).toThrow('Did you mean online?');
  });
});

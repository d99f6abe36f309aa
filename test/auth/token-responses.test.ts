import { createShopifyApp, isShopwrightError, memoryStores } from 'shopwright';
import { createTokenStore, offlineToken, type StoredTokens } from 'shopwright/auth';
import { migrateToExpiringTokens } from 'shopwright/auth/migration';
import { createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { approved, beginRequest, startFlow } from './oauth-flow.ts';
import { key } from './token-keys.ts';

const credentials = { clientId: 'crm', clientSecret: 'shpss_0123456789abcdef' };
const shop = 'demo.myshopify.com';
const good = { access_token: 'shpat_new_0123456789', expires_in: 3_600, refresh_token: 'shprt_new_0123456789' };
const json = (fields: object, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(fields), { status, headers });

/** A shop whose token has ended, and what its token address answers, one response after the other. */
async function open(...responses: readonly (() => Response)[]) {
  const clock = createManualClock();
  const { keyValue } = memoryStores({ clock });
  const tokens = createTokenStore({ store: keyValue, keys: [key] });
  const old: StoredTokens = {
    accessToken: 'shpat_old_0123456789',
    accessTokenExpiresAt: clock.now() - 1,
    refreshToken: 'shprt_old_0123456789',
    refreshTokenExpiresAt: clock.now() + 86_400_000,
    scopes: ['write_products'],
  };
  await tokens.replace({ shop }, undefined, old);
  const asked: string[] = [];
  const used: (string | null)[] = [];
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(url, init);
    if (!request.url.endsWith('/admin/oauth/access_token')) {
      used.push(request.headers.get('x-shopify-access-token'));
      return json({ data: { shop: { name: 'Demo' } } });
    }
    asked.push(new URLSearchParams(await request.text()).get('refresh_token') ?? '');
    return (responses[asked.length - 1] ?? responses.at(-1) ?? (() => json(good)))();
  };
  const auth = offlineToken({ ...credentials, tokens });
  const client = createShopifyApp({ auth, fetch, clock, isolated: true }).shop(shop);
  const call = () => clock.run(client.graphql('{ shop { name } }'));
  return { clock, keyValue, tokens, old, asked, used, fetch, call };
}

/** A body without an end, and how much of it was taken. */
function endless() {
  const taken = { bytes: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.bytes += 16_384;
      controller.enqueue(new Uint8Array(16_384).fill(0x20));
    },
    cancel() {
      taken.isCancelled = true;
    },
  });
  return { taken, response: () => new Response(body) };
}

describe('a response to a request for tokens', () => {
  it.each([
    ['a page', () => new Response('<html>Log in</html>', { headers: { 'content-type': 'text/html' } })],
    ['nothing', () => new Response(null, { status: 204 })],
    ['no token', () => json({ expires_in: 3_600, refresh_token: 'shprt_x' })],
    ['a token that no header carries', () => json({ ...good, access_token: 'a\nb' })],
    ['a token that is no text', () => json({ ...good, access_token: { toString: 'x' } })],
    ['a token of a prototype', () => new Response('{"__proto__":{"access_token":"shpat_evil"}}')],
    ['a list', () => json([good])],
    ['text cut short', () => new Response(JSON.stringify(good).slice(0, -5))],
    ['bytes without an end', () => endless().response()],
    ['status 500', () => json(good, 500)],
    ['status 408', () => json({}, 408)],
    ['status 499', () => json({}, 499)],
    ['status 429', () => json({}, 429, { 'retry-after': '3600' })],
  ])('of %s is no token: the old refresh token is sent again', async (_what, bad) => {
    const { call, asked, used, old, tokens } = await open(bad, () => json(good));
    await call();
    expect(asked).toEqual([old.refreshToken, old.refreshToken]);
    expect(used).toEqual([good.access_token]);
    expect((await tokens.get({ shop }))?.tokens.refreshToken).toBe(good.refresh_token);
  });

  it.each([
    ['3', 3_000],
    ['3600', 5_000],
  ])('of status 429 is waited for as long as it says, %s seconds, and 5 at most', async (seconds, waitedMs) => {
    const { call, clock } = await open(
      () => json({}, 429, { 'retry-after': seconds }),
      () => json(good),
    );
    const startedAt = clock.monotonic();
    await call();
    expect(clock.monotonic() - startedAt).toBe(waitedMs);
  });

  it.each([
    ['application_cannot_be_found', 'app-credentials'],
    ['invalid_client', 'app-credentials'],
    ['app_not_installed', 'not-installed'],
    ['shop_not_permitted', 'shop-not-permitted'],
    ['invalid_grant', 'revoked'],
    ['unknown code', 'revoked'],
  ])('of the refusal %s says what is wrong: %s', async (code, reason) => {
    const { call, asked } = await open(() => json({ error: code }, 400, { 'x-request-id': 'r-1' }));
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', reason, shop, requestId: 'r-1' });
    // Once more within the minute: the same, and nobody is asked.
    await expect(call()).rejects.toMatchObject({ reason, requestId: 'r-1' });
    expect(asked).toHaveLength(1);
  });

  it.each([
    [{ expires_in: 0 }],
    [{ expires_in: -5 }],
    [{ expires_in: '3600' }],
    [{ expires_in: 1e300 }],
    [{ expires_in: null }],
    [{ refresh_token_expires_in: 'never' }],
    [{ refresh_token: '' }],
    [{ scope: 5 }],
  ])('with %j is used for an hour, and asked for once', async (fields) => {
    const { call, clock, asked, tokens } = await open(() => json({ ...good, ...fields }));
    for (let minutes = 0; minutes < 50; minutes += 10) {
      await call();
      await clock.advance(600_000);
    }
    expect(asked).toHaveLength(1);
    const { accessTokenExpiresAt, refreshToken, scopes } = (await tokens.get({ shop }))?.tokens ?? {};
    expect(accessTokenExpiresAt).toBeLessThanOrEqual(clock.now() + 3_600_000);
    expect([refreshToken?.slice(0, 6), scopes]).toEqual(['shprt_', ['write_products']]);
  });

  it('is stored with the end of its refresh token, and with scopes however they are listed', async () => {
    const fields = { scope: 'read_products, write_orders ', refresh_token_expires_in: 86_400 };
    const { call, clock, tokens } = await open(() => json({ ...good, ...fields }));
    await call();
    const stored = (await tokens.get({ shop }))?.tokens;
    expect(stored?.scopes).toEqual(['read_products', 'write_orders']);
    expect(stored?.refreshTokenExpiresAt).toBe(clock.now() + 86_400_000);
  });

  it('with narrower scopes is stored with them', async () => {
    const { call, tokens } = await open(() => json({ ...good, scope: 'read_products' }));
    await call();
    expect((await tokens.get({ shop }))?.tokens.scopes).toEqual(['read_products']);
  });

  it('that redirects is not followed, and the error says where to, without a secret', async () => {
    const location = `https://renamed.myshopify.com/admin/oauth/access_token?client_secret=${credentials.clientSecret}`;
    const { call, asked, old, tokens } = await open(() => new Response(null, { status: 307, headers: { location } }));
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'HTTP_ERROR', message: expect.stringContaining('renamed.myshopify.com') });
    expect(`${error}${JSON.stringify(error)}`).not.toContain(credentials.clientSecret);
    expect(asked).toHaveLength(1);
    expect((await tokens.get({ shop }))?.tokens).toEqual(old);
  });

  it('that repeats the request has no part in the error', async () => {
    const echo = `${credentials.clientSecret} shprt_old_0123456789`;
    const { call } = await open(() => json({ error: echo, error_description: echo }, 400));
    const error = await call().catch((thrown: unknown) => thrown);
    expect(isShopwrightError(error, 'AUTHENTICATION_FAILED') && error.reason).toBe('revoked');
    expect(`${error}${JSON.stringify(error)}`).not.toMatch(/shp(?:ss|rt|at)_/);
  });

  it('without an end is given up after 64 KB, by installs and migrations too', async () => {
    const { fake, oauth } = startFlow({ fetch: async () => endless().response() });
    const begun = await oauth.beginAuth(beginRequest());
    const refused = await oauth.handleCallback(await approved(fake, begun.response));
    expect(refused).toMatchObject({
      reason: 'exchange-failed',
      error: { message: expect.stringContaining('more than 65536 bytes') },
    });

    const { clock, keyValue, tokens } = await open();
    const entry = await tokens.get({ shop });
    const permanent = { accessTokenExpiresAt: null, refreshToken: null, refreshTokenExpiresAt: null };
    await tokens.replace({ shop }, entry?.version, { accessToken: 'shpat_permanent', ...permanent, scopes: [] });
    const bodies: ReturnType<typeof endless>[] = [];
    const fetch = async (): Promise<Response> => {
      const body = endless();
      bodies.push(body);
      return body.response();
    };
    const app = { ...credentials, tokens, store: keyValue, fetch, clock };
    const { counts } = await clock.run(migrateToExpiringTokens(app));
    expect(counts).toMatchObject({ unfinished: 1, dead: 0 });
    for (const { taken } of bodies) {
      expect(taken.isCancelled).toBe(true);
      expect(taken.bytes).toBeLessThan(200_000);
    }
  });
});

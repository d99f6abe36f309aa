// @ts-nocheck
import { createHmac } from 'node:crypto';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';
import { app, askToken, authorize, newCode, shop, statusOf } from './oauth.ts';

describe('authorize', () => {
  it('sends the owner back with a code, the state, and what proves where they come from', async () => {
    const fake = createFakeShopify({ apps: [app], clock: createManualClock({ now: 1_700_000_000_000 }) });
    const { status, callback } = await authorize(fake, { scope: 'read_products' });
    expect(status).toBe(302);
    const { tenant, hmac, ...signed } = Object.fromEntries(callback);
    expect(tenant).toBe('7');
    expect(signed).toEqual({
      code: expect.stringMatching(/^[0-9a-f]{32}$/),
      host: 'YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvZGVtbw',
      shop,
      state: 'n once',
      timestamp: '1700000000',
    });
    const message = Object.entries(signed)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
    expect(message).toContain('state=n%20once');
    expect(hmac).toBe(createHmac('sha256', app.clientSecret).update(message).digest('hex'));
    expect(fake.calls).toMatchObject([{ operation: 'GET oauth/authorize', shop, status: 302, outcome: 'ok' }]);
  });

  it('sends no state back where none came', async () => {
    const fake = createFakeShopify({ apps: [app] });
    const query = new URLSearchParams({ client_id: app.clientId, redirect_uri: 'http://127.0.0.1:1/back' });
    const { headers } = await ask(fake.fetch, { method: 'GET', path: `/admin/oauth/authorize?${query}` });
    expect(headers.get('location')).toMatch(
      /^http:\/\/127\.0\.0\.1:1\/back\?code=[^&]+&host=[^&]+&shop=[^&]+&timestamp=/,
    );
  });

  it.each([
    [{ client_id: 'other' }, 'application_cannot_be_found'],
    [{ redirect_uri: 'https://evil.example/callback' }, 'invalid_request: The redirect_uri is not whitelisted'],
    [{ scope: 'everything' }, 'invalid_scope'],
  ])('refuses %j with a page that says why', async (parameters, reason) => {
    const fake = createFakeShopify({ apps: [{ ...app, redirectUris: ['https://crm.example/callback?tenant=7'] }] });
    expect((await authorize(fake)).status).toBe(302);
    const { status, text, callback } = await authorize(fake, parameters);
    expect([status, [...callback]]).toEqual([400, []]);
    expect(text).toContain(`Oauth error ${reason}`);
  });

  it.each(['', 'back', 'ftp://crm.example/', 'javascript:alert(1)'])(
    'does not send anybody to %j',
    async (redirect) => {
      const fake = createFakeShopify({ apps: [app] });
      expect((await authorize(fake, { redirect_uri: redirect })).status).toBe(400);
    },
  );

  it('is there for owners of shops that the fake has', async () => {
    const fake = createFakeShopify({ apps: [app] });
    const path = '/admin/oauth/authorize';
    expect((await ask(fake.fetch, { method: 'GET', path, host: 'https://other.myshopify.com' })).status).toBe(404);
    expect((await ask(fake.fetch, { method: 'POST', path })).status).toBe(405);
  });
});

describe('an authorization code', () => {
  it('gives a token that never expires, the same each time for the same scopes', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ apps: [app], clock });
    const { status, json } = await askToken(fake, {
      code: await newCode(fake, { scope: 'read_orders,write_products' }),
    });
    expect([status, json]).toEqual([
      200,
      { access_token: expect.stringMatching(/^shpat_[0-9a-f]{32}$/), scope: 'read_orders,write_products' },
    ]);
    await clock.advance(1_000 * 86_400_000);
    expect(await statusOf(fake, json.access_token)).toBe(200);
    const again = await askToken(fake, { code: await newCode(fake, { scope: 'write_products read_orders' }) });
    expect(again.json.access_token).toBe(json.access_token);
    const less = await askToken(fake, { code: await newCode(fake, { scope: 'read_orders' }) });
    expect(less.json.access_token).not.toBe(json.access_token);
  });

  it('gives a pair that expires, where it is asked for', async () => {
    const fake = createFakeShopify({ apps: [app], clock: createManualClock() });
    const { json } = await askToken(fake, { code: await newCode(fake, { scope: 'read_products' }), expiring: '1' });
    expect(json).toEqual({
      access_token: expect.stringMatching(/^shpat_/),
      expires_in: 3_600,
      refresh_token: expect.stringMatching(/^shprt_/),
      refresh_token_expires_in: 7_776_000,
      scope: 'read_products',
    });
  });

  it('gives an online token of a day, of the user, where the owner was asked for one', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ apps: [app], clock });
    const code = await newCode(fake, { scope: 'read_products', 'grant_options[]': 'per-user' });
    const { json } = await askToken(fake, { code });
    expect(json).toMatchObject({
      access_token: expect.stringMatching(/^shpua_/),
      expires_in: 86_399,
      associated_user_scope: 'read_products',
      associated_user: { id: 1, account_owner: true },
    });
    await clock.advance(86_398_000);
    expect(await statusOf(fake, json.access_token)).toBe(200);
    await clock.advance(1_000);
    expect(await statusOf(fake, json.access_token)).toBe(401);
  });

  it('is good once, for ten minutes, for its own app', async () => {
    const clock = createManualClock();
    const other = { clientId: 'other', clientSecret: 'shpss_other' };
    const fake = createFakeShopify({ apps: [app, other], clock });
    const refused = { error: 'invalid_request', error_description: expect.stringContaining('already used') };
    const code = await newCode(fake);
    const stolen = await askToken(fake, { code, client_id: 'other', client_secret: 'shpss_other' });
    expect([stolen.status, stolen.json]).toEqual([400, refused]);
    expect((await askToken(fake, { code })).status).toBe(200);
    expect((await askToken(fake, { code })).json).toEqual(refused);
    expect((await askToken(fake, {})).json).toEqual(refused);
    const late = await newCode(fake);
    await clock.advance(600_000);
    expect((await askToken(fake, { code: late })).json).toEqual(refused);
  });

  it('is not used up by a response that was refused or lost before', async () => {
    const fake = createFakeShopify({ apps: [app] });
    const code = await newCode(fake);
    fake.faults.next('status-503', { operation: 'POST oauth/access_token' });
    expect((await askToken(fake, { code })).status).toBe(503);
    expect((await askToken(fake, { code, client_secret: 'wrong' })).status).toBe(400);
    expect((await askToken(fake, { code })).status).toBe(200);
  });

  it('installs an app again that was uninstalled', async () => {
    const fake = createFakeShopify({ apps: [app] });
    fake.setShopState(shop, 'uninstalled');
    const { json } = await askToken(fake, { code: await newCode(fake) });
    expect(await statusOf(fake, json.access_token)).toBe(200);
  });
});

describe('scopes', () => {
  it('bind what a token opens, and are told to the app', async () => {
    const fake = createFakeShopify({ apps: [app] });
    const { json } = await askToken(fake, { code: await newCode(fake, { scope: 'write_inventory' }) });
    const asWith = (query: string) => ask(fake.fetch, { token: json.access_token, query });
    const denied = await asWith('{ productsCount { count } }');
    expect(denied.json.errors[0].extensions.code).toBe('ACCESS_DENIED');
    const installed = await asWith('{ currentAppInstallation { accessScopes { handle } } }');
    expect(installed.json.data.currentAppInstallation.accessScopes).toEqual([
      { handle: 'read_inventory' },
      { handle: 'write_inventory' },
    ]);
  });

  it('are those that the app is set up with where it names none, and never more than the shop grants', async () => {
    const scopes = ['read_products', 'write_products', 'read_orders'];
    const fake = createFakeShopify({ apps: [{ ...app, scopes }], shops: [{ scopes: ['write_products'] }] });
    expect((await askToken(fake, { code: await newCode(fake) })).json.scope).toBe('write_products');
    const asked = await newCode(fake, { scope: 'read_products,write_themes' });
    expect((await askToken(fake, { code: asked })).json.scope).toBe('read_products');
    const free = createFakeShopify({ apps: [app] });
    const all = (await askToken(free, { code: await newCode(free) })).json.scope;
    expect(all).toMatch(/write_products/);
    expect(all).not.toMatch(/read_products/);
  });
});

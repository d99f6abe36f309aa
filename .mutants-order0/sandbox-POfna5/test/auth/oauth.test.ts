// @ts-nocheck
import { createHmac } from 'node:crypto';
import { createShopifyApp, StorageError } from 'shopwright';
import { offlineToken } from 'shopwright/auth';
import { beginAuth, createOAuth, handleCallback } from 'shopwright/auth/oauth';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { app, approved, beginRequest, optionsFor, shop, site, startFlow, vault } from './oauth-flow.ts';

const cookieOf = (response: Response): string => response.headers.get('set-cookie') ?? '';

/** The same request with another query, or another cookie. */
const changed = (request: Request, { url = request.url, cookie = request.headers.get('cookie') ?? '' }): Request =>
  new Request(url, { headers: { cookie } });

/** A query that Shopify could have signed. */
function signedUrl(parameters: Readonly<Record<string, string>>): string {
  const text = Object.entries(parameters)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return `${site}/auth/callback?${text}&hmac=${createHmac('sha256', app.clientSecret).update(text).digest('hex')}`;
}

describe('an installation', () => {
  it('ends with expiring tokens in the store before the browser goes on', async () => {
    const { fake, clock, oauth, tokens } = startFlow();
    const begun = await oauth.beginAuth(beginRequest());
    expect(begun).toMatchObject({ ok: true, shop });
    expect(begun.response.status).toBe(302);
    const approval = new URL(begun.response.headers.get('location') ?? '');
    expect([approval.origin, approval.pathname]).toEqual([`https://${shop}`, '/admin/oauth/authorize']);
    expect(Object.fromEntries(approval.searchParams)).toEqual({
      client_id: app.clientId,
      redirect_uri: `${site}/auth/callback`,
      scope: 'write_products',
      state: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(cookieOf(begun.response)).toMatch(
      /^__Host-shopwright-oauth=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
    );

    const done = await oauth.handleCallback(await approved(fake, begun.response));
    expect(done).toMatchObject({ ok: true, shop, scopes: ['write_products'], userId: null });
    expect(done.response.status).toBe(302);
    expect(done.response.headers.get('location')).toBe(`${site}/`);
    expect(cookieOf(done.response)).toContain('__Host-shopwright-oauth=; ');
    expect(cookieOf(done.response)).toContain('Max-Age=0');
    expect((await tokens.get({ shop }))?.tokens).toEqual({
      accessToken: expect.stringMatching(/^shpat_/),
      accessTokenExpiresAt: clock.now() + 3_600_000,
      refreshToken: expect.stringMatching(/^shprt_/),
      refreshTokenExpiresAt: clock.now() + 7_776_000_000,
      scopes: ['write_products'],
    });
  });

  it('reckons when the tokens end by the clock of the store, and not by its own', async () => {
    const storeClock = createManualClock({ now: 1_795_000_000_000 - 7_200_000 });
    const { fake, oauth, tokens } = startFlow({ tokens: vault(storeClock) });
    const begun = await oauth.beginAuth(beginRequest());
    expect(await oauth.handleCallback(await approved(fake, begun.response))).toMatchObject({ ok: true });
    expect((await tokens.get({ shop }))?.tokens).toMatchObject({
      accessTokenExpiresAt: storeClock.now() + 3_600_000,
      refreshTokenExpiresAt: storeClock.now() + 7_776_000_000,
    });
  });

  it('that brings a token without an end works on, also after the hour that tokens live', async () => {
    const clock = createManualClock({ now: 1_795_000_000_000 });
    const fake = createFakeShopify({ apps: [app], clock, shops: [{ tokens: {} }] });
    // As for an app that need not use tokens that expire.
    const send = (url: string | URL | Request, init?: RequestInit) =>
      fake.fetch(url, init && { ...init, body: String(init.body).replace(/&expiring=1/, '') });
    const options = optionsFor(fake, { clock, tokens: vault(clock), fetch: send as typeof fetch });
    const oauth = createOAuth(options);
    const begun = await oauth.beginAuth(beginRequest());
    expect(await oauth.handleCallback(await approved(fake, begun.response))).toMatchObject({ ok: true });
    const { clientId, clientSecret } = app;
    const auth = offlineToken({ clientId, clientSecret, tokens: options.tokens });
    const client = createShopifyApp({ auth, fetch: fake.fetch, clock, isolated: true }).shop(shop);
    for (let hours = 0; hours < 4; hours += 1) {
      await clock.run(client.graphql('query Shop { shop { name } }'));
      await clock.advance(3_600_000);
    }
  });

  it('goes on to the page that the app asks for', async () => {
    const { fake, oauth } = startFlow({ returnTo: '/welcome' });
    const begin = async (returnTo?: string): Promise<string | null> => {
      const begun = await oauth.beginAuth(beginRequest(), { returnTo });
      return (await oauth.handleCallback(await approved(fake, begun.response))).response.headers.get('location');
    };
    expect(await begin()).toBe(`${site}/welcome`);
    expect(await begin('/settings?tab=1')).toBe(`${site}/settings?tab=1`);
  });

  it('of an embedded app ends in the admin of the shop', async () => {
    const { fake, oauth } = startFlow({ embedded: true });
    const inAdmin = `https://admin.shopify.com/store/demo/apps/${app.clientId}`;
    const first = await oauth.beginAuth(beginRequest());
    const done = await oauth.handleCallback(await approved(fake, first.response));
    expect(done.response.headers.get('location')).toBe(inAdmin);
    const second = await oauth.beginAuth(beginRequest(), { returnTo: '/orders' });
    const settled = await oauth.handleCallback(await approved(fake, second.response));
    expect(settled.response.headers.get('location')).toBe(`${inAdmin}/orders`);
  });

  it('of an embedded app leaves the frame of the admin first', async () => {
    const { oauth } = startFlow({ embedded: true });
    const { response } = await oauth.beginAuth(beginRequest(`?embedded=1&shop=${shop}&host=x`));
    expect([response.status, response.headers.get('set-cookie'), response.headers.get('location')]).toEqual([
      200,
      null,
      null,
    ]);
    expect(response.headers.get('content-security-policy')).toBe(
      `frame-ancestors https://${shop} https://admin.shopify.com`,
    );
    const page = await response.text();
    expect(page).toContain(`data-api-key="${app.clientId}"`);
    expect(page).toContain(`open(new URL("?shop=${shop}", location.href).href, '_top')`);
  });

  it('with online tokens stores those of the user', async () => {
    const { fake, clock, oauth, tokens } = startFlow({ mode: 'online' });
    const begun = await oauth.beginAuth(beginRequest());
    expect(new URL(begun.response.headers.get('location') ?? '').searchParams.get('grant_options[]')).toBe('per-user');
    const done = await oauth.handleCallback(await approved(fake, begun.response));
    expect(done).toMatchObject({ ok: true, userId: '1' });
    expect(await tokens.get({ shop })).toBeUndefined();
    expect((await tokens.get({ shop, userId: '1' }))?.tokens).toMatchObject({
      accessToken: expect.stringMatching(/^shpua_/),
      accessTokenExpiresAt: clock.now() + 86_399_000,
      refreshToken: null,
    });
  });

  it.each([
    [['expires_in'], 3],
    [['refresh_token', 'refresh_token_expires_in'], 0],
    [['refresh_token_expires_in'], 3],
    [['expires_in', 'refresh_token', 'refresh_token_expires_in'], 0],
  ])('whose tokens came without %j works on, and says so once', async (fields, renewals) => {
    const warned: object[] = [];
    const silent = () => undefined;
    const warn = (told: object): void => {
      warned.push(told);
      throw new Error('no log');
    };
    const logger = { debug: silent, info: silent, warn, error: silent };
    const { fake, clock, oauth, tokens } = startFlow({ logger });
    fake.faults.next('missing-fields', { operation: 'POST oauth/access_token', fields });
    const begun = await oauth.beginAuth(beginRequest());
    expect(await oauth.handleCallback(await approved(fake, begun.response))).toMatchObject({ ok: true });
    expect(warned).toEqual([{ shop, missing: fields }]);
    const auth = offlineToken({ clientId: app.clientId, clientSecret: app.clientSecret, tokens });
    const client = createShopifyApp({ auth, fetch: fake.fetch, clock, isolated: true }).shop(shop);
    const sent = () => fake.calls.filter(({ operation }) => operation === 'POST oauth/access_token').length;
    const before = sent();
    const call = () => clock.run(client.graphql('{ shop { name } }'));
    await call();
    for (let hours = 0; hours < 3 && renewals > 0; hours += 1) {
      await clock.advance(3_600_000);
      await call();
    }
    expect(sent() - before).toBe(renewals);
    if (renewals > 0) return;
    // Nothing renews it, so it ends when Shopify says so, and until then it is used.
    await clock.advance(3_000_000);
    await call();
    await clock.advance(600_000);
    await expect(call()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });

  it('replaces tokens of an earlier one', async () => {
    const { fake, oauth, tokens } = startFlow();
    const install = async (): Promise<string | undefined> => {
      const begun = await oauth.beginAuth(beginRequest());
      await oauth.handleCallback(await approved(fake, begun.response));
      return (await tokens.get({ shop }))?.tokens.accessToken;
    };
    const first = await install();
    const second = await install();
    expect(second).toMatch(/^shpat_/);
    expect(second).not.toBe(first);
  });

  it('over plain http, on this machine, sets a cookie without what needs https', async () => {
    const { fake, oauth } = startFlow({ redirectUrl: 'http://localhost:3000/auth/callback' });
    const begun = await oauth.beginAuth(new Request(`http://localhost:3000/auth?shop=${shop}`));
    expect(cookieOf(begun.response)).toMatch(
      /^shopwright-oauth=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    expect(await oauth.handleCallback(await approved(fake, begun.response))).toMatchObject({ ok: true });
  });

  it('begun with the old secret ends with the new one in front', async () => {
    const { fake, clock, oauth, tokens } = startFlow({ secrets: ['shpss_old', app.clientSecret] });
    const begun = await oauth.beginAuth(beginRequest());
    const back = await approved(fake, begun.response);
    const later = createOAuth(optionsFor(fake, { clock, tokens, secrets: [app.clientSecret, 'shpss_old'] }));
    expect(await later.handleCallback(back)).toMatchObject({ ok: true });
    const without = createOAuth(optionsFor(fake, { clock, tokens }));
    expect(await without.handleCallback(back)).toMatchObject({ ok: false, reason: 'cookie-invalid' });
  });
});

describe('beginAuth and handleCallback as functions', () => {
  it('install as the methods do, with the same options', async () => {
    const clock = createManualClock({ now: 1_795_000_000_000 });
    const fake = createFakeShopify({ apps: [app], clock });
    const options = optionsFor(fake, { clock, returnTo: '/welcome' });
    const begun = await beginAuth(beginRequest(), options);
    const done = await handleCallback(await approved(fake, begun.response), { ...options, returnTo: '/' });
    expect(done).toMatchObject({ ok: true, shop });
    expect(done.response.headers.get('location')).toBe(`${site}/welcome`);
    expect(await options.tokens.get({ shop })).toBeDefined();
    await expect(beginAuth(beginRequest(), { ...options, clientId: '' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});

describe('a browser', () => {
  it('that begins twice ends the later one only, and nothing is stored for the other', async () => {
    const { fake, oauth, tokens } = startFlow();
    const [one, two] = [await oauth.beginAuth(beginRequest()), await oauth.beginAuth(beginRequest())];
    const [first, second] = [await approved(fake, one.response), await approved(fake, two.response)];
    const cookie = second.headers.get('cookie') ?? '';
    expect(await oauth.handleCallback(changed(first, { cookie }))).toMatchObject({ reason: 'state-mismatch' });
    expect(await tokens.get({ shop })).toBeUndefined();
    // Both cookies, as of a browser that somebody has planted another one in.
    const both = `${first.headers.get('cookie')}; ${cookie}`;
    expect(await oauth.handleCallback(changed(second, { cookie: both }))).toMatchObject({ reason: 'cookie-invalid' });
    expect(await oauth.handleCallback(second)).toMatchObject({ ok: true });
  });

  it('comes back behind proxies that alter host, port and protocol, or pass the path only', async () => {
    for (const base of ['http://10.0.0.7:8080', 'https://evil.example', '']) {
      const { fake, oauth, tokens } = startFlow();
      const back = await approved(fake, (await oauth.beginAuth(beginRequest())).response);
      const url = back.url.replace(site, base);
      const done = await oauth.handleCallback({ method: 'GET', url, headers: back.headers });
      // Where it goes on to is no matter of the request.
      expect([done.ok, done.response.headers.get('location')]).toEqual([true, `${site}/`]);
      expect(await tokens.get({ shop })).toBeDefined();
    }
  });

  it('that brings a cookie of another path, in quotes or without end is refused', async () => {
    const { fake, oauth } = startFlow();
    const back = await approved(fake, (await oauth.beginAuth(beginRequest())).response);
    const [name = '', value = ''] = (back.headers.get('cookie') ?? '').split(/=(.*)/s);
    for (const [cookie, reason] of [
      [`${name}="${value}"`, 'cookie-invalid'],
      [`${name.replace('__Host-', '')}=${value}`, 'cookie-missing'],
      [`${name.toUpperCase()}=${value}`, 'cookie-missing'],
      [`${name}=x; ${name}=${value}`, 'cookie-invalid'],
      ['a=b; '.repeat(200_000), 'cookie-missing'],
    ] as const) {
      const headers = { get: (wanted: string) => (wanted === 'cookie' ? cookie : null) };
      expect(await oauth.handleCallback({ method: 'GET', url: back.url, headers })).toMatchObject({
        ok: false,
        reason,
      });
    }
  });

  it('that comes back again with the same code changes nothing', async () => {
    const { fake, oauth, tokens } = startFlow();
    const back = await approved(fake, (await oauth.beginAuth(beginRequest())).response);
    await oauth.handleCallback(back);
    const stored = await tokens.get({ shop });
    expect(await oauth.handleCallback(back)).toMatchObject({ ok: false, reason: 'exchange-refused' });
    expect(await tokens.get({ shop })).toEqual(stored);
  });

  it('may name its shop in capitals: it is the same shop', async () => {
    const { fake, oauth, tokens } = startFlow();
    const begun = await oauth.beginAuth(beginRequest(`?shop=${shop.toUpperCase()}`));
    expect(await oauth.handleCallback(await approved(fake, begun.response))).toMatchObject({ ok: true, shop });
    expect(await tokens.get({ shop })).toBeDefined();
  });
});

describe('an installation does not begin', () => {
  it.each([
    ['', 'shop-missing'],
    ['?shop=', 'shop-missing'],
    ['?shop=evil.example', 'shop-invalid'],
    ['?shop=demo.myshopify.com.evil.example', 'shop-invalid'],
    ['?shop=demo.myshopify.com:8443', 'shop-invalid'],
    ['?shop=https://demo.myshopify.com', 'shop-invalid'],
    ['?shop=demo.myshopify.com%0d%0aset-cookie:x', 'shop-invalid'],
    ['?shop=demo.shop.dev', 'shop-host-not-allowed'],
    [`?shop=${shop}&shop=evil.myshopify.com`, 'parameter-repeated'],
    [`?shop=${shop}&x=${'a'.repeat(17_000)}`, 'query-too-long'],
  ])('with the query %.60s', async (query, reason) => {
    const { oauth } = startFlow();
    const begun = await oauth.beginAuth(beginRequest(query));
    expect(begun).toMatchObject({ ok: false, reason });
    expect([begun.response.status, begun.response.headers.get('location')]).toEqual([400, null]);
    expect(await begun.response.text()).toBe(begun.ok ? '' : begun.message);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/%2e%2e/%2e%2e',
    '/../..',
    'settings',
    '',
    '/é',
    `/${'a'.repeat(1_024)}`,
  ])('with %.30j to return to', async (returnTo) => {
    const { oauth } = startFlow({ embedded: true });
    expect(await oauth.beginAuth(beginRequest(), { returnTo })).toMatchObject({
      ok: false,
      reason: 'return-to-invalid',
    });
  });

  it('by another method, or by what is no request', async () => {
    const { oauth } = startFlow();
    const head = await oauth.beginAuth(new Request(`${site}/auth?shop=${shop}`, { method: 'HEAD' }));
    expect(head).toMatchObject({ ok: false, reason: 'method-not-allowed' });
    expect([head.response.status, head.response.headers.get('allow')]).toEqual([405, 'GET']);
    const hostile = {
      method: 'GET',
      headers: new Headers(),
      get url(): string {
        throw new Error('no');
      },
    };
    for (const request of [hostile, null, { method: 'GET', url: 5 }]) {
      expect(await oauth.beginAuth(request as Request)).toMatchObject({ ok: false, reason: 'input-invalid' });
      expect(await oauth.handleCallback(request as Request)).toMatchObject({ ok: false });
    }
  });
});

describe('a callback', () => {
  it('needs the cookie of the browser that began', async () => {
    const { fake, clock, oauth, tokens } = startFlow();
    const begun = await oauth.beginAuth(beginRequest());
    const back = await approved(fake, begun.response);
    const other = await oauth.beginAuth(beginRequest());
    const otherCookie = cookieOf(other.response).split(';')[0] ?? '';
    const own = back.headers.get('cookie') ?? '';
    const name = '__Host-shopwright-oauth';
    const payload = own.slice(name.length + 1).split('.')[0] ?? '';
    const byTheSecret = createHmac('sha256', app.clientSecret).update(payload).digest('base64url');
    for (const [cookie, reason] of [
      ['', 'cookie-missing'],
      ['a=b; c', 'cookie-missing'],
      [`${name}=`, 'cookie-invalid'],
      [`${name}=${payload}`, 'cookie-invalid'],
      [`${own}x`, 'cookie-invalid'],
      [`${own}.x`, 'cookie-invalid'],
      [`${name}=${payload}.${byTheSecret}`, 'cookie-invalid'],
      [`${own}; ${own}`, 'cookie-invalid'],
      [otherCookie, 'state-mismatch'],
    ] as const) {
      expect(await oauth.handleCallback(changed(back, { cookie }))).toMatchObject({ ok: false, reason });
    }
    await clock.advance(600_000);
    expect(await oauth.handleCallback(back)).toMatchObject({ ok: false, reason: 'cookie-expired' });
    expect([fake.executed('POST oauth/access_token'), await tokens.get({ shop })]).toEqual([0, undefined]);
    expect(fake.calls.filter(({ operation }) => operation === 'POST oauth/access_token')).toEqual([]);
  });

  it('needs a query that Shopify has signed just now, for the same shop, with a code', async () => {
    const { fake, clock, oauth } = startFlow();
    const begun = await oauth.beginAuth(beginRequest());
    const back = await approved(fake, begun.response);
    const state = new URL(back.url).searchParams.get('state') ?? '';
    const timestamp = String(clock.now() / 1_000);
    const fields = { shop, state, timestamp, code: 'abc' };
    for (const [url, reason] of [
      [`${back.url}&x=1`, 'signature-mismatch'],
      [`${back.url}&shop=${shop}`, 'parameter-repeated'],
      [back.url.replace('code=', 'code=1'), 'signature-mismatch'],
      [`${site}/auth/callback`, 'query-missing'],
      [signedUrl({ ...fields, timestamp: '1' }), 'timestamp-outside-window'],
      [signedUrl({ ...fields, shop: 'evil.example' }), 'shop-invalid'],
      [signedUrl({ ...fields, shop: 'other.myshopify.com' }), 'shop-mismatch'],
      [signedUrl({ shop, state, timestamp }), 'code-missing'],
    ] as const) {
      const refused = await oauth.handleCallback(changed(back, { url }));
      expect(refused, url).toMatchObject({ ok: false, reason });
      expect(refused.response.headers.get('location')).toBeNull();
    }
    expect(await oauth.handleCallback(new Request(back, { method: 'HEAD' }))).toMatchObject({
      reason: 'method-not-allowed',
    });
    expect(await oauth.handleCallback(back)).toMatchObject({ ok: true });
    expect(await oauth.handleCallback(back)).toMatchObject({ ok: false, reason: 'exchange-refused', shop });
  });

  it('does not take fewer scopes than asked for, nor another kind of token', async () => {
    const { fake, oauth, tokens } = startFlow({ scopes: ['write_products', 'read_orders'] });
    const begin = async (change: (approval: URL) => void) => {
      const begun = await oauth.beginAuth(beginRequest());
      return oauth.handleCallback(await approved(fake, begun.response, change));
    };
    const fewer = await begin(({ searchParams }) => searchParams.set('scope', 'read_products,read_orders'));
    expect(fewer).toMatchObject({ ok: false, reason: 'scopes-missing', missingScopes: ['write_products'] });
    expect(fewer.response.status).toBe(403);
    expect(await begin(({ searchParams }) => searchParams.set('grant_options[]', 'per-user'))).toMatchObject({
      ok: false,
      reason: 'exchange-refused',
    });
    expect(await tokens.get({ shop })).toBeUndefined();
    expect(await begin(({ searchParams }) => searchParams.set('scope', 'write_products,write_orders'))).toMatchObject({
      ok: true,
    });
  });

  it('takes a right to write for the right to read', async () => {
    const { fake, oauth } = startFlow({ scopes: ['read_products', 'write_products'] });
    const begun = await oauth.beginAuth(beginRequest());
    expect(await oauth.handleCallback(await approved(fake, begun.response))).toMatchObject({
      ok: true,
      scopes: ['write_products'],
    });
  });

  it('says when Shopify or the store is gone, without a secret', async () => {
    const { fake, clock, oauth } = startFlow();
    const begun = await oauth.beginAuth(beginRequest());
    fake.faults.next('status-503', { operation: 'POST oauth/access_token' });
    const failed = await oauth.handleCallback(await approved(fake, begun.response));
    expect(failed).toMatchObject({ ok: false, reason: 'exchange-failed', error: { code: 'INVALID_RESPONSE' } });
    expect(failed.response.status).toBe(502);

    const broken = {
      ...vault(),
      get: () => Promise.resolve(undefined),
      replace: (_owner: unknown, _version: unknown, tokens: object) =>
        Promise.reject(new Error(JSON.stringify(tokens))),
    };
    const other = createOAuth(optionsFor(fake, { clock, tokens: broken }));
    const unstored = await other.handleCallback(await approved(fake, (await other.beginAuth(beginRequest())).response));
    expect(unstored).toMatchObject({ ok: false, reason: 'store-failed', error: expect.any(StorageError) });
    expect(unstored.response.status).toBe(500);
    expect(`${JSON.stringify([unstored, failed])}${unstored.ok ? '' : unstored.error}`).not.toMatch(/shp(at|rt|ss)_/);
  });
});

describe('the options', () => {
  const fake = createFakeShopify({ apps: [app] });
  it.each([
    [{ clientId: '' }, 'clientId'],
    [{ clientId: '"><script>' }, 'clientId'],
    [{ secrets: undefined }, 'secrets'],
    [{ secrets: `${app.clientSecret}\n` }, 'secrets'],
    [{ scopes: 'write_products' as never }, 'scopes'],
    [{ scopes: ['write products'] }, 'scopes'],
    [{ redirectUrl: '/auth/callback' }, 'redirectUrl'],
    [{ redirectUrl: 'http://crm.example/callback' }, 'redirectUrl'],
    [{ redirectUrl: 'https://crm.example/callback?tenant=1' }, 'redirectUrl'],
    [{ returnTo: 'https://evil.example' }, 'returnTo'],
    [{ mode: 'both' as never }, 'mode'],
    [{ windowSeconds: -1 }, 'windowSeconds'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ origin: 'http://other.example' }, 'origin'],
    [{ tokens: undefined as never }, 'tokens'],
    [{ redirectURL: site } as never, 'redirectURL'],
  ])('%j are refused at once, without a secret', (changes, field) => {
    const make = (): unknown => createOAuth(optionsFor(fake, changes));
    expect(make).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    try {
      make();
    } catch (error) {
      expect(JSON.stringify(error)).toContain(`"field":"${field}"`);
      expect(JSON.stringify(error)).not.toContain('shpss_');
    }
  });
});

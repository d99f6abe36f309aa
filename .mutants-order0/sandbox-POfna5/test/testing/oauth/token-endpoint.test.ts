// @ts-nocheck
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { ask } from '../ask.ts';
import { app, askToken, newCode, shop, statusOf } from './oauth.ts';

const path = '/admin/oauth/access_token';

describe('the token endpoint', () => {
  it('takes JSON as well as a form', async () => {
    const fake = createFakeShopify({ apps: [app] });
    const { clientId: client_id, clientSecret: client_secret } = app;
    const body = { client_id, client_secret, code: await newCode(fake), expiring: 1 };
    const { status, json } = await ask(fake.fetch, { path, body: JSON.stringify(body) });
    expect([status, json.expires_in]).toEqual([200, 3_600]);
  });

  it.each([
    [{ client_id: 'other' }, 'application_cannot_be_found'],
    [{ client_secret: 'wrong' }, 'invalid_client'],
    [{ grant_type: 'password' }, 'invalid_request'],
  ])('refuses %j with 400', async (parameters, error) => {
    const fake = createFakeShopify({ apps: [app] });
    const { status, json, headers } = await askToken(fake, parameters);
    expect([status, json]).toEqual([400, { error, error_description: expect.any(String) }]);
    expect(headers.get('x-request-id')).not.toBeNull();
    expect(fake.calls).toMatchObject([{ operation: 'POST oauth/access_token', outcome: 'refused', executed: false }]);
  });

  it('answers a page to who does not ask for JSON', async () => {
    const fake = createFakeShopify({ apps: [app] });
    const { status, headers, text } = await askToken(fake, { client_secret: 'wrong' }, { accept: '*/*' });
    expect([status, headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    expect(text).toContain('<title>400 - Oauth error invalid_client</title>');
  });

  it.each(['[]', '{"client_id"', ''])('finds no app in the body %j', async (body) => {
    const fake = createFakeShopify({ apps: [app] });
    const { status, text } = await ask(fake.fetch, { path, body });
    expect([status, text]).toEqual([400, expect.stringContaining('application_cannot_be_found')]);
  });

  it('is there for shops of the fake, and for POST', async () => {
    const fake = createFakeShopify({ apps: [app] });
    expect((await ask(fake.fetch, { path, method: 'GET' })).status).toBe(405);
    expect((await ask(fake.fetch, { path, host: 'https://other.myshopify.com' })).status).toBe(404);
  });

  it('is told of without secrets, and meets faults', async () => {
    const fake = createFakeShopify({ apps: [app] });
    fake.faults.next('throttled', { operation: 'POST oauth/access_token' });
    const throttled = await askToken(fake, {});
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '2.0']);
    expect(fake.calls).toMatchObject([{ fault: 'throttled', variables: {}, executed: false }]);
    expect(JSON.stringify(fake.calls)).not.toContain(app.clientSecret);
  });

  it('gives tokens that outlive the process where the state is kept in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oauth-'));
    try {
      const options = { apps: [app], clock: createManualClock(), persistFile: join(folder, 'state.jsonl') };
      const first = createFakeShopify(options);
      const { json } = await askToken(first, { code: await newCode(first), expiring: '1' });
      first.revokeTokens(shop);
      const { json: later } = await askToken(first, { code: await newCode(first), expiring: '1' });
      await first.close();
      const second = createFakeShopify(options);
      expect(await statusOf(second, json.access_token)).toBe(401);
      expect(await statusOf(second, 'shpat_fake')).toBe(401);
      expect(await statusOf(second, later.access_token)).toBe(200);
      const refreshed = await askToken(second, { grant_type: 'refresh_token', refresh_token: later.refresh_token });
      expect(refreshed.json.access_token).not.toBe(later.access_token);
      await second.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the apps of a fake', () => {
  it('are one by default', async () => {
    const fake = createFakeShopify();
    const { json } = await askToken(fake, {
      client_id: 'fake-client-id',
      client_secret: 'shpss_fake',
      grant_type: 'client_credentials',
    });
    await statusOf(fake, json.access_token);
    expect(fake.calls.at(-1)).toMatchObject({ app: 'default' });
  });

  it('go by their client id in calls, but for the first and those that say otherwise', async () => {
    const apps = ['a', 'b', 'c'].map((clientId) => ({
      clientId,
      clientSecret: 's',
      ...(clientId === 'c' && { id: 'third' }),
    }));
    const fake = createFakeShopify({ apps });
    for (const { clientId } of apps) {
      const { json } = await askToken(fake, {
        client_id: clientId,
        client_secret: 's',
        grant_type: 'client_credentials',
      });
      await statusOf(fake, json.access_token);
    }
    expect(fake.calls.flatMap((call) => call.app ?? [])).toEqual(['default', 'b', 'third']);
  });

  it.each([
    [[{ clientId: '', clientSecret: '' }], /apps\[0\]\.clientId: is empty[\s\S]*apps\[0\]\.clientSecret: is empty/],
    [[app, { ...app, id: 'x' }], 'apps[1].clientId: is given twice'],
    [[app, { clientId: 'b', clientSecret: 's', id: 'default' }], 'apps[1].id: "default" is given twice'],
  ])('are refused where they do not fit: %j', (apps, message) => {
    expect(() => createFakeShopify({ apps })).toThrow(message);
    expect(() => createFakeShopify({ apps })).toThrow(
      expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')),
    );
  });
});

describe('the state of a shop', () => {
  it('changes while the fake runs, and uninstalling is told by a webhook once', async () => {
    const bodies: unknown[] = [];
    const fake = createFakeShopify({
      webhooks: {
        subscriptions: [{ topics: ['app/uninstalled'], uri: 'https://crm.example/webhooks' }],
        fetch: async (_url, init) => {
          bodies.push(JSON.parse(String(init?.body)));
          return new Response();
        },
      },
    });
    fake.setShopState(shop, 'uninstalled');
    fake.setShopState(shop, 'uninstalled');
    expect(await statusOf(fake, 'shpat_fake')).toBe(401);
    await expect.poll(() => bodies).toMatchObject([{ myshopify_domain: shop, plan_name: 'basic' }]);
    fake.setShopState(shop, 'active');
    expect(await statusOf(fake, 'shpat_fake')).toBe(200);
    expect(() => fake.setShopState('other.myshopify.com', 'frozen')).toThrow(
      expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')),
    );
    await fake.close();
  });
});

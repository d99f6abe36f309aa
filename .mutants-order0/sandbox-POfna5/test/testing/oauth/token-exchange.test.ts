// @ts-nocheck
import { createHmac } from 'node:crypto';
import { createFakeShopify, createManualClock, type FakeShopify } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { app, askToken, newCode, shop, statusOf } from './oauth.ts';

const grant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const idToken = 'urn:ietf:params:oauth:token-type:id_token';
const offline = 'urn:shopify:params:oauth:token-type:offline-access-token';
const online = 'urn:shopify:params:oauth:token-type:online-access-token';
const wrongSubject = { error: 'invalid_subject_token', error_description: expect.any(String) };

const exchange = (fake: FakeShopify, subject: string, parameters: Readonly<Record<string, string>> = {}) =>
  askToken(fake, { grant_type: grant, subject_token: subject, subject_token_type: idToken, ...parameters });

/** A session token with some claims changed, signed again. */
function forged(token: string, claims: object, { secret = app.clientSecret, alg = 'HS256' } = {}): string {
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const content = `${encode({ alg, typ: 'JWT' })}.${encode({ ...payload, ...claims })}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

describe('a session token', () => {
  it('says who opens the app in which shop, for a minute', () => {
    const fake = createFakeShopify({ apps: [app], clock: createManualClock({ now: 1_700_000_000_500 }) });
    const [, payload = ''] = fake.issueSessionToken({ shop, clientId: app.clientId, userId: '42' }).split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      iss: `https://${shop}/admin`,
      dest: `https://${shop}`,
      aud: app.clientId,
      sub: '42',
      iat: 1_700_000_000,
      nbf: 1_700_000_000,
      exp: 1_700_000_060,
      jti: expect.any(String),
      sid: expect.any(String),
    });
  });

  it('is made for apps and shops that the fake has', () => {
    const fake = createFakeShopify({ apps: [app] });
    const wrong = (): string => fake.issueSessionToken({ clientId: 'other' });
    expect(wrong).toThrow('clientId: is other. Give one of: crm.');
    expect(wrong).toThrow(expect.toSatisfy((error: unknown) => isShopwrightError(error, 'CONFIG_INVALID')));
    expect(() => fake.issueSessionToken({ shop: 'other.myshopify.com' })).toThrow('Give one of: demo.myshopify.com');
  });

  it('is exchanged for an offline token by default, for one that expires where it is asked for', async () => {
    const fake = createFakeShopify({ apps: [app] });
    const lasting = await exchange(fake, fake.issueSessionToken());
    expect(lasting.json).toEqual({ access_token: expect.stringMatching(/^shpat_/), scope: expect.any(String) });
    const pair = await exchange(fake, fake.issueSessionToken(), { requested_token_type: offline, expiring: '1' });
    expect(pair.json).toMatchObject({ expires_in: 3_600, refresh_token: expect.any(String) });
    for (const { json } of [lasting, pair]) expect(await statusOf(fake, json.access_token)).toBe(200);
  });

  it('is exchanged for an online token of its user', async () => {
    const fake = createFakeShopify({ apps: [{ ...app, scopes: ['read_products'] }] });
    const { json } = await exchange(fake, fake.issueSessionToken({ userId: '42' }), { requested_token_type: online });
    expect(json).toMatchObject({ expires_in: 86_399, scope: 'read_products', associated_user: { id: 42 } });
  });

  it('is of no use to who does not know the secret, or after its minute, or before', async () => {
    const clock = createManualClock({ now: 1_700_000_000_000 });
    const fake = createFakeShopify({ apps: [app], clock });
    const token = fake.issueSessionToken();
    const bad = [
      '',
      'a.b.c',
      `${token}.x`,
      forged(token, {}, { secret: 'guess' }),
      forged(token, {}, { alg: 'none' }),
      forged(token, { exp: 1_700_000_000 }),
      forged(token, { exp: 'never' }),
      forged(token, { nbf: 1_700_000_011 }),
      forged(token, { nbf: null }),
      forged(token, { aud: 'other' }),
      forged(token, { iss: 'https://other.myshopify.com/admin' }),
      forged(token, { dest: 'https://other.myshopify.com' }),
      forged(token, { sub: 7 }),
    ];
    for (const subject of bad) {
      const { status, json } = await exchange(fake, subject);
      expect([status, json]).toEqual([400, wrongSubject]);
    }
    expect((await askToken(fake, { grant_type: grant, subject_token_type: idToken })).json).toEqual(wrongSubject);
    expect((await exchange(fake, forged(token, {}))).status).toBe(200);
    await clock.advance(60_000);
    expect((await exchange(fake, token)).status).toBe(400);
  });

  it.each([
    [{ subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' }],
    [{ requested_token_type: idToken }],
    [{ subject_token_type: offline, requested_token_type: online }],
  ])('is not exchanged with %j', async (parameters) => {
    const fake = createFakeShopify({ apps: [app] });
    const { status, json } = await exchange(fake, fake.issueSessionToken(), parameters);
    expect([status, json.error]).toEqual([400, 'invalid_request']);
  });

  it('is not exchanged for an app that is uninstalled', async () => {
    const fake = createFakeShopify({ apps: [app] });
    fake.setShopState(shop, 'uninstalled');
    expect((await exchange(fake, fake.issueSessionToken())).json.error).toBe('app_not_installed');
  });
});

describe('migration of a token that never expires', () => {
  const migrate = (fake: FakeShopify, token: string, parameters: Readonly<Record<string, string>> = {}) =>
    exchange(fake, token, {
      subject_token_type: offline,
      requested_token_type: offline,
      expiring: '1',
      ...parameters,
    });

  it.each(['a token of the options', 'a token of OAuth'])('gives a pair for %s, and ends it', async (what) => {
    const fake = createFakeShopify({ apps: [app] });
    const issued = await askToken(fake, { code: await newCode(fake) });
    const old: string = what === 'a token of OAuth' ? issued.json.access_token : 'shpat_fake';
    const { status, json } = await migrate(fake, old);
    expect(status).toBe(200);
    expect(json).toMatchObject({ expires_in: 3_600, refresh_token_expires_in: 7_776_000, scope: expect.any(String) });
    expect(await statusOf(fake, old)).toBe(401);
    expect(await statusOf(fake, json.access_token)).toBe(200);
  });

  it('gives the same pair again for seven days, with a token that is taken', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ apps: [app], clock });
    const first = await migrate(fake, 'shpat_fake');
    await clock.advance(7 * 86_400_000);
    expect(await statusOf(fake, first.json.access_token)).toBe(401);
    const again = await migrate(fake, 'shpat_fake');
    expect(again.json).toEqual({ ...first.json, refresh_token_expires_in: 7_776_000 - 7 * 86_400 });
    expect(await statusOf(fake, again.json.access_token)).toBe(200);
    await clock.advance(1);
    expect((await migrate(fake, 'shpat_fake')).json).toEqual(wrongSubject);
  });

  it('gives the pair no more once it was used, replaced or revoked', async () => {
    const used = createFakeShopify({ apps: [app] });
    const { json } = await migrate(used, 'shpat_fake');
    await askToken(used, { grant_type: 'refresh_token', refresh_token: json.refresh_token });
    expect((await migrate(used, 'shpat_fake')).json).toEqual(wrongSubject);

    const replaced = createFakeShopify({ apps: [app] });
    await migrate(replaced, 'shpat_fake');
    await exchange(replaced, replaced.issueSessionToken(), { expiring: '1' });
    expect((await migrate(replaced, 'shpat_fake')).json).toEqual(wrongSubject);

    const revoked = createFakeShopify({ apps: [app] });
    await migrate(revoked, 'shpat_fake');
    revoked.revokeTokens();
    expect((await migrate(revoked, 'shpat_fake')).json).toEqual(wrongSubject);
  });

  it('is for offline tokens that never expire, of the app itself', async () => {
    const other = { clientId: 'other', clientSecret: 'shpss_other' };
    const fake = createFakeShopify({ apps: [app, other] });
    const asOther = { client_id: 'other', client_secret: 'shpss_other' };
    expect((await migrate(fake, 'shpat_fake', { expiring: '0' })).json.error).toBe('invalid_request');
    expect((await migrate(fake, 'shpat_fake', asOther)).json).toEqual(wrongSubject);
    const pair = await exchange(fake, fake.issueSessionToken(), { expiring: '1' });
    const user = await exchange(fake, fake.issueSessionToken(), { requested_token_type: online });
    const theirs = await exchange(fake, fake.issueSessionToken({ clientId: 'other' }), asOther);
    for (const { json } of [pair, user, theirs]) {
      expect((await migrate(fake, json.access_token)).json).toEqual(wrongSubject);
    }
    await migrate(fake, 'shpat_fake');
    expect((await migrate(fake, 'shpat_fake', asOther)).json).toEqual(wrongSubject);
    expect((await migrate(fake, 'shpat_never')).json).toEqual(wrongSubject);
  });
});

describe('client credentials', () => {
  it('give a token of a day, a new one each time', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ apps: [{ ...app, scopes: ['write_products'] }], clock });
    const ask = () => askToken(fake, { grant_type: 'client_credentials' });
    const { json } = await ask();
    expect(json).toEqual({
      access_token: expect.stringMatching(/^shpat_/),
      scope: 'write_products',
      expires_in: 86_399,
    });
    expect((await ask()).json.access_token).not.toBe(json.access_token);
    await clock.advance(86_398_999);
    expect(await statusOf(fake, json.access_token)).toBe(200);
    await clock.advance(1);
    expect(await statusOf(fake, json.access_token)).toBe(401);
  });

  it('need an app that is installed', async () => {
    const fake = createFakeShopify({ apps: [app] });
    fake.setShopState(shop, 'uninstalled');
    const { status, json } = await askToken(fake, { grant_type: 'client_credentials' });
    expect([status, json.error]).toEqual([400, 'app_not_installed']);
  });
});

// @ts-nocheck
import { createFakeShopify, createManualClock, type FakeShopify, type ManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { app, askToken, newCode, shop, statusOf, wrongRefresh } from './oauth.ts';

const day = 86_400_000;

interface Pair {
  readonly access_token: string;
  readonly refresh_token: string;
}

const refresh = (fake: FakeShopify, token: string) =>
  askToken(fake, { grant_type: 'refresh_token', refresh_token: token });

async function open(): Promise<{ fake: FakeShopify; clock: ManualClock; pair: Pair }> {
  const clock = createManualClock();
  const fake = createFakeShopify({ apps: [app], clock });
  const { json } = await askToken(fake, { code: await newCode(fake), expiring: 'true' });
  return { fake, clock, pair: json };
}

describe('an expiring token', () => {
  it('is taken for an hour', async () => {
    const { fake, clock, pair } = await open();
    await clock.advance(3_599_999);
    expect(await statusOf(fake, pair.access_token)).toBe(200);
    await clock.advance(1);
    expect(await statusOf(fake, pair.access_token)).toBe(401);
  });

  it('is followed by a new pair, and lives on to its own end', async () => {
    const { fake, clock, pair } = await open();
    await clock.advance(1_800_000);
    const { status, json } = await refresh(fake, pair.refresh_token);
    expect(status).toBe(200);
    expect(json).toMatchObject({ expires_in: 3_600, refresh_token_expires_in: 7_776_000 });
    expect(json.access_token).not.toBe(pair.access_token);
    expect(json.refresh_token).not.toBe(pair.refresh_token);
    expect(await statusOf(fake, pair.access_token)).toBe(200);
    expect(await statusOf(fake, json.access_token)).toBe(200);
    await clock.advance(1_800_000);
    expect(await statusOf(fake, pair.access_token)).toBe(401);
    expect(await statusOf(fake, json.access_token)).toBe(200);
  });

  it('comes again to who has lost the response, until the new refresh token is used', async () => {
    const { fake, clock, pair } = await open();
    fake.faults.next('reset-after', { operation: 'POST oauth/access_token' });
    await expect(refresh(fake, pair.refresh_token)).rejects.toThrow('fetch failed');
    const first = await refresh(fake, pair.refresh_token);
    expect((await refresh(fake, pair.refresh_token)).json).toEqual(first.json);

    await clock.advance(2 * day);
    expect(await statusOf(fake, first.json.access_token)).toBe(401);
    const late = await refresh(fake, pair.refresh_token);
    expect(late.json).toEqual({ ...first.json, refresh_token_expires_in: 7_776_000 - 2 * 86_400 });
    expect(await statusOf(fake, late.json.access_token)).toBe(200);

    expect((await refresh(fake, first.json.refresh_token)).status).toBe(200);
    const spent = await refresh(fake, pair.refresh_token);
    expect([spent.status, spent.json]).toEqual([401, wrongRefresh]);
  });

  it('comes again for 30 days at most', async () => {
    const { fake, clock, pair } = await open();
    await refresh(fake, pair.refresh_token);
    await clock.advance(30 * day);
    expect((await refresh(fake, pair.refresh_token)).status).toBe(200);
    await clock.advance(1);
    expect((await refresh(fake, pair.refresh_token)).status).toBe(401);
  });

  it('cannot be refreshed after 90 days', async () => {
    const { fake, clock, pair } = await open();
    await clock.advance(90 * day - 1);
    const { json } = await refresh(fake, pair.refresh_token);
    await clock.advance(1);
    expect((await refresh(fake, pair.refresh_token)).json).toEqual(wrongRefresh);
    expect((await refresh(fake, json.refresh_token)).status).toBe(200);
  });

  it('is one chain for an app and a shop: a new one ends the old', async () => {
    const { fake, pair } = await open();
    const second = await askToken(fake, { code: await newCode(fake), expiring: '1' });
    expect((await refresh(fake, pair.refresh_token)).status).toBe(401);
    expect(await statusOf(fake, pair.access_token)).toBe(200);
    expect((await refresh(fake, second.json.refresh_token)).status).toBe(200);
  });

  it('leaves the chains of other apps alone, and is of no use to them', async () => {
    const clock = createManualClock();
    const other = { clientId: 'other', clientSecret: 'shpss_other' };
    const fake = createFakeShopify({ apps: [app, other], clock });
    const asOther = { client_id: 'other', client_secret: 'shpss_other' };
    const mine = (await askToken(fake, { code: await newCode(fake), expiring: '1' })).json;
    const theirs = await askToken(fake, {
      code: await newCode(fake, { client_id: 'other' }),
      expiring: '1',
      ...asOther,
    });
    const stolen = { grant_type: 'refresh_token', refresh_token: mine.refresh_token, ...asOther };
    expect((await askToken(fake, stolen)).status).toBe(401);
    expect((await refresh(fake, mine.refresh_token)).status).toBe(200);
    const own = { grant_type: 'refresh_token', refresh_token: theirs.json.refresh_token, ...asOther };
    expect((await askToken(fake, own)).status).toBe(200);
  });

  it('cannot be refreshed for an app that is uninstalled, nor after tokens were revoked', async () => {
    const { fake, pair } = await open();
    fake.setShopState(shop, 'uninstalled');
    expect((await refresh(fake, pair.refresh_token)).json).toEqual(wrongRefresh);
    fake.setShopState(shop, 'active');
    fake.revokeTokens(shop);
    expect((await refresh(fake, pair.refresh_token)).json).toEqual(wrongRefresh);
    expect(await statusOf(fake, pair.access_token)).toBe(401);
  });

  it.each([{}, { refresh_token: 'shprt_never' }])('is not made of %j', async (parameters) => {
    const fake = createFakeShopify({ apps: [app] });
    const { status, json } = await askToken(fake, { grant_type: 'refresh_token', ...parameters });
    expect([status, json]).toEqual([401, wrongRefresh]);
  });

  it('comes back with a snapshot', async () => {
    const { fake, clock, pair } = await open();
    const kept = structuredClone(fake.snapshot());
    const { json } = await refresh(fake, pair.refresh_token);
    await clock.advance(1);
    fake.restore(kept);
    expect(await statusOf(fake, json.access_token)).toBe(401);
    expect(await statusOf(fake, pair.access_token)).toBe(200);
    const anew = await refresh(fake, pair.refresh_token);
    expect(anew.json.refresh_token).not.toBe(json.refresh_token);
  });
});

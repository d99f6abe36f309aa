// @ts-nocheck
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, createManualClock, type FakeShopifyOptions } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { createBulkHarness } from '../bulk/harness.ts';
import { app, askToken, newCode, shop, statusOf } from '../oauth/oauth.ts';

const createClient = (options: FakeShopifyOptions = {}) => {
  const fake = createFakeShopify(options);
  return { fake, client: createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch }) };
};
const query = '{ shop { name } }';

describe('an address outside of the allowlist', () => {
  it('gets a plain 403, for as long as the test wants', async () => {
    const { fake, client } = createClient();
    fake.faults.next('ip-not-allowed', { times: Number.POSITIVE_INFINITY });
    for (let call = 0; call < 2; call += 1)
      await expect(client.graphql(query)).rejects.toMatchObject({ code: 'IP_NOT_ALLOWED' });
    expect(fake.calls).toMatchObject([
      { status: 403, executed: false, fault: 'ip-not-allowed' },
      { status: 403, executed: false },
    ]);
    fake.faults.clear();
    expect((await client.graphql(query)).data).toEqual({ shop: { name: 'demo' } });
  });
});

describe('a token that never expires', () => {
  const publicApp = { ...app, refusesNonExpiringTokens: true };

  it('gets 403 where the app must not have one, until it is exchanged', async () => {
    const { fake, client } = createClient({ apps: [publicApp] });
    await expect(client.graphql(query)).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('Exchange it for an expiring offline token'),
    });
    const ofOAuth = await askToken(fake, { code: await newCode(fake) });
    expect(await statusOf(fake, ofOAuth.json.access_token)).toBe(403);
    const offline = 'urn:shopify:params:oauth:token-type:offline-access-token';
    const { json } = await askToken(fake, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'shpat_fake',
      subject_token_type: offline,
      requested_token_type: offline,
      expiring: '1',
    });
    expect(await statusOf(fake, json.access_token)).toBe(200);
    expect(await statusOf(fake, 'shpat_fake')).toBe(401);
  });

  it('is taken of other apps', async () => {
    const other = { clientId: 'other', clientSecret: 'shpss_other', id: 'other' };
    const shops = [{ tokens: { shpat_fake: 'default', shpat_other: 'other' } }];
    const { fake } = createClient({ apps: [publicApp, other], shops });
    expect([await statusOf(fake, 'shpat_fake'), await statusOf(fake, 'shpat_other')]).toEqual([403, 200]);
  });
});

describe('a refresh', () => {
  const refreshed = async (fields?: readonly string[]) => {
    const fake = createFakeShopify({ apps: [app] });
    const first = await askToken(fake, { code: await newCode(fake), expiring: '1' });
    fake.faults.next('missing-fields', { operation: 'POST oauth/access_token', ...(fields && { fields }) });
    const { json } = await askToken(fake, { grant_type: 'refresh_token', refresh_token: first.json.refresh_token });
    expect(await statusOf(fake, json.access_token)).toBe(200);
    return Object.keys(json).sort();
  };

  it('can come without expires_in, or without other fields', async () => {
    const all = ['access_token', 'expires_in', 'refresh_token', 'refresh_token_expires_in', 'scope'];
    expect(await refreshed([])).toEqual(all);
    expect(await refreshed()).toEqual(all.filter((name) => name !== 'expires_in'));
    const without = ['scope', 'refresh_token', 'refresh_token_expires_in'];
    expect(await refreshed(without)).toEqual(['access_token', 'expires_in']);
  });
});

describe('a session token', () => {
  const exchange = async (skewMs: number, afterMs = 0): Promise<number> => {
    const clock = createManualClock({ now: 1_700_000_000_000 });
    const fake = createFakeShopify({ apps: [app], clock });
    const token = fake.issueSessionToken({ skewMs });
    await clock.advance(afterMs);
    const { status } = await askToken(fake, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    });
    return status;
  };

  it('can be some seconds off', async () => {
    expect(await exchange(10_000)).toBe(200);
    expect(await exchange(11_000)).toBe(400);
    expect(await exchange(-5_000, 54_999)).toBe(200);
    expect(await exchange(-5_000, 55_000)).toBe(400);
  });
});

describe('bulk operations that are not enabled', () => {
  const products = '{ products { edges { node { id } } } }';

  it('are denied by type, in all of the response', async () => {
    const { fake, client } = createClient({ bulk: { queries: false } });
    const run = /* GraphQL */ `mutation ($query: String!) {
      bulkOperationRunQuery(query: $query) { bulkOperation { id } userErrors { message } }
    }`;
    await expect(client.graphql(run, { query: products })).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(fake.calls).toMatchObject([{ outcome: 'refused', executed: false }]);
    const mutation = 'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }';
    const harness = createBulkHarness({ bulk: { queries: false } });
    const { id } = await harness.imported(mutation, [{ input: { title: 'Tee' } }]);
    expect(await harness.ended(id)).toMatchObject({ status: 'COMPLETED' });
    await expect(harness.runQuery(products)).rejects.toThrow('Access denied for bulkOperationRunQuery field.');
  });

  it('can be switched off and on', async () => {
    const harness = createBulkHarness();
    harness.fake.bulk.disable('queries');
    await expect(harness.runQuery(products)).rejects.toThrow('ACCESS_DENIED');
    harness.fake.bulk.enable('queries');
    await harness.started(products);
    harness.fake.bulk.disable('mutations');
    await expect(harness.runMutation('mutation { productSet(input: {}) { product { id } } }', 'x')).rejects.toThrow(
      'Bulk mutations are not enabled for this app.',
    );
  });
});

describe('a misspelt option', () => {
  it.each([
    [{ bulk: { querys: false } }, /bulk\.querys/],
    [{ apps: [{ ...app, refuseNonExpiringTokens: true }] }, /apps\[0\]\.refuseNonExpiringTokens/],
  ])('%j is refused', (options, message) => {
    expect(() => createFakeShopify(options as FakeShopifyOptions)).toThrow(message);
  });
});

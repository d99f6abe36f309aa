import { createShopifyClient } from 'shopwright';
import { scopes } from 'shopwright/auth/oauth';
import { createFakeShopify } from 'shopwright/testing';
import { expect, it } from 'vitest';

const shop = 'demo.myshopify.com';
const clientWith = (granted: readonly string[]) => {
  const fake = createFakeShopify({ shops: [{ domain: shop, scopes: granted, tokens: { shpat_fake: 'default' } }] });
  return createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch, isolated: true });
};

it('reports the scopes that an installation lacks, and counts a write scope as the read scope', async () => {
  const client = clientWith(['write_products', 'read_orders', 'unauthenticated_write_checkouts']);
  expect(await scopes.check(client, ['read_products', 'unauthenticated_read_checkouts'])).toEqual({
    ok: true,
    missing: [],
    granted: expect.arrayContaining(['write_products', 'read_orders']),
  });
  const required = ['write_orders', 'read_orders', 'write_products', 'customer_read_orders', 'write_orders'];
  expect(await scopes.check(client, required)).toMatchObject({
    ok: false,
    missing: ['write_orders', 'customer_read_orders'],
  });
});

it('refuses a value that is not a list of scopes', async () => {
  const client = clientWith([]);
  await expect(scopes.check(client, 'write_products' as never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(scopes.check(client, ['write_products,read_orders'])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

it('the error of a refused call names the scopes, in GraphQL and in REST', async () => {
  const client = clientWith(['read_locales']);
  await expect(client.graphql('{ productsCount { count } }')).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    requiredScopes: ['read_products'],
  });
  await expect(client.rest.get('products.json')).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    requiredScopes: ['read_products'],
  });
});

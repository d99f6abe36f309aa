import { type OtherShopHost, verifyShop } from 'shopwright/auth';
import { describe, expect, it } from 'vitest';

const all: readonly OtherShopHost[] = ['myshopify.io', 'shop.dev', 'admin.shopify.com'];

describe('verifyShop', () => {
  it.each([
    ['acme.myshopify.com', 'acme.myshopify.com'],
    ['ACME.MyShopify.com', 'acme.myshopify.com'],
    ['7-eleven-.myshopify.com', '7-eleven-.myshopify.com'],
    [`${'x'.repeat(63)}.myshopify.com`, `${'x'.repeat(63)}.myshopify.com`],
  ])('accepts %s', (text, shop) => {
    expect(verifyShop(text)).toEqual({ ok: true, shop });
  });

  it.each([
    ['acme.myshopify.io', 'myshopify.io', 'acme.myshopify.io'],
    ['Acme.Shop.dev', 'shop.dev', 'acme.shop.dev'],
    ['admin.shopify.com/store/Acme', 'admin.shopify.com', 'acme.myshopify.com'],
  ] as const)('accepts %s only where %s is asked for', (text, host, shop) => {
    expect(verifyShop(text)).toMatchObject({ ok: false, reason: 'shop-host-not-allowed' });
    const others = all.filter((other) => other !== host);
    expect(verifyShop(text, { otherHosts: others })).toMatchObject({ reason: 'shop-host-not-allowed' });
    expect(verifyShop(text, { otherHosts: [host] })).toEqual({ ok: true, shop });
  });

  it.each([undefined, null, ''])('misses a shop in %j', (text) => {
    expect(verifyShop(text)).toMatchObject({ ok: false, reason: 'shop-missing' });
  });

  it.each([
    'acme',
    'https://acme.myshopify.com',
    'acme.myshopify.com/',
    'acme.myshopify.com/admin',
    'acme.myshopify.com:443',
    'acme.myshopify.com.',
    'acme.myshopify.com\n',
    ' acme.myshopify.com',
    'acme.myshopify.com\0',
    'acme.myshopify.com?x=1',
    'acme.myshopify.com#x',
    'user@acme.myshopify.com',
    'evil.example@acme.myshopify.com',
    'acme.myshopify.com@evil.example',
    'acme.myshopify.com.evil.example',
    'evil.example/acme.myshopify.com',
    'evil.example\\.myshopify.com',
    'a.b.myshopify.com',
    'acmemyshopify.com',
    'acme.notmyshopify.com',
    'acme.myshopify.co',
    'acme.shopify.com',
    'acme.spin.dev',
    'acme.shop.dev.evil.example',
    '.myshopify.com',
    '-acme.myshopify.com',
    'acme_shop.myshopify.com',
    '*.myshopify.com',
    'acme%2emyshopify.com',
    'аcme.myshopify.com',
    'acme.my\u017fhopify.com',
    'acme.myshopify。com',
    'a\u212acme.myshopify.com',
    `${'x'.repeat(64)}.myshopify.com`,
    `${'x'.repeat(1_000_000)}.myshopify.com`,
    'admin.shopify.com/store/acme/',
    'admin.shopify.com/store/acme/products',
    'admin.shopify.com/store/',
    'https://admin.shopify.com/store/acme',
    'admin.shopify.com',
  ])('refuses %.60j, whatever hosts are asked for', (text) => {
    expect(verifyShop(text, { otherHosts: all })).toMatchObject({ ok: false, reason: 'shop-invalid' });
  });

  it('allows no host where the options cannot be read', () => {
    const options = {
      get otherHosts(): never {
        throw new Error('a getter of somebody else');
      },
    };
    expect(verifyShop('acme.shop.dev', options)).toMatchObject({ ok: false, reason: 'shop-host-not-allowed' });
    expect(verifyShop('acme.myshopify.com', options)).toMatchObject({ ok: true });
  });

  it('does not repeat the text, which can hold a password', () => {
    expect(JSON.stringify(verifyShop('user:hunter2@acme.myshopify.com'))).not.toContain('hunter2');
  });
});

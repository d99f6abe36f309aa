import fc from 'fast-check';
import { parseShopDomain } from 'shopwright/config';
import { describe, expect, it } from 'vitest';

const domainOf = (text: string): string | false => {
  const parsed = parseShopDomain(text);
  return parsed.ok && parsed.domain;
};

describe('parseShopDomain', () => {
  it.each([
    'acme',
    'ACME',
    'acme.myshopify.com',
    'Acme.MyShopify.COM',
    'https://acme.myshopify.com',
    'https://acme.myshopify.com/',
    'HTTPS://ACME.MYSHOPIFY.COM/',
  ])('reads %s', (text) => {
    expect(parseShopDomain(text)).toEqual({ ok: true, domain: 'acme.myshopify.com' });
  });

  it.each(['a', '1', '7-eleven', 'acme-', 'my--shop', 'xn--bcher-kva', 'x'.repeat(63)])(
    'accepts %s as a name',
    (name) => {
      expect(domainOf(name)).toBe(`${name}.myshopify.com`);
      expect(domainOf(`${name}.myshopify.com`)).toBe(`${name}.myshopify.com`);
      expect(domainOf(`https://${name}.myshopify.com/`)).toBe(`${name}.myshopify.com`);
    },
  );

  it.each([
    '',
    ' ',
    ' acme',
    'acme ',
    'acme\n',
    'acme.myshopify.com\n',
    'acme.myshopify.com\r\nx',
    'acme\0',
    'acme/',
    'acme.myshopify.com/',
    'https://acme',
    'http://acme.myshopify.com',
    '//acme.myshopify.com',
    'ftp://acme.myshopify.com',
    'javascript:acme.myshopify.com',
    'https:acme.myshopify.com',
    'https:///acme.myshopify.com',
    'https://https://acme.myshopify.com',
    'https://acme.myshopify.com//',
    'https://acme.myshopify.com/admin',
    'https://acme.myshopify.com?x=1',
    'https://acme.myshopify.com#x',
    'https://acme.myshopify.com:443',
    'acme.myshopify.com:443',
    'https://user@acme.myshopify.com',
    'https://user:pass@acme.myshopify.com',
    'https://evil.com@acme.myshopify.com',
    'https://acme.myshopify.com@evil.com',
    'acme.myshopify.com.',
    'acme.myshopify.com.evil.com',
    'evil.com/acme.myshopify.com',
    'evil.com?.myshopify.com',
    'evil.com#.myshopify.com',
    'acmemyshopify.com',
    'acme.notmyshopify.com',
    'acme.myshopify.com.myshopify.com',
    'a.b.myshopify.com',
    '.myshopify.com',
    'myshopify.com',
    '-acme.myshopify.com',
    '_acme.myshopify.com',
    'acme_shop.myshopify.com',
    'acme%2emyshopify.com',
    'acme\\.myshopify.com',
    'acme.com',
    'acme.myshopify.io',
    'acme.shopify.com',
    'acme.shop.dev',
    'admin.shopify.com/store/acme',
    'https://admin.shopify.com/store/acme',
    'localhost:3000',
    '127.0.0.1',
    'аcme.myshopify.com',
    'acme.myshopıfy.com',
    'acme.my\u017fhopify.com',
    'acme.myshopify。com',
    'acme．myshopify.com',
    'a\u212aacme',
    'acme\u200b.myshopify.com',
    `${'x'.repeat(64)}.myshopify.com`,
  ])('refuses %j', (text) => {
    expect(domainOf(text)).toBe(false);
  });

  it('refuses a value that is not text', () => {
    for (const value of [undefined, null, 7, ['acme'], { toString: () => 'acme' }, Object.create(null)]) {
      const parsed: unknown = Reflect.apply(parseShopDomain, undefined, [value]);
      expect(parsed).toMatchObject({ ok: false });
    }
  });

  it.each([
    ['acme.myshopify.com ', 'without white space'],
    ['http://acme.myshopify.com', 'with https'],
    ['https://acme.myshopify.com/admin/products', 'without path'],
    ['acme.myshopify.com:8080', 'without path, port or query'],
    ['https://admin.shopify.com/store/acme', 'the name after /store/'],
    ['www.acme.com', 'custom domains do not work'],
  ])('says how to fix %j', (text, fix) => {
    const parsed = parseShopDomain(text);
    expect(parsed).toEqual({ ok: false, message: expect.stringContaining(fix) });
  });

  it('does not repeat the text, which can contain a password', () => {
    const parsed = parseShopDomain('https://user:hunter2@acme.myshopify.com');
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });

  it('returns a bare shop host or nothing, whatever the text', () => {
    const pieces = fc.constantFrom(
      'acme',
      '.myshopify.com',
      'https://',
      '/',
      '.',
      '@',
      ':',
      '?',
      '#',
      '\n',
      ' ',
      '\\',
      'evil.com',
      '%00',
    );
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (input) => {
        const domain = domainOf(input);
        const isShop = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(String(domain));
        expect(domain === false || (isShop && new URL(`https://${domain}`).host === domain)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads any name in each form and in any case, and its own result', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/);
    const form = fc.constantFrom(
      (text: string) => text,
      (text: string) => `${text}.MyShopify.com`,
      (text: string) => `https://${text}.myshopify.com`,
      (text: string) => `HTTPS://${text}.myshopify.com/`,
    );
    fc.assert(
      fc.property(name, form, (text, write) => {
        const domain = `${text.toLowerCase()}.myshopify.com`;
        expect(domainOf(write(text))).toBe(domain);
        expect(domainOf(domain)).toBe(domain);
      }),
    );
  });

  it('refuses a shop with anything before or after it', () => {
    const extra = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 5 })
      .filter((text) => !/^[a-z0-9-]+$/i.test(text));
    fc.assert(
      fc.property(extra, (text) => {
        expect(domainOf(`acme.myshopify.com${text}`)).toBe(false);
        expect(domainOf(`${text}acme.myshopify.com`)).toBe(false);
      }),
    );
  });
});

import {
  type VerifyAppProxyInput,
  type VerifyOAuthQueryInput,
  verifyAppProxy,
  verifyOAuthQuery,
} from 'shopwright/auth';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { authorize } from '../testing/oauth/oauth.ts';
import { clock, hexHmac, nowSeconds, oldSecret, secret, shop, signOAuthQuery, signProxyQuery } from './signed.ts';

const at = (seconds: number) => ({ now: () => seconds * 1_000 });
const oauth = (query: unknown, options: object = {}) =>
  verifyOAuthQuery({ query, secrets: secret, clock, ...options } as VerifyOAuthQueryInput);
const proxy = (query: unknown, options: object = {}) =>
  verifyAppProxy({ query, secrets: secret, clock, ...options } as VerifyAppProxyInput);

describe('verifyOAuthQuery', () => {
  // From Shopify's page on the authorization code grant, and from its time before `state`.
  it.each([
    'code=0907a61c0c8d55e99db179b68161bc00&hmac=700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf&shop=some-shop.myshopify.com&state=0.6784241404160823&timestamp=1337178173',
    'code=0907a61c0c8d55e99db179b68161bc00&hmac=4712bf92ffc2917d15a2f5a273e39f0116667419aa4b6ac0b3baaf26fa3c4d20&shop=some-shop.myshopify.com&timestamp=1337178173',
  ])('accepts the published query %s', (query) => {
    const verified = verifyOAuthQuery({ query, secrets: 'hush', clock: at(1_337_178_173) });
    expect(verified).toMatchObject({ ok: true, shop: 'some-shop.myshopify.com', timestampSeconds: 1_337_178_173 });
  });

  it('tells what the callback says', () => {
    expect(oauth(signOAuthQuery(), { state: 'a1b2c3d4e5f6' })).toEqual({
      ok: true,
      shop,
      code: '0907a61c0c8d55e99db179b68161bc00',
      state: 'a1b2c3d4e5f6',
      host: 'YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvYWNtZQ',
      timestampSeconds: nowSeconds,
      secretIndex: 0,
    });
  });

  it('accepts the callback of the fake, whose state has a space', async () => {
    const fakeClock = createManualClock();
    const apps = [{ clientId: 'crm', clientSecret: secret }];
    const fake = createFakeShopify({ apps, clock: fakeClock });
    const { callback } = await authorize(fake, { redirect_uri: 'https://crm.example/callback' });
    const url = `https://crm.example/callback?${callback}`;
    const verified = verifyOAuthQuery({ query: url, secrets: secret, state: 'n once', clock: fakeClock });
    expect(verified).toMatchObject({ ok: true, shop: 'demo.myshopify.com', code: callback.get('code') });
    await fake.close();
  });

  it.each([
    ['with a question mark', (query: string) => `?${query}`],
    ['with a path', (query: string) => `/auth/callback?${query}`],
    ['with the whole address', (query: string) => `https://app.example/auth/callback?${query}`],
    ['with an address of a developer', (query: string) => `http://localhost:3000/auth/callback?${query}`],
    ['in another order', (query: string) => query.split('&').reverse().join('&')],
  ])('takes the query %s', (_how, write) => {
    expect(oauth(write(signOAuthQuery()))).toMatchObject({ ok: true });
  });

  it('accepts a request without code and state, such as the first of an install', () => {
    const query = signOAuthQuery({ code: undefined, state: undefined, host: undefined });
    expect(oauth(query)).toMatchObject({ ok: true, code: null, state: null, host: null });
  });

  it('reads a state in any language', () => {
    const query = signOAuthQuery({ state: encodeURIComponent('Größe 緑茶') });
    expect(oauth(query, { state: 'Größe 緑茶' })).toMatchObject({ ok: true, state: 'Größe 緑茶' });
  });

  it('says which secret it was during a rotation', () => {
    expect(oauth(signOAuthQuery(), { secrets: [oldSecret, secret] })).toMatchObject({ ok: true, secretIndex: 1 });
  });

  it.each([undefined, '', 'a1b2c3d4e5f7', 'a1b2c3d4e5f', 5])('refuses where the expected state is %j', (state) => {
    expect(oauth(signOAuthQuery(), { state })).toMatchObject({ ok: false, reason: 'state-mismatch' });
  });

  it('refuses a query without a state where one is expected', () => {
    expect(oauth(signOAuthQuery({ state: undefined }), { state: 'x' })).toMatchObject({ reason: 'state-mismatch' });
    expect(oauth(signOAuthQuery({ state: '' }), { state: '' })).toMatchObject({ reason: 'state-mismatch' });
  });

  it.each(['code', 'hmac', 'shop', 'state', 'timestamp'])('refuses a second %s, signed or not', (name) => {
    const query = signOAuthQuery();
    const value = new URLSearchParams(query).get(name);
    for (const more of [`${query}&${name}=${value}`, `${name}=x&${query}`]) {
      expect(oauth(more)).toMatchObject({ ok: false, reason: 'parameter-repeated' });
    }
    const pairs = `shop=${shop}&${name}=1&${name}=2&timestamp=${nowSeconds}`.split('&').sort();
    const signed = `${pairs.join('&')}&hmac=${hexHmac(pairs.join('&'))}`;
    expect(oauth(signed)).toMatchObject({ ok: false, reason: 'parameter-repeated' });
  });

  it.each([
    ['an added parameter', (query: string) => `${query}&signature=x`],
    ['a parameter left out', (query: string) => query.replace(/&host=[^&]+/, '')],
    ['another shop', (query: string) => query.replace('acme', 'evil')],
    ['a letter percent-encoded', (query: string) => query.replace('acme', '%61cme')],
  ])('refuses %s as a mismatch', (_what, change) => {
    expect(oauth(change(signOAuthQuery()))).toMatchObject({ ok: false, reason: 'signature-mismatch' });
  });

  it('does not take the signature of an app proxy for one of its own', () => {
    // A visitor's parameter holds a whole OAuth query; the same secret signs it.
    const inner = `x&shop=victim.myshopify.com&state=s&timestamp=${nowSeconds}&zz=`;
    const query = new URLSearchParams(signProxyQuery([['code', inner]]));
    const rest = `logged_in_customer_id=42path_prefix=/apps/reviewsshop=${shop}timestamp=${nowSeconds}`;
    expect(hexHmac(`code=${inner}${rest}`)).toBe(query.get('signature'));
    expect(oauth(`code=${inner}${rest}&hmac=${query.get('signature')}`)).toMatchObject({ reason: 'query-malformed' });
    const encoded = `code=${inner}${encodeURIComponent(rest)}&hmac=${query.get('signature')}`;
    expect(oauth(encoded)).toMatchObject({ reason: 'signature-mismatch' });
  });
});

describe('verifyAppProxy', () => {
  const published =
    'extra=1&extra=2&shop=shop-name.myshopify.com&path_prefix=%2Fapps%2Fawesome_reviews&timestamp=1317327555';
  it.each([
    ['1', '&logged_in_customer_id=1', '4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb'],
    [null, '&logged_in_customer_id=', 'e072b6d7e6622d85912a5214b860d3100dc1e73d9bc29f43796ac8c9ff8093cb'],
    [null, '', 'a9718877bea71c2484f91608a7eaea1532bdf71f5c56825065fa4ccabe549ef3'],
  ])('accepts the published request of customer %j', (customerId, more, signature) => {
    const query = `${published}${more}&signature=${signature}`;
    expect(verifyAppProxy({ query, secrets: 'hush', clock: at(1_317_327_555) })).toEqual({
      ok: true,
      shop: 'shop-name.myshopify.com',
      customerId,
      pathPrefix: '/apps/awesome_reviews',
      timestampSeconds: 1_317_327_555,
      secretIndex: 0,
    });
  });

  it('takes a request without a path prefix', () => {
    const query = signProxyQuery([], { path_prefix: undefined });
    expect(proxy(query)).toMatchObject({ ok: true, pathPrefix: null, customerId: '42' });
  });

  it.each([
    ['spaces, separators and signs', [['a b', 'c&d=e+f%']]],
    ['any language', [['Größe', '緑茶 🍵']]],
    [
      'names in any case, sorted by bytes',
      [
        ['b', '1'],
        ['B', '2'],
        ['a-b', '3'],
        ['a', '4'],
        ['ä', '5'],
        ['🍵', '6'],
        ['\ufffd', '7'],
      ],
    ],
    [
      'names that objects have',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    ],
    [
      'a name that ends like one of Shopify’s',
      [
        ['workshop', '3'],
        ['client_timestamp', '1795000000'],
      ],
    ],
    ['no value', [['flag', '']]],
  ] as const)('takes parameters of the visitor with %s', (_what, visitor) => {
    const bytewise = (pairs: readonly (readonly [string, string])[]) => {
      const own = signProxyQuery()
        .split('&')
        .slice(0, -1)
        .map((pair) => decodeURIComponent(pair));
      const texts = [...pairs.map(([name, value]) => `${name}=${value}`), ...own];
      return texts.map((text) => Buffer.from(text)).sort(Buffer.compare);
    };
    const unsigned = signProxyQuery(visitor).replace(/&signature=.*/, '');
    const query = `${unsigned}&signature=${hexHmac(Buffer.concat(bytewise(visitor)).toString())}`;
    expect(proxy(query)).toMatchObject({ ok: true, shop, customerId: '42' });
  });

  it('takes a space as + and as %20, and a name without =', () => {
    const query = signProxyQuery([
      ['q', 'a b'],
      ['flag', ''],
    ]);
    expect(proxy(query.replace('%20', '+'))).toMatchObject({ ok: true });
    expect(proxy(query.replace('flag=', 'flag'))).toMatchObject({ ok: true });
    expect(proxy(query.replace('flag=', '&flag='))).toMatchObject({ ok: true });
  });

  it.each(['shop', 'timestamp', 'path_prefix', 'logged_in_customer_id', 'signature'])('refuses a second %s', (name) => {
    const query = signProxyQuery();
    const encoded = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
    for (const more of [`${query}&${name}=1`, `${name}=1&${query}`, `${query}&${encoded}=1`]) {
      expect(proxy(more)).toMatchObject({ ok: false, reason: 'parameter-repeated' });
    }
  });

  it('refuses a signed text that was cut in another place, to be another customer', () => {
    // The visitor, customer 42, asked for `a=logged_in_customer_id=1m=`; the text that Shopify signed is the same.
    const signature = new URLSearchParams(signProxyQuery([['a', 'logged_in_customer_id=1m=']])).get('signature');
    const cut = [
      ['a', ''],
      ['logged_in_customer_id', '1'],
      ['m', 'logged_in_customer_id=42'],
      ['path_prefix', '/apps/reviews'],
      ['shop', shop],
      ['timestamp', String(nowSeconds)],
    ];
    expect(hexHmac(cut.map(([name, value]) => `${name}=${value}`).join(''))).toBe(signature);
    const query = `${cut.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')}&signature=${signature}`;
    expect(proxy(query)).toMatchObject({ ok: false, reason: 'parameter-ambiguous' });
  });

  it.each([
    ['another shop', 'shop=evil.myshopify.comtimestamp=1'],
    ['another path', 'path_prefix=/apps/other'],
  ])('refuses a text with %s in it', (_what, value) => {
    expect(proxy(signProxyQuery([['a', value]]))).toMatchObject({ ok: false, reason: 'parameter-ambiguous' });
  });

  it('refuses a signed text in which a parameter of the visitor swallows the customer', () => {
    const query = signProxyQuery([['a', '1']]);
    const [, visitor, own] = /^(a=1)&.*(logged_in_customer_id=42)/.exec(query) ?? [];
    const swallowed = query.replace(`&${own}`, '').replace(`${visitor}`, `a=1${encodeURIComponent(own ?? '')}`);
    expect(proxy(query)).toMatchObject({ ok: true, customerId: '42' });
    expect(proxy(swallowed)).toMatchObject({ ok: false, reason: 'parameter-ambiguous' });
  });

  it('refuses a path prefix that goes on into a parameter of the visitor', () => {
    const query = signProxyQuery([['q', '1']]);
    const swallowed = query.replace('q=1&', '').replace('%2Fapps%2Freviews', '%2Fapps%2Freviewsq%3D1');
    expect(proxy(swallowed)).toMatchObject({ ok: false, reason: 'parameter-ambiguous' });
  });

  it('refuses a customer that is no number', () => {
    expect(proxy(signProxyQuery([], { logged_in_customer_id: '4x' }))).toMatchObject({ reason: 'parameter-ambiguous' });
  });
});

describe.each([
  ['verifyOAuthQuery', oauth, signOAuthQuery, 'hmac'],
  ['verifyAppProxy', proxy, (changes = {}, key = secret) => signProxyQuery([], changes, key), 'signature'],
] as const)('%s', (_name, verify, sign, signatureName) => {
  const query = sign();

  it.each([
    ['secret-missing', 'no secret', query, { secrets: undefined }],
    ['secret-missing', 'an empty list', query, { secrets: [] }],
    ['secret-missing', 'a blank secret, though it signed', sign({}, ' '), { secrets: ' ' }],
    ['secret-has-whitespace', 'a space before the secret', query, { secrets: [oldSecret, ` ${secret}`] }],
    ['query-missing', 'no query', undefined, {}],
    ['query-missing', 'null', null, {}],
    ['query-missing', 'an empty query', '', {}],
    ['query-missing', 'an address without one', 'https://app.example/callback', {}],
    ['query-missing', 'a question mark alone', '?', {}],
    ['query-already-parsed', 'a parsed query', Object.fromEntries(new URLSearchParams(query)), {}],
    ['query-already-parsed', 'URLSearchParams', new URLSearchParams(query), {}],
    ['query-too-long', 'an oversized query', `${query}&x=${'y'.repeat(16_384)}`, {}],
    ['query-malformed', 'a broken escape', `${query}&x=%4`, {}],
    ['query-malformed', 'an escape that is no hex', `${query}&x=%zz`, {}],
    ['query-malformed', 'letters that are not ASCII', `${query}&x=é`, {}],
    ['query-malformed', 'a space', `${query}&x= `, {}],
    ['query-malformed', 'a line break', `${query}\n`, {}],
    ['query-malformed', 'a fragment', `${query}#x`, {}],
    ['signature-missing', 'no signature', `shop=${shop}&timestamp=${nowSeconds}`, {}],
    ['signature-malformed', 'a cut signature', query.replace(/[\da-f](?=&|$)(?<=(?:hmac|signature)=[\da-f]+)/, ''), {}],
    [
      'signature-malformed',
      'upper case',
      query.replace(/(?<=(?:hmac|signature)=)[\da-f]+/, (hex) => hex.toUpperCase()),
      {},
    ],
    ['signature-malformed', 'a digit before the signature', query.replace(/(?:hmac|signature)=/, '$&0'), {}],
    ['signature-malformed', 'a digit after it', query.replace(/(?:hmac|signature)=[\da-f]+/, '$&0'), {}],
    ['signature-malformed', 'an empty signature', query.replace(/(?<=(?:hmac|signature)=)[\da-f]+/, ''), {}],
    ['signature-mismatch', 'another secret', query, { secrets: oldSecret }],
    ['timestamp-invalid', 'no timestamp', sign({ timestamp: undefined }), {}],
    ['timestamp-invalid', 'a timestamp in another notation', sign({ timestamp: '1.795e9' }), {}],
    ['timestamp-invalid', 'a negative timestamp', sign({ timestamp: '-5' }), {}],
    ['timestamp-invalid', 'an endless timestamp', sign({ timestamp: '9'.repeat(400) }), {}],
    ['timestamp-outside-window', 'milliseconds', sign({ timestamp: `${nowSeconds}00` }), {}],
    ['timestamp-outside-window', 'a clock that gives no number', query, { clock: { now: () => Number.NaN } }],
    ['shop-invalid', 'no shop', sign({ shop: undefined }), {}],
    ['shop-invalid', 'a look-alike', sign({ shop: 'acme.myshopify.com.evil.example' }), {}],
    ['shop-invalid', 'a development host that nobody asked for', sign({ shop: 'acme.shop.dev' }), {}],
    ['input-invalid', 'a window that is too wide', query, { windowSeconds: 86_401 }],
    ['input-invalid', 'a window that is no number', query, { windowSeconds: '90' }],
  ])('refuses with %s: %s', (reason, _case, given, options) => {
    expect(verify(given, options)).toMatchObject({ ok: false, reason, message: expect.stringMatching(/^[A-Z].*\S$/) });
  });

  it('tells nothing of a query that it refuses', () => {
    for (const options of [{ secrets: oldSecret }, { clock: at(0) }, { windowSeconds: -1 }]) {
      expect(Object.keys(verify(query, options))).toEqual(['ok', 'reason', 'message']);
    }
  });

  it('takes 16,384 characters, and no more', () => {
    const padded = (length: number): string => sign({ x: 'y'.repeat(length) });
    const room = 16_384 - padded(0).length;
    expect(verify(padded(room))).toMatchObject({ ok: true });
    expect(verify(padded(room + 1))).toMatchObject({ reason: 'query-too-long' });
  });

  it('holds the window to the second, before and after', () => {
    for (const [offset, windowSeconds, isIn] of [
      [90, undefined, true],
      [91, undefined, false],
      [5, 5, true],
      [6, 5, false],
      [0, 0, true],
      [1, 0, false],
    ] as const) {
      for (const seconds of [nowSeconds + offset, nowSeconds - offset]) {
        const verified = verify(query, { clock: at(seconds), windowSeconds });
        expect(verified, `${seconds - nowSeconds} s, window ${windowSeconds}`).toMatchObject(
          isIn ? { ok: true } : { ok: false, reason: 'timestamp-outside-window' },
        );
      }
    }
  });

  it('takes a development host that is asked for', () => {
    expect(verify(sign({ shop: 'acme.shop.dev' }), { otherHosts: ['shop.dev'] })).toMatchObject({
      shop: 'acme.shop.dev',
    });
  });

  it('names the option that is wrong, and the one that was meant', () => {
    expect(verify(query, { windowSeconds: -1 })).toMatchObject({
      reason: 'input-invalid',
      message: expect.stringContaining('windowSeconds'),
    });
    expect(verify(query, { windowSecond: 5 })).toMatchObject({
      reason: 'input-invalid',
      message: expect.stringContaining('Did you mean windowSeconds?'),
    });
  });

  it('repeats no secret and nothing of the query', () => {
    const signature = new URLSearchParams(query).get(signatureName) ?? '';
    for (const options of [{ secrets: oldSecret }, { secrets: `${secret} ` }, { clock: at(0) }]) {
      const text = JSON.stringify(verify(query, options));
      for (const part of [secret, oldSecret, signature, shop]) expect(text).not.toContain(part);
    }
  });
});

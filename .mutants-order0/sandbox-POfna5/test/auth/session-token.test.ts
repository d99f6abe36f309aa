// @ts-nocheck
import { createHmac } from 'node:crypto';
import { type VerifySessionTokenInput, verifySessionToken } from 'shopwright/auth';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { claimsOf, clientId, clock, nowSeconds, oldSecret, secret, shop, signToken } from './signed.ts';

const right = { token: signToken(claimsOf()), clientId, secrets: secret, clock };
const verify = (changes: object) => verifySessionToken({ ...right, ...changes } as VerifySessionTokenInput);
const verifyClaims = (changes: Readonly<Record<string, unknown>>, options: object = {}) =>
  verify({ token: signToken(claimsOf(changes)), ...options });
const part = (text: string): string => Buffer.from(text).toString('base64url');

describe('verifySessionToken', () => {
  it('tells whose session it is', () => {
    expect(verify({})).toEqual({
      ok: true,
      shop,
      userId: '42',
      sessionId: claimsOf()['sid'],
      tokenId: claimsOf()['jti'],
      expiresAtSeconds: nowSeconds + 60,
      claims: claimsOf(),
      secretIndex: 0,
    });
  });

  it('accepts what the fake admin hands out, and no longer than it lives', async () => {
    const fakeClock = createManualClock();
    const app = { clientId, clientSecret: secret };
    const fake = createFakeShopify({ apps: [app], clock: fakeClock });
    const token = fake.issueSessionToken({ userId: '7' });
    const now = () => verifySessionToken({ token, clientId, secrets: secret, clock: fakeClock });
    expect(now()).toMatchObject({ ok: true, shop: 'demo.myshopify.com', userId: '7' });
    await fakeClock.advance(71_000);
    expect(now()).toMatchObject({ ok: false, reason: 'token-expired' });
    await fake.close();
  });

  it.each(['Bearer ', 'bearer '])('takes the whole header, with %j', (scheme) => {
    expect(verify({ token: `${scheme}${right.token}` })).toMatchObject({ ok: true });
  });

  it('says which secret it was during a rotation', () => {
    expect(verify({ secrets: [undefined, '', oldSecret, secret] })).toMatchObject({ ok: true, secretIndex: 3 });
  });

  it.each([[{ alg: 'HS256' }], [{ typ: 'JWT', alg: 'HS256' }], [{ kid: 'x', typ: 'at+jwt', alg: 'HS256' }]])(
    'takes the header %j',
    (header) => {
      expect(verify({ token: signToken(claimsOf(), header) })).toMatchObject({ ok: true });
    },
  );

  it.each([
    ['exp', 10, { exp: nowSeconds - 9 }, { exp: nowSeconds - 10 }, 'token-expired'],
    ['nbf', 10, { nbf: nowSeconds + 10 }, { nbf: nowSeconds + 11 }, 'token-not-yet-valid'],
    ['exp', 0, { exp: nowSeconds + 1 }, { exp: nowSeconds }, 'token-expired'],
    ['nbf', 0, { nbf: nowSeconds }, { nbf: nowSeconds + 1 }, 'token-not-yet-valid'],
    ['exp', 300, { exp: nowSeconds - 299 }, { exp: nowSeconds - 300 }, 'token-expired'],
  ])('holds %s to the second, with %d s of skew', (_claim, skewSeconds, last, beyond, reason) => {
    expect(verifyClaims(last, { skewSeconds })).toMatchObject({ ok: true });
    expect(verifyClaims(beyond, { skewSeconds })).toMatchObject({ ok: false, reason });
  });

  it('takes development hosts only where they are asked for', () => {
    const claims = { iss: 'https://acme.myshopify.io/admin', dest: 'https://acme.myshopify.io' };
    expect(verifyClaims(claims)).toMatchObject({ ok: false, reason: 'shop-invalid' });
    expect(verifyClaims(claims, { otherHosts: ['shop.dev'] })).toMatchObject({ reason: 'shop-invalid' });
    expect(verifyClaims(claims, { otherHosts: ['myshopify.io'] })).toMatchObject({ shop: 'acme.myshopify.io' });
  });

  it('has null for a session or an id that the token does not name', () => {
    expect(verifyClaims({ sid: undefined, jti: 5 })).toMatchObject({ ok: true, sessionId: null, tokenId: null });
  });
});

describe('verifySessionToken refuses', () => {
  const [header = '', payload = '', signature = ''] = right.token.split('.');
  const none = part('{"alg":"none","typ":"JWT"}');
  const sha512 = part('{"alg":"HS512","typ":"JWT"}');
  const hs512 = createHmac('sha512', secret).update(`${sha512}.${payload}`).digest('base64url');

  it.each([
    ['secret-missing', 'no secret', { secrets: undefined }],
    ['secret-missing', 'blank secrets', { secrets: ['', ' ', undefined] }],
    ['secret-missing', 'secrets that are no text', { secrets: [5, {}] }],
    ['secret-has-whitespace', 'a line break after the secret', { secrets: `${secret}\n` }],
    ['client-id-missing', 'no client id', { clientId: undefined }],
    ['client-id-missing', 'an empty client id', { clientId: '' }],
    ['token-missing', 'no token', { token: undefined }],
    ['token-missing', 'no header', { token: null }],
    ['token-missing', 'an empty token', { token: '' }],
    ['token-too-long', 'an oversized token', { token: `${header}.${'A'.repeat(8_192)}.${signature}` }],
    ['token-malformed', 'two parts', { token: `${header}.${payload}` }],
    ['token-malformed', 'four parts', { token: `${right.token}.x` }],
    ['token-malformed', 'a cut signature', { token: right.token.slice(0, -1) }],
    ['token-malformed', 'no signature', { token: `${header}.${payload}.` }],
    ['token-malformed', 'padding', { token: `${right.token}=` }],
    ['token-malformed', 'plain base64', { token: `${header}.${payload}.${'+'.repeat(43)}` }],
    ['token-malformed', 'a line break', { token: `${right.token}\n` }],
    ['token-malformed', 'two headers joined', { token: `Bearer ${right.token}, Bearer ${right.token}` }],
    ['token-malformed', 'another scheme', { token: `Basic ${right.token}` }],
    ['token-malformed', 'a header that is no JSON', { token: `${part('alg')}.${payload}.${signature}` }],
    ['token-malformed', 'a header that is a list', { token: `${part('["HS256"]')}.${payload}.${signature}` }],
    ['token-malformed', 'a token that is a list', { token: [right.token] }],
    ['token-malformed', 'signed claims that are a list', { token: signToken([claimsOf()]) }],
    ['algorithm-not-allowed', 'alg none without a signature', { token: `${none}.${payload}.` }],
    ['algorithm-not-allowed', 'alg none with a signature', { token: `${none}.${payload}.${signature}` }],
    ['algorithm-not-allowed', 'alg None, signed', { token: signToken(claimsOf(), { alg: 'None' }) }],
    ['algorithm-not-allowed', 'HS512, signed with it', { token: `${sha512}.${payload}.${hs512}` }],
    ['algorithm-not-allowed', 'RS256, signed with HS256', { token: signToken(claimsOf(), { alg: 'RS256' }) }],
    ['algorithm-not-allowed', 'lower case', { token: signToken(claimsOf(), { alg: 'hs256' }) }],
    ['algorithm-not-allowed', 'a list', { token: signToken(claimsOf(), { alg: ['HS256'] }) }],
    ['algorithm-not-allowed', 'no algorithm', { token: signToken(claimsOf(), {}) }],
    ['algorithm-not-allowed', 'crit', { token: signToken(claimsOf(), { alg: 'HS256', crit: ['b64'], b64: false }) }],
    ['signature-mismatch', 'another secret', { secrets: oldSecret }],
    ['signature-mismatch', 'other claims', { token: `${header}.${part(JSON.stringify(claimsOf()))}A.${signature}` }],
    ['input-invalid', 'a skew that is too long', { skewSeconds: 301 }],
    ['input-invalid', 'a skew that is no number', { skewSeconds: Number.NaN }],
    ['input-invalid', 'a negative skew', { skewSeconds: -1 }],
    ['token-expired', 'a clock that gives no number', { clock: { now: () => Number.NaN } }],
  ])('%s: %s', (reason, _case, changes) => {
    const verified = verify(changes);
    expect(verified).toMatchObject({ ok: false, reason, message: expect.stringMatching(/^[A-Z`].*[.?]$/) });
  });

  it.each([
    ['claims-invalid', { exp: undefined }],
    ['claims-invalid', { exp: String(nowSeconds + 60) }],
    ['claims-invalid', { exp: null }],
    ['claims-invalid', { nbf: undefined }],
    ['claims-invalid', { aud: [clientId] }],
    ['claims-invalid', { iss: undefined }],
    ['claims-invalid', { dest: 5 }],
    ['claims-invalid', { sub: '' }],
    ['audience-mismatch', { aud: 'another' }],
    ['issuer-mismatch', { iss: 'https://evil.myshopify.com/admin' }],
    ['issuer-mismatch', { iss: `https://${shop}.evil.example/admin` }],
    ['issuer-mismatch', { iss: `http://${shop}/admin` }],
    ['issuer-mismatch', { iss: shop }],
    ['shop-invalid', { dest: shop }],
    ['shop-invalid', { dest: `http://${shop}` }],
    // As long as "https://", so that what is cut off is not what was looked at.
    ['shop-invalid', { dest: `http:///${shop}`, iss: `http:///${shop}/admin` }],
    ['shop-invalid', { dest: `https://${shop}/` }],
    ['shop-invalid', { dest: `https://${shop}:443`, iss: `https://${shop}:443/admin` }],
    ['shop-invalid', { dest: `https://user@${shop}`, iss: `https://user@${shop}/admin` }],
    ['shop-invalid', { dest: `https://${shop}.evil.example`, iss: `https://${shop}.evil.example/admin` }],
    ['shop-invalid', { dest: 'https://admin.shopify.com/store/acme', iss: 'https://admin.shopify.com/store/acme' }],
  ])('%s: signed claims with %j', (reason, changes) => {
    expect(verifyClaims(changes)).toMatchObject({ ok: false, reason });
  });

  /** Signed as they are, however they are encoded. */
  const signedParts = (first: string, second: string): string =>
    `${first}.${second}.${createHmac('sha256', secret).update(`${first}.${second}`).digest('base64url')}`;
  const claims = JSON.stringify(claimsOf({ note: '>>>???' }));
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it.each([
    ['token-malformed', 'claims in plain base64', signedParts(header, base64(claims))],
    ['token-malformed', 'claims with padding', signedParts(header, `${part(`${claims} `)}==`)],
    ['token-malformed', 'claims with a line break', signedParts(header, `${part(claims)}\n`)],
    ['token-malformed', 'claims with something after them', signedParts(header, `${part(claims)}!`)],
    ['token-malformed', 'a header with padding', signedParts(base64('{"alg":"HS256" }'), part(claims))],
    ['token-malformed', 'no claims', signedParts(header, '')],
    ['token-malformed', 'no header', signedParts('', part(claims))],
    ['token-malformed', 'claims that are null', signedParts(header, part('null'))],
    ['token-malformed', 'claims after a mark of byte order', signedParts(header, part(`\ufeff${claims}`))],
    ['token-malformed', 'claims in claims', signedParts(header, part('['.repeat(3_000)))],
    ['claims-invalid', 'an exp without end', signedParts(header, part(claims.replace(/"exp":\d+/, '"exp":1e999')))],
    ['claims-invalid', 'claims of a prototype', signedParts(header, part(`{"__proto__":${claims}}`))],
    [
      'issuer-mismatch',
      'dest twice',
      signedParts(header, part(claims.replace('}', ',"dest":"https://b.myshopify.com"}'))),
    ],
    ['algorithm-not-allowed', 'an empty crit', signToken(claimsOf(), { alg: 'HS256', crit: [] })],
    ['algorithm-not-allowed', 'a crit that is null', signToken(claimsOf(), { alg: 'HS256', crit: null })],
    [
      'algorithm-not-allowed',
      'a header of a prototype',
      signedParts(part('{"__proto__":{"alg":"HS256"}}'), part(claims)),
    ],
    ['token-malformed', 'nothing but dots', '.'.repeat(8_192)],
    ['token-malformed', 'two schemes', `Bearer Bearer ${right.token}`],
  ])('%s: signed, with %s', (reason, _case, token) => {
    expect(verify({ token })).toMatchObject({ ok: false, reason });
  });

  it('an option that does not exist, and names the nearest', () => {
    expect(verify({ skewSecond: 5 })).toMatchObject({
      reason: 'input-invalid',
      message: expect.stringContaining('Did you mean skewSeconds?'),
    });
  });

  it('without a word of the secret or the token', () => {
    for (const changes of [{ secrets: oldSecret }, { secrets: `${secret} ` }, { token: `${right.token}.x` }]) {
      const text = JSON.stringify(verify(changes));
      for (const part of [secret, oldSecret, payload, signature]) expect(text).not.toContain(part);
    }
  });
});

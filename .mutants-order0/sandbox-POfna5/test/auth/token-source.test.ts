// @ts-nocheck
import { createShopifyApp } from 'shopwright';
import { tokenSource } from 'shopwright/auth';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';

const shop = 'demo.myshopify.com';
const query = 'query Shop { shop { myshopifyDomain } }';

function open(find: Parameters<typeof tokenSource>[0]) {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock });
  const app = createShopifyApp({ auth: tokenSource(find), fetch: fake.fetch, clock });
  return { clock, fake, call: () => clock.run(app.shop(shop).graphql(query)) };
}

describe('tokenSource', () => {
  it('keeps a token that says how long it is good, and asks before it ends', async () => {
    let asked = 0;
    const { clock, call } = open((of) => {
      asked += 1;
      expect(of).toBe(shop);
      return { accessToken: 'shpat_fake', expiresInSeconds: 60 };
    });
    await Promise.all([call(), call()]);
    await clock.advance(50_000);
    await call();
    expect(asked).toBe(1);
    await clock.advance(5_000);
    await call();
    expect(asked).toBe(2);
    await clock.advance(60_000);
    await call();
    expect(asked).toBe(3);
  });

  it('asks for a text each time', async () => {
    let asked = 0;
    const { call } = open(async () => {
      asked += 1;
      return 'shpat_fake';
    });
    await call();
    await call();
    expect(asked).toBe(2);
  });

  it('says which token Shopify has refused', async () => {
    const refusals: unknown[] = [];
    const { call } = open((_, { refused }) => {
      refusals.push(refused);
      return { accessToken: refused === undefined ? 'shpat_old' : 'shpat_fake', expiresInSeconds: 60 };
    });
    await call();
    expect(refusals).toEqual([undefined, 'shpat_old']);
  });

  it('says what is wrong with what the function gives or throws, and repeats nothing of it', async () => {
    const nothing = open(() => ({ accessToken: 'shpat_fake' }) as never);
    await expect(nothing.call()).rejects.toThrow('return its text, or { accessToken, expiresInSeconds }');
    const failing = open(() => Promise.reject(new TypeError('shpat_0123456789abcdef0123456789abcdef')));
    await expect(failing.call()).rejects.toThrow(`The token source failed for ${shop} with TypeError.`);
    expect(() => tokenSource('shpat_fake' as never)).toThrow('must be a function');
  });
});

import { isShopwrightError, type ShopwrightError, type TokenSource } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { good, rejection, type Step, scriptedShop, status } from './scripted-shop.ts';

const query = 'query Q { shop { name } }';

async function refusal(step: Step): Promise<ShopwrightError> {
  const { shop, clock } = scriptedShop([step]);
  const error = await clock.run(rejection(shop.graphql(query)));
  if (!isShopwrightError(error)) throw error;
  return error;
}

describe('the three kinds of 403', () => {
  it('a missing scope', async () => {
    expect(await refusal(status(403, '{"errors":"[API] This action requires merchant approval"}'))).toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(/scope/),
    });
  });

  it.each(['Forbidden', '', '<html><body>403</body></html>'])(
    'an address outside of the allowlist (%j)',
    async (body) => {
      expect(await refusal(status(403, body))).toMatchObject({
        name: 'AccessDeniedError',
        code: 'IP_NOT_ALLOWED',
        isRetryable: false,
        message: expect.stringMatching(/allowlist.*Dev Dashboard/s),
      });
    },
  );

  const nonExpiring = status(
    403,
    '{"errors":"[API] Non-expiring access tokens are no longer accepted for the Admin API."}',
  );

  it('a non-expiring token, which is renewed once', async () => {
    const renewing = (): TokenSource => {
      let asked = 0;
      const get = (): Promise<string> => {
        asked += 1;
        return Promise.resolve(`token-${asked}`);
      };
      return { get, invalidate: () => Promise.resolve(true) };
    };
    const { shop, clock, sent } = scriptedShop([nonExpiring, good()], { accessToken: undefined, auth: renewing() });
    await clock.run(shop.graphql(query));
    expect(sent.map(({ headers }) => headers.get('x-shopify-access-token'))).toEqual(['token-1', 'token-2']);
    const again = scriptedShop([nonExpiring], { accessToken: undefined, auth: renewing() });
    await again.clock.run(expect(again.shop.graphql(query)).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' }));
    expect(again.sent).toHaveLength(2);
  });

  it('a non-expiring token that cannot be renewed', async () => {
    expect(await refusal(nonExpiring)).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringMatching(/expiring offline token/),
    });
  });
});

describe('a redirect is reported with its target and meaning', () => {
  it.each([
    [
      'https://new-name.myshopify.com/admin/api/2026-10/graphql.json',
      /https:\/\/new-name\.myshopify\.com.*Use new-name/,
    ],
    ['https://shop.example/password', /shop\.example\/password.*storefront/],
    ['/password', /acme\.myshopify\.com\/password.*storefront/],
    ['https://accounts.shopify.com/lookup?rid=secret', /accounts\.shopify\.com\/lookup: a login page/],
    ['/admin/auth/login?key=secret', /\/admin\/auth\/login: a login page/],
    ['https://elsewhere.example/x', /elsewhere\.example\/x.*not followed/],
    ['http://[', /without a location/],
  ])('%s', async (location, message) => {
    for (const code of [301, 302, 303, 307, 308]) {
      const error = await refusal(status(code, '', { location }));
      expect(error).toMatchObject({ code: 'HTTP_ERROR', status: code, isRetryable: false });
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain('secret');
    }
  });

  it('even without a location', async () => {
    expect((await refusal(status(302, ''))).message).toMatch(/302.*without a location/);
  });
});

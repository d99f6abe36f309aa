// @ts-nocheck
import { randomBytes } from 'node:crypto';
import { memoryStores } from 'shopwright';
import { createTokenStore, type TokenStore } from 'shopwright/auth';
import { createOAuth, type OAuthOptions, type ShopifyOAuth } from 'shopwright/auth/oauth';
import { createFakeShopify, createManualClock, type FakeShopify, type ManualClock } from 'shopwright/testing';

export const shop = 'demo.myshopify.com';
export const app = { clientId: 'crm-client', clientSecret: 'shpss_0123456789abcdef', id: 'default' };
export const site = 'https://crm.example';

/** The time on all clocks of a flow that begins. */
const startsAt = 1_795_000_000_000;

/** The options of an app that the fake knows. */
export function optionsFor(fake: FakeShopify, changes: Partial<OAuthOptions> = {}): OAuthOptions {
  return {
    clientId: app.clientId,
    secrets: app.clientSecret,
    scopes: ['write_products'],
    redirectUrl: `${site}/auth/callback`,
    tokens: vault(),
    fetch: fake.fetch,
    ...changes,
  };
}

/** @param clock Of the store. */
export function vault(clock: ManualClock = createManualClock({ now: startsAt })): TokenStore {
  return createTokenStore({
    store: memoryStores({ clock }).keyValue,
    keys: [{ id: 'one', secret: randomBytes(32) }],
  });
}

/** An app, the fake it installs on, and the browser of a shop's owner. */
export interface Flow {
  readonly fake: FakeShopify;
  readonly clock: ManualClock;
  readonly tokens: TokenStore;
  readonly oauth: ShopifyOAuth;
}

export function startFlow(changes: Partial<OAuthOptions> = {}): Flow {
  const clock = createManualClock({ now: startsAt });
  const fake = createFakeShopify({ apps: [app], clock });
  const options = optionsFor(fake, { clock, tokens: vault(clock), ...changes });
  return { fake, clock, tokens: options.tokens, oauth: createOAuth(options) };
}

/** The request with which a browser begins. */
export const beginRequest = (query = `?shop=${shop}`): Request => new Request(`${site}/auth${query}`);

/** The request with which a browser comes back, once its owner has approved. */
export async function approved(
  fake: FakeShopify,
  response: Response,
  change: (approval: URL) => void = () => undefined,
): Promise<Request> {
  const approval = new URL(response.headers.get('location') ?? '');
  change(approval);
  const back = await fake.fetch(approval, { redirect: 'manual' });
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  return new Request(back.headers.get('location') ?? '', { headers: { cookie } });
}

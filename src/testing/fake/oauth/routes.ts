import { createHmac } from 'node:crypto';
import { shopOf } from '../http/admission.ts';
import { jsonAnswer, refusals } from '../http/answers.ts';
import type { FakeRequest, FakeRoute, WholeAnswer } from '../http/api.ts';
import { type AuthorizationCodeEntity, oauthKinds, tokenGid } from '../store/oauth-entities.ts';
import type { FakeApp } from './apps.ts';
import { problemAnswer, problems } from './problems.ts';
import { grantedScopes, parseScopes } from './scope-list.ts';
import type { OAuthContext } from './token-route.ts';
import { newToken } from './tokens.ts';

/** Milliseconds that a code waits to be exchanged. Shopify publishes no number; this is OAuth's longest. */
const codeLifetimeMs = 10 * 60_000;

/**
 * `GET /admin/oauth/authorize`: the owner approves at once, and is sent back to the app with a code.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
 */
export function authorizeRoute({ apps, shops, store, clock }: OAuthContext): FakeRoute {
  return {
    matches: ({ path }) => path === '/admin/oauth/authorize',
    name: ({ method }) => `${method} oauth/authorize`,
    async answer(request): Promise<WholeAnswer> {
      const { query } = request;
      if (request.method !== 'GET') return jsonAnswer(refusals.wrongMethod.status, refusals.wrongMethod.body);
      const shop = shopOf(request, shops);
      if (!shop) return jsonAnswer(refusals.notFound.status, refusals.notFound.body);
      const app = apps.find(query.get('client_id') ?? '');
      if (!app) return problemAnswer(problems.appUnknown, request);
      const redirect = redirectUri(app, query.get('redirect_uri') ?? '');
      if (!redirect) return problemAnswer(problems.redirect, request);
      const scope = query.get('scope');
      const asked = scope === null ? undefined : parseScopes(scope);
      if (scope !== null && !asked) return problemAnswer(problems.scope, request);

      const transaction = store.begin();
      const code = newToken('', { store: transaction, shop: shop.domain });
      const entity: AuthorizationCodeEntity = {
        id: tokenGid(oauthKinds.code, code),
        app: app.id,
        mode: wantsOnline(request) ? 'online' : 'offline',
        scopes: grantedScopes(app, shop, asked),
        expiresAt: clock.now() + codeLifetimeMs,
      };
      transaction.put(shop.domain, oauthKinds.code, entity);
      transaction.commit();

      const state = query.get('state');
      const parameters = signed(app, {
        code,
        host: adminHost(shop.domain),
        shop: shop.domain,
        ...(state !== null && { state }),
        timestamp: String(Math.floor(clock.now() / 1_000)),
      });
      for (const [name, value] of parameters) redirect.searchParams.set(name, value);
      return { type: 'answer', status: 302, headers: { location: redirect.href }, body: '' };
    },
  };
}

/** Where to go back to: exactly one of the app's addresses, or any where it has none. */
function redirectUri({ redirectUris }: FakeApp, asked: string): URL | undefined {
  if (redirectUris && !redirectUris.includes(asked)) return undefined;
  const url = URL.parse(asked);
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** `host`: where the shop's admin is, in base64 without its padding. */
const adminHost = (domain: string): string =>
  Buffer.from(`admin.shopify.com/store/${domain.replace('.myshopify.com', '')}`)
    .toString('base64')
    .replaceAll('=', '');

const wantsOnline = ({ query }: FakeRequest): boolean => query.getAll('grant_options[]').includes('per-user');

/** The parameters with `hmac`: hex HMAC-SHA256 of `k=v` joined by `&`, sorted, with spaces as `%20`. */
function signed(app: FakeApp, parameters: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const sorted = Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const message = new URLSearchParams(sorted).toString().replaceAll('+', '%20');
  const hmac = createHmac('sha256', app.clientSecret).update(message).digest('hex');
  return new Map([...sorted, ['hmac', hmac]]);
}

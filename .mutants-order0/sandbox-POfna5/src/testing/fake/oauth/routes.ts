// @ts-nocheck
import { createHmac } from 'node:crypto';
import type { Clock } from '../../../internal/clock.ts';
import { isRecord, parseJson } from '../../../internal/json.ts';
import { shopOf } from '../http/admission.ts';
import type { FakeRequest, FakeRoute, WholeResponse } from '../http/api.ts';
import { jsonResponse, refusals } from '../http/responses.ts';
import type { Shops } from '../shops.ts';
import { type AuthorizationCodeEntity, oauthKinds, tokenGid } from '../store/entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import {
  authorizationCodeGrant,
  clientCredentialsGrant,
  type Grant,
  grantedScopes,
  parseScopes,
  problemAnswer,
  problems,
  refreshGrant,
  type TokenParameters,
  tokenExchangeGrant,
  tokenExchangeType,
} from './grants.ts';
import type { Apps, FakeApp } from './session-token.ts';
import { newToken } from './tokens.ts';

/** The OAuth endpoints, which have no version: https://shopify.dev/docs/api/usage/versioning */
export function oauthRoutes(context: OAuthContext): readonly FakeRoute[] {
  return [authorizeRoute(context), tokenRoute(context)];
}

/** What the OAuth endpoints work with. */
interface OAuthContext {
  readonly apps: Apps;
  readonly shops: Shops;
  readonly store: EntityStore;
  readonly clock: Clock;
}

const grants: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', authorizationCodeGrant],
  ['refresh_token', refreshGrant],
  ['client_credentials', clientCredentialsGrant],
  [tokenExchangeType, tokenExchangeGrant],
]);

/** `POST /admin/oauth/access_token`, for every grant. */
function tokenRoute({ apps, shops, store, clock }: OAuthContext): FakeRoute {
  return {
    matches: ({ path }) => path === '/admin/oauth/access_token',
    name: ({ method }) => `${method} oauth/access_token`,
    async answer(request): Promise<WholeResponse> {
      if (request.method !== 'POST') return jsonResponse(refusals.wrongMethod.status, refusals.wrongMethod.body);
      const shop = shopOf(request, shops);
      if (!shop) return jsonResponse(refusals.notFound.status, refusals.notFound.body);

      const parameters = readParameters(request);
      const app = apps.find(parameters.get('client_id') ?? '');
      if (!app) return problemAnswer(problems.appUnknown, request);
      if (parameters.get('client_secret') !== app.clientSecret) return problemAnswer(problems.wrongSecret, request);
      // Shopify's first grant has no name in the request.
      const grant = grants.get(parameters.get('grant_type') ?? 'authorization_code');
      if (!grant) return problemAnswer(problems.unknownGrant, request);

      const transaction = store.begin();
      const granted = grant({ app, shop, store: transaction, now: clock.now(), parameters });
      if (!granted.ok) return problemAnswer(granted.problem, request);
      transaction.commit();
      return jsonResponse(200, granted.body);
    },
  };
}

/** The parameters of a form or of JSON; of anything else, none. */
function readParameters({ body, header }: FakeRequest): TokenParameters {
  if (!header('content-type')?.includes('json')) return new Map(new URLSearchParams(body));
  const parsed = parseJson(body);
  const entries = isRecord(parsed) ? Object.entries(parsed) : [];
  return new Map(entries.map(([name, value]) => [name, String(value)]));
}

/** Milliseconds that a code waits to be exchanged. Shopify publishes no number; this is OAuth's longest. */
const codeLifetimeMs = 10 * 60_000;

/**
 * `GET /admin/oauth/authorize`: the owner approves at once, and is sent back to the app with a code.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
 */
function authorizeRoute({ apps, shops, store, clock }: OAuthContext): FakeRoute {
  return {
    matches: ({ path }) => path === '/admin/oauth/authorize',
    name: ({ method }) => `${method} oauth/authorize`,
    async answer(request): Promise<WholeResponse> {
      const { query } = request;
      if (request.method !== 'GET') return jsonResponse(refusals.wrongMethod.status, refusals.wrongMethod.body);
      const shop = shopOf(request, shops);
      if (!shop) return jsonResponse(refusals.notFound.status, refusals.notFound.body);
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

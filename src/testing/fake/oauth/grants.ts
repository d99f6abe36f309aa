import type { FakeRequest, WholeResponse } from '../http/api.ts';
import { isGranted, jsonResponse } from '../http/responses.ts';
import { allScopes, type ShopState } from '../shops.ts';
import {
  type AccessTokenEntity,
  type AuthorizationCodeEntity,
  oauthKinds,
  type RefreshTokenEntity,
  type RetiredTokenEntity,
  type StoredPair,
  tokenGid,
} from '../store/entities.ts';
import type { StoreTransaction } from '../store/entity-store.ts';
import { type FakeApp, readSessionToken } from './session-token.ts';
import {
  findIssued,
  findRefresh,
  issueAccess,
  issueNewChain,
  issuePair,
  issuePermanent,
  lifetimes,
  revivePair,
} from './tokens.ts';

/** Parameters of a token request, whatever its form. */
export type TokenParameters = ReadonlyMap<string, string>;

/** The tools of a grant. Its changes of the store only take effect if it is granted. */
interface GrantContext {
  readonly app: FakeApp;
  readonly shop: ShopState;
  readonly store: StoreTransaction;
  /** Wall time in milliseconds since the epoch. */
  readonly now: number;
  readonly parameters: TokenParameters;
}

/** Why a request was refused. */
interface OAuthProblem {
  readonly status: number;
  /** `error` of the response, such as `invalid_request`. */
  readonly error: string;
  readonly description: string;
}

/** What a grant comes to: the body of the response, or why there is none. */
type Granted =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: OAuthProblem };

/** One way to a token. */
export type Grant = (context: GrantContext) => Granted;

const offlineSeconds = (app: FakeApp): number => app.offlineTokenSeconds ?? lifetimes.expiringOffline;

const issuingFor = ({ app, shop, store, now }: GrantContext, scopes: readonly string[]) => ({
  ...{ store, shop: shop.domain, app: app.id, scopes, now },
  offlineSeconds: offlineSeconds(app),
});

/** The user who approves an app in the fake. */
export const ownerId = '1';

/** Whether a request asks for a token that expires. */
const wantsExpiring = (parameters: ReadonlyMap<string, string>): boolean =>
  ['1', 'true'].includes(parameters.get('expiring') ?? '');

/**
 * A code for a token. A code is good once. It installs an app that was uninstalled.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
 */
export const authorizationCodeGrant: Grant = (context) => {
  const { app, shop, store, now, parameters } = context;
  const id = tokenGid(oauthKinds.code, parameters.get('code') ?? '');
  const code = store.get(shop.domain, oauthKinds.code, id) as AuthorizationCodeEntity | undefined;
  if (!code || code.app !== app.id || code.expiresAt <= now) return refused(problems.codeUnknown);
  store.delete(shop.domain, oauthKinds.code, id);
  if (shop.state === 'uninstalled') shop.state = 'active';

  const { scopes } = code;
  const issuing = issuingFor(context, scopes);
  if (code.mode === 'online') return onlineAnswer(issueAccess(issuing, 'online', lifetimes.day), scopes, ownerId);
  if (wantsExpiring(parameters)) return pairResponse(issueNewChain(issuing), scopes, context);
  return permanentAnswer(issuePermanent(issuing), scopes);
};

/**
 * The app's own credentials for a token of a day, without a refresh token.
 * https://shopify.dev/docs/apps/build/authentication-authorization/client-credentials-grant
 */
export const clientCredentialsGrant: Grant = (context) => {
  const { app, shop } = context;
  if (shop.state === 'uninstalled') return refused(problems.notInstalled);
  const scopes = grantedScopes(app, shop);
  const issuing = issuingFor(context, scopes);
  return dayAnswer(issueAccess(issuing, 'offline', lifetimes.day), scopes);
};

const idToken = 'urn:ietf:params:oauth:token-type:id_token';

const offline = 'urn:shopify:params:oauth:token-type:offline-access-token';

const online = 'urn:shopify:params:oauth:token-type:online-access-token';

/** `grant_type` of the token exchange. */
export const tokenExchangeType = 'urn:ietf:params:oauth:grant-type:token-exchange';

/**
 * A session token for an access token, or an offline token that never expires for one that does.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/token-exchange
 */
export const tokenExchangeGrant: Grant = (context) => {
  const { app, shop, now, parameters } = context;
  const subjectType = parameters.get('subject_token_type');
  const requestedType = parameters.get('requested_token_type') ?? offline;
  if (shop.state === 'uninstalled') return refused(problems.notInstalled);
  if (subjectType === offline && requestedType === offline) return migrateToken(context);
  if (subjectType !== idToken || (requestedType !== offline && requestedType !== online)) {
    return refused(problems.tokenType);
  }

  const claims = readSessionToken(parameters.get('subject_token') ?? '', app, shop.domain, now);
  if (!claims) return refused(problems.sessionToken);
  const scopes = grantedScopes(app, shop);
  const issuing = issuingFor(context, scopes);
  if (requestedType === online) {
    return onlineAnswer(issueAccess(issuing, 'online', lifetimes.day), scopes, claims.sub);
  }
  if (wantsExpiring(parameters)) return pairResponse(issueNewChain(issuing), scopes, context);
  return permanentAnswer(issuePermanent(issuing), scopes);
};

/**
 * Milliseconds from its first use for which a refresh token still gives what it gave, while that was not used either.
 * https://shopify.dev/changelog/more-resilient-refreshes-for-expiring-offline-access-tokens
 */
const refreshRecoveryMs = 30 * 24 * 3_600_000;

/**
 * A refresh token for a new pair. The old access token lives on to its own expiry; the refresh token before this one
 * is dead from now on, since this one arrived.
 */
export const refreshGrant: Grant = (context) => {
  const { app, shop, store, now, parameters } = context;
  const refresh = findRefresh(store, shop.domain, parameters.get('refresh_token') ?? '');
  if (!refresh || refresh.app !== app.id || refresh.expiresAt <= now || shop.state === 'uninstalled') {
    return refused(problems.refresh);
  }
  if (refresh.replacement) return replayed(refresh.replacement, refresh.scopes, context);

  for (const other of store.all(shop.domain, oauthKinds.refresh) as readonly RefreshTokenEntity[]) {
    if (other.app === app.id && other.id !== refresh.id) store.delete(shop.domain, oauthKinds.refresh, other.id);
  }
  const { scopes } = refresh;
  const pair = issuePair(issuingFor(context, scopes));
  store.put(shop.domain, oauthKinds.refresh, { ...refresh, replacement: pair });
  return pairResponse(pair, scopes, context);
};

/** The same again, for who has lost the first response. */
function replayed(pair: StoredPair, scopes: readonly string[], context: GrantContext): Granted {
  const isRevived = context.now - pair.at <= refreshRecoveryMs && revivePair(pair, issuingFor(context, scopes));
  return isRevived ? pairResponse(pair, scopes, context) : refused(problems.refresh);
}

/**
 * Milliseconds for which a token that was migrated still gives the pair, while that was not used.
 * https://shopify.dev/changelog/more-resilient-token-exchanges-when-migrating-tokens-without-a-user-session
 */
const migrationRecoveryMs = 7 * 24 * 3_600_000;

/**
 * Exchanges an offline token that never expires for a pair that does. The old token stops working.
 * https://shopify.dev/docs/apps/build/authentication-authorization/migrate-to-expiring-offline-access-tokens
 */
function migrateToken(context: GrantContext): Granted {
  const { shop, store, parameters } = context;
  if (!wantsExpiring(parameters)) return refused(problems.notExpiring);
  const token = parameters.get('subject_token') ?? '';
  const id = tokenGid(oauthKinds.retired, token);
  const retired = store.get(shop.domain, oauthKinds.retired, id) as RetiredTokenEntity | undefined;
  if (retired) return recovered(retired.migration, context);

  const issued = findIssued(store, shop.domain, token);
  const scopes = permanentScopes(token, issued, context);
  if (!scopes) return refused(problems.sessionToken);
  const pair = issueNewChain(issuingFor(context, scopes));
  if (issued) store.delete(shop.domain, oauthKinds.access, issued.id);
  store.put(shop.domain, oauthKinds.retired, { id, migration: pair });
  return pairResponse(pair, scopes, context);
}

/** The scopes of a token that may be migrated: one of this app, offline, that never expires. */
function permanentScopes(
  token: string,
  issued: AccessTokenEntity | undefined,
  { app, shop }: GrantContext,
): readonly string[] | undefined {
  if (shop.tokens.get(token) === app.id) return grantedScopes(app, shop);
  const fits = issued?.app === app.id && issued.mode === 'offline' && issued.expiresAt === null;
  return fits ? issued.scopes : undefined;
}

/** The same pair again, for who has lost the first response. */
function recovered(pair: StoredPair | null, context: GrantContext): Granted {
  const { app, shop, store, now } = context;
  const issued = pair && findIssued(store, shop.domain, pair.accessToken);
  if (!pair || issued?.app !== app.id || now - pair.at > migrationRecoveryMs) return refused(problems.sessionToken);
  const isRevived = revivePair(pair, issuingFor(context, issued.scopes));
  return isRevived ? pairResponse(pair, issued.scopes, context) : refused(problems.sessionToken);
}

/** The response with an offline token that never expires. */
function permanentAnswer(accessToken: string, scopes: readonly string[]): Granted {
  return { ok: true, body: { access_token: accessToken, scope: scopeText(scopes) } };
}

/** The response with a token that lives a day and has no refresh token. */
function dayAnswer(accessToken: string, scopes: readonly string[]): Granted {
  return { ok: true, body: { access_token: accessToken, scope: scopeText(scopes), expires_in: lifetimes.day } };
}

/** The response with an access token and its refresh token. */
function pairResponse(pair: StoredPair, scopes: readonly string[], { app, now }: GrantContext): Granted {
  return {
    ok: true,
    body: {
      access_token: pair.accessToken,
      expires_in: offlineSeconds(app),
      refresh_token: pair.refreshToken,
      refresh_token_expires_in: Math.floor((pair.refreshExpiresAt - now) / 1_000),
      scope: scopeText(scopes),
    },
  };
}

/** The response with an online token, which belongs to a user of the shop. */
function onlineAnswer(accessToken: string, scopes: readonly string[], userId: string): Granted {
  return {
    ok: true,
    body: {
      access_token: accessToken,
      scope: scopeText(scopes),
      expires_in: lifetimes.day,
      associated_user_scope: scopeText(scopes),
      associated_user: {
        id: Number(userId),
        first_name: 'Fake',
        last_name: 'Owner',
        email: 'owner@shop.example',
        email_verified: true,
        account_owner: true,
        locale: 'en',
        collaborator: false,
      },
    },
  };
}

const badRequest = (error: string, description: string): OAuthProblem => ({ status: 400, error, description });

/** Refusals in Shopify's words, as far as they are known. */
export const problems = {
  appUnknown: badRequest('application_cannot_be_found', 'Could not find Shopify API application with that api_key'),
  wrongSecret: badRequest('invalid_client', 'The client credentials are not valid'),
  notInstalled: badRequest('app_not_installed', 'The application is not installed on this shop.'),
  unknownGrant: badRequest('invalid_request', 'The grant_type is not supported'),
  codeUnknown: badRequest('invalid_request', 'The authorization code was not found or was already used'),
  sessionToken: badRequest(
    'invalid_subject_token',
    'Token exchange cannot be performed due to an invalid subject token.',
  ),
  tokenType: badRequest('invalid_request', 'The subject_token_type and requested_token_type do not fit together'),
  notExpiring: badRequest('invalid_request', 'A token is migrated with expiring=1 only'),
  redirect: badRequest('invalid_request', 'The redirect_uri is not whitelisted'),
  scope: badRequest('invalid_scope', 'The scope is not valid'),
  /**
   * For a refresh token that is unknown, replaced, expired or revoked. Final: no other try helps.
   * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
   */
  refresh: { status: 401, error: 'invalid_request', description: 'This request requires an active refresh_token' },
} as const satisfies Record<string, OAuthProblem>;

/** A grant that is refused. */
const refused = (problem: OAuthProblem): Granted => ({ ok: false, problem });

/** The response of a refusal: JSON to who asks for JSON by `Accept`, and a page to everybody else, as Shopify's. */
export function problemAnswer({ status, error, description }: OAuthProblem, request: FakeRequest): WholeResponse {
  if (request.header('accept')?.includes('json')) {
    return jsonResponse(status, { error, error_description: description });
  }
  const title = `${status} - Oauth error ${error}`;
  const said = `Oauth error ${error}: ${description}`;
  const body = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><div>${said}</div></body></html>\n`;
  return { type: 'answer', status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

const oneScope = /^(?:unauthenticated_|customer_)?(?:read|write)_[a-z_]+$/;

/** Reads `read_products,write_orders`; `undefined` if it is not a list of scopes. */
export function parseScopes(text: string): readonly string[] | undefined {
  const scopes = text.split(/[\s,]+/).filter((scope) => scope !== '');
  return scopes.every((scope) => oneScope.test(scope)) ? scopes : undefined;
}

/**
 * The scopes that an app is given: those it asks for, else those it is set up with, else all; with those to read that
 * the ones to write hold, and without those that the shop does not grant.
 */
export function grantedScopes(app: FakeApp, shop: ShopState, asked?: readonly string[]): readonly string[] {
  const wanted = asked ?? app.scopes ?? allScopes;
  const held = new Set(wanted.flatMap((scope) => [scope, scope.replace('write_', 'read_')]));
  return [...held].filter((scope) => isGranted(scope, shop.scopes)).sort();
}

/** The scopes as a response lists them: one to read goes without saying beside the one to write. */
function scopeText(scopes: readonly string[]): string {
  const all = new Set(scopes);
  return scopes.filter((scope) => !scope.includes('read_') || !all.has(scope.replace('read_', 'write_'))).join(',');
}

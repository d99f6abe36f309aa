import type { StoredPair } from '../store/oauth-entities.ts';
import { scopeText } from './scope-list.ts';
import { lifetimes } from './tokens.ts';
import type { Granted } from './types.ts';

/** The answer with an offline token that never expires. */
export function permanentAnswer(accessToken: string, scopes: readonly string[]): Granted {
  return { ok: true, body: { access_token: accessToken, scope: scopeText(scopes) } };
}

/** The answer with a token that lives a day and has no refresh token. */
export function dayAnswer(accessToken: string, scopes: readonly string[]): Granted {
  return { ok: true, body: { access_token: accessToken, scope: scopeText(scopes), expires_in: lifetimes.day } };
}

/** The answer with an access token and its refresh token. */
export function pairAnswer(pair: StoredPair, scopes: readonly string[], now: number): Granted {
  return {
    ok: true,
    body: {
      access_token: pair.accessToken,
      expires_in: lifetimes.expiringOffline,
      refresh_token: pair.refreshToken,
      refresh_token_expires_in: Math.floor((pair.refreshExpiresAt - now) / 1_000),
      scope: scopeText(scopes),
    },
  };
}

/** The answer with an online token, which belongs to a user of the shop. */
export function onlineAnswer(accessToken: string, scopes: readonly string[], userId: string): Granted {
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

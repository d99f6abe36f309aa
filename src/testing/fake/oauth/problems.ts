import { jsonAnswer } from '../http/answers.ts';
import type { FakeRequest, WholeAnswer } from '../http/api.ts';
import type { Granted, OAuthProblem } from './types.ts';

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
export const refused = (problem: OAuthProblem): Granted => ({ ok: false, problem });

/** The answer of a refusal: JSON to who asks for JSON by `Accept`, and a page to everybody else, as Shopify's. */
export function problemAnswer({ status, error, description }: OAuthProblem, request: FakeRequest): WholeAnswer {
  if (request.header('accept')?.includes('json')) {
    return jsonAnswer(status, { error, error_description: description });
  }
  const title = `${status} - Oauth error ${error}`;
  const said = `Oauth error ${error}: ${description}`;
  const body = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><div>${said}</div></body></html>\n`;
  return { type: 'answer', status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

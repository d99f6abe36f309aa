import { StorageError } from '../../errors/errors.ts';
import { isRecord } from '../../internal/json.ts';
import type { StoredTokens } from '../../ports/token-store.ts';
import { type KnownOwner, shownOwner } from './owner-keys.ts';

const isTime = (value: unknown): boolean =>
  value === null || (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER);

const isToken = (value: unknown): boolean => typeof value === 'string' && value !== '';

const rules: { readonly [field in keyof StoredTokens]: (value: unknown) => boolean } = {
  accessToken: isToken,
  accessTokenExpiresAt: isTime,
  refreshToken: (value) => value === null || isToken(value),
  refreshTokenExpiresAt: isTime,
  scopes: (value) => Array.isArray(value) && value.every((scope) => typeof scope === 'string'),
};

/** Fields that are not what they should be. */
const wrongFields = (tokens: unknown): string[] =>
  Object.entries(rules)
    .filter(([field, fits]) => !isRecord(tokens) || !fits(tokens[field]))
    .map(([field]) => field);

/** Whether a value is what is kept of tokens. */
export function isStoredTokens(value: unknown): value is StoredTokens {
  return wrongFields(value).length === 0;
}

/** A copy with the tokens' own fields and nothing else. */
export function copyTokens(tokens: StoredTokens): StoredTokens {
  return {
    accessToken: tokens.accessToken,
    accessTokenExpiresAt: tokens.accessTokenExpiresAt,
    refreshToken: tokens.refreshToken,
    refreshTokenExpiresAt: tokens.refreshTokenExpiresAt,
    scopes: [...tokens.scopes],
  };
}

/**
 * A copy of the tokens, sure to come back as it is.
 *
 * @throws StorageError naming the fields that do not fit, and none of their values.
 */
export function checkedTokens(owner: KnownOwner, tokens: StoredTokens): StoredTokens {
  const wrong = wrongFields(tokens);
  if (wrong.length === 0) return copyTokens(tokens);
  throw new StorageError(
    `The tokens of ${shownOwner(owner)} cannot be stored: ${wrong.join(', ')} must be text, milliseconds since the epoch or null, as TokenStore's types say.`,
    false,
    { shop: owner.shop },
  );
}

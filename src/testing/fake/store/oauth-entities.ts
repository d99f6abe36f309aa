import type { Entity } from './entity-store.ts';

/** An access token that the token endpoint gave. */
export interface AccessTokenEntity extends Entity {
  /** Id of the app in this fake. */
  readonly app: string;
  readonly mode: 'offline' | 'online';
  readonly scopes: readonly string[];
  /** Wall time in milliseconds since the epoch; `null` for never. */
  readonly expiresAt: number | null;
}

/** A refresh token. */
export interface RefreshTokenEntity extends Entity {
  readonly app: string;
  readonly scopes: readonly string[];
  /** Wall time in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** What it was exchanged for; `null` for one that is unused. */
  readonly replacement: StoredPair | null;
}

/** An access token and a refresh token that were given together. */
export interface StoredPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the pair was given: wall time in milliseconds since the epoch. */
  readonly at: number;
  /** When the refresh token ends. */
  readonly refreshExpiresAt: number;
}

/** A code that waits to be exchanged. */
export interface AuthorizationCodeEntity extends Entity {
  readonly app: string;
  readonly mode: 'offline' | 'online';
  readonly scopes: readonly string[];
  /** Wall time in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A token that is not taken any more, though the options of the fake may still name it. */
export interface RetiredTokenEntity extends Entity {
  /** What it was migrated to; `null` for one that was revoked. */
  readonly migration: StoredPair | null;
}

/** Kinds under which the store keeps what OAuth gave. */
export const oauthKinds = {
  access: 'AccessToken',
  refresh: 'RefreshToken',
  code: 'AuthorizationCode',
  retired: 'RetiredToken',
} as const;

/** The gid of a token or code: it is found by itself. */
export const tokenGid = (kind: string, token: string): string => `gid://shopify/${kind}/${token}`;

/** The token or code in a gid. */
export const tokenOf = ({ id }: Entity): string => id.slice(id.lastIndexOf('/') + 1);

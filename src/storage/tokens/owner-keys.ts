import { StorageError } from '../../errors/errors.ts';
import type { TokenOwner } from '../../ports/token-store.ts';
import { isStorableText, maxKeyLength } from '../adapter-kit.ts';

/** A token owner with its defaults. */
export interface KnownOwner {
  readonly shop: string;
  readonly appId: string;
  readonly userId?: string;
}

const parts = ['shop', 'appId', 'userId'] as const;

/**
 * The owner with its defaults.
 *
 * @throws StorageError naming each part that does not fit.
 */
export function checkedOwner({ shop, appId = 'default', userId }: TokenOwner): KnownOwner {
  const owner = { shop, appId, ...(userId !== undefined && { userId }) };
  const wrong = parts.filter((part) => {
    const value: unknown = owner[part];
    return part in owner && (typeof value !== 'string' || value === '' || !isStorableText(value));
  });
  if (wrong.length === 0) return owner;
  throw new StorageError(
    `The owner of tokens does not fit: ${wrong.join(', ')} must be text that is not empty, without NUL and half surrogate pairs.`,
    false,
  );
}

/** The owner in words, for an error. */
export function shownOwner({ shop, appId, userId }: KnownOwner): string {
  return `${shop} (app ${appId}${userId === undefined ? '' : `, user ${userId}`})`;
}

/**
 * Stands between the prefix and the owner. No part of an owner holds it, since it is escaped there: so what comes
 * behind a longer prefix is never taken for an owner behind a shorter one.
 */
const mark = '@';

/**
 * The key of an owner's tokens: its parts, escaped so that no two owners share one.
 *
 * @throws StorageError where they are too long for a key.
 */
export function ownerKey(prefix: string, owner: KnownOwner): string {
  const { shop, appId, userId } = owner;
  const names = userId === undefined ? [shop, appId] : [shop, appId, userId];
  const key = prefix + mark + names.map(encodeURIComponent).join('/');
  if (key.length <= maxKeyLength) return key;
  throw new StorageError(
    `The owner of tokens does not fit: shop, appId and userId together are too long for a key of ${maxKeyLength} characters.`,
    false,
    { shop: shop.slice(0, maxKeyLength) },
  );
}

/** What the keys of all owners begin with, or those of one shop. */
export function ownersPrefix(prefix: string, shop?: string): string {
  return shop === undefined ? prefix + mark : `${prefix}${mark}${encodeURIComponent(shop)}/`;
}

/** The owner whose key it is; `undefined` for a key that is none of these. */
export function ownerOf(prefix: string, key: string): KnownOwner | undefined {
  const names = key.slice(prefix.length + mark.length).split('/');
  if (names.includes('') || names.length < 2 || names.length > 3) return undefined;
  try {
    const [shop = '', appId = '', userId] = names.map(decodeURIComponent);
    const owner = { shop, appId, ...(userId !== undefined && { userId }) };
    return ownerKey(prefix, owner) === key ? owner : undefined;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

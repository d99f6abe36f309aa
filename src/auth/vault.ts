import { randomUUID } from 'node:crypto';
import { ConfigError } from '../errors/errors.ts';
import { isStorageError } from '../errors/guards.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { TokenStore } from '../ports/token-store.ts';
import { isStorableText } from '../storage/adapter-kit.ts';
import { checkedOwner, type KnownOwner, ownerKey, ownerOf, ownersPrefix } from '../storage/tokens/owner-keys.ts';
import { createSealing } from '../storage/tokens/sealing.ts';
import { readKeys, type TokenKey } from '../storage/tokens/secrets.ts';
import { checkedTokens } from '../storage/tokens/token-rules.ts';

/** How tokens are kept. */
export interface TokenStoreOptions {
  /** Where: `stores.keyValue` of any adapter. */
  readonly store: KeyValueStore;
  /** The first key encrypts, all of them decrypt. To rotate, put a new one in front and call `rotate()`. */
  readonly keys: readonly TokenKey[];
  /** What the names of all keys in the store begin with, at most 64 characters. Default `tokens/`. Two token stores with different ones never meet. */
  readonly keyPrefix?: string;
}

/** What a rotation found. */
export interface RotationReport {
  /** Entries that were encrypted anew. */
  readonly rotated: number;
  /** Entries that the newest key encrypts already. */
  readonly current: number;
  /** Entries that none of the keys decrypts. They are left as they are; `get` tells what is wrong with each. */
  readonly unreadable: number;
}

/** A token store whose keys can be changed while it is in use. */
export interface RotatingTokenStore extends TokenStore {
  /**
   * Encrypts with the newest key whatever an older one encrypts. Safe at any time, by several processes at once
   * and while others write: an entry is replaced only where nobody else has changed it. Once it reports nothing
   * unreadable and all processes have the new key in front, the old keys can be taken away.
   */
  rotate(): Promise<RotationReport>;
}

/**
 * Keeps tokens in a key-value store, encrypted with AES-256-GCM. An entry is bound to its owner: copied to
 * another shop, app or user it does not decrypt.
 *
 * @throws ConfigError for a key that is missing, has not 32 bytes or is not random. No secret is ever shown.
 *
 * @example
 * const tokens = createTokenStore({
 *   store: stores.keyValue,
 *   keys: [{ id: '2026-11', secret: process.env.TOKEN_KEY ?? '' }],
 * });
 * const entry = await tokens.get({ shop: 'acme.myshopify.com' });
 */
export function createTokenStore(options: TokenStoreOptions): RotatingTokenStore {
  const { store, keyPrefix: prefix = 'tokens/' } = options;
  if (typeof prefix !== 'string' || prefix.length > 64 || !isStorableText(prefix)) {
    throw new ConfigError([{ field: 'keyPrefix', message: 'use a text of at most 64 characters' }]);
  }
  const { seal, open, isNewest } = createSealing(readKeys(options.keys));

  async function* entries(shop?: string): AsyncGenerator<{ readonly key: string; readonly owner: KnownOwner }> {
    for await (const key of store.scan(ownersPrefix(prefix, shop))) {
      const owner = ownerOf(prefix, key);
      if (owner) yield { key, owner };
    }
  }

  /** Encrypts one entry anew, however often somebody else changes it meanwhile. */
  const rotateOne = async (key: string, owner: KnownOwner): Promise<keyof RotationReport | undefined> => {
    for (;;) {
      const sealed = await store.get(key);
      if (sealed === undefined) return undefined;
      try {
        // Also of one that bears the newest key's id: its secret may be another one, or the entry damaged.
        const entry = open(owner, sealed);
        if (isNewest(sealed)) return 'current';
        if (await store.compareAndSet(key, sealed, seal(owner, entry))) return 'rotated';
      } catch (error) {
        // The store's own failures end the rotation; an entry that cannot be read is no reason to leave the others.
        if (!isStorageError(error) || error.shop !== owner.shop) throw error;
        return 'unreadable';
      }
    }
  };

  return {
    async get(owner) {
      const known = checkedOwner(owner);
      const sealed = await store.get(ownerKey(prefix, known));
      return sealed === undefined ? undefined : open(known, sealed);
    },
    async replace(owner, version, tokens) {
      const known = checkedOwner(owner);
      const key = ownerKey(prefix, known);
      const next = { tokens: checkedTokens(known, tokens), version: randomUUID() };
      if (version === undefined) {
        return (await store.compareAndSet(key, undefined, seal(known, next))) ? next.version : undefined;
      }
      for (;;) {
        const sealed = await store.get(key);
        if (sealed === undefined || open(known, sealed).version !== version) return undefined;
        // Where it fails, a rotation may have been faster, which changes no version.
        if (await store.compareAndSet(key, sealed, seal(known, next))) return next.version;
      }
    },
    async delete(owner) {
      return store.delete(ownerKey(prefix, checkedOwner(owner)));
    },
    async *owners(shop) {
      if (shop !== undefined) checkedOwner({ shop });
      for await (const { owner } of entries(shop)) yield owner;
    },
    async erase(shop) {
      checkedOwner({ shop });
      let erased = 0;
      for await (const { key } of entries(shop)) if (await store.delete(key)) erased += 1;
      return erased;
    },
    async rotate() {
      const report = { rotated: 0, current: 0, unreadable: 0 };
      for await (const { key, owner } of entries()) {
        const outcome = await rotateOne(key, owner);
        if (outcome !== undefined) report[outcome] += 1;
      }
      return report;
    },
  };
}

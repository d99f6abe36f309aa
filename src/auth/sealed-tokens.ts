import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { shopNameOf } from '../config/shop-domain.ts';
import { isShopwrightError, StorageError } from '../errors/errors.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { KeyValueStore, Lock, LockOptions } from '../ports/key-value-store.ts';
import type { StoredTokens, TokenEntry, TokenOwner, TokenStore } from '../ports/token-store.ts';
import { isStorableText, maxKeyLength } from '../storage/adapter-kit.ts';
import { defaultApp, ownersPrefix, tokenPrefix } from '../storage/keys.ts';

/** Result of a key rotation. */
export interface RotationReport {
  /** Number of entries that were encrypted again. */
  readonly rotated: number;
  /** Number of entries already encrypted with the newest key. */
  readonly current: number;
  /**
   * Number of entries that this process cannot read, for example because their key was not passed. They are left
   * unchanged; for each, `get` throws an error that names the problem.
   */
  readonly unreadable: number;
}

/** A token store whose encryption keys can be changed while in use. */
export interface RotatingTokenStore extends TokenStore {
  /**
   * Re-encrypts with the newest key all entries that an older key encrypted. Safe at any time, in several processes at
   * once and during writes: an entry is replaced only if nothing else has changed it. Once `unreadable` is 0 and all
   * processes have the new key first, you can remove the old keys.
   */
  rotate(): Promise<RotationReport>;
}

/** Keys of 32 bytes by id; at least one. The first one encrypts, all of them decrypt. */
export type KeyRing = ReadonlyMap<string, Uint8Array>;

/** Sealed entries in a key-value store, one key per owner. */
export class SealedTokens implements Required<RotatingTokenStore> {
  readonly #store: KeyValueStore;
  readonly #prefix: string;
  readonly #seal: Seal;

  constructor(store: KeyValueStore, prefix: string | undefined, keys: KeyRing) {
    this.#store = store;
    this.#prefix = prefix ?? tokenPrefix;
    this.#seal = new Seal(keys);
  }

  async get(owner: TokenOwner): Promise<TokenEntry | undefined> {
    const known = checkedOwner(owner);
    const sealed = await this.#store.get(ownerKey(this.#prefix, known));
    return sealed === undefined ? undefined : this.#seal.open(known, sealed);
  }

  async replace(owner: TokenOwner, version: string | undefined, tokens: StoredTokens): Promise<string | undefined> {
    const known = checkedOwner(owner);
    const key = ownerKey(this.#prefix, known);
    const next = { tokens: checkedTokens(known, tokens), version: randomUUID(), savedAt: await this.now() };
    if (version === undefined) {
      const isFirst = await this.#store.compareAndSet(key, undefined, this.#seal.close(known, next));
      return isFirst ? next.version : undefined;
    }
    for (;;) {
      const sealed = await this.#store.get(key);
      if (sealed === undefined || this.#seal.open(known, sealed).version !== version) return undefined;
      // On failure, check again: a rotation changes the entry, but not its version.
      if (await this.#store.compareAndSet(key, sealed, this.#seal.close(known, next))) return next.version;
    }
  }

  async lock(owner: TokenOwner, options?: LockOptions): Promise<Lock | undefined> {
    return this.#store.lock(ownerKey(this.#prefix, checkedOwner(owner)), options);
  }

  async now(): Promise<number> {
    return this.#store.now?.() ?? Date.now();
  }

  async delete(owner: TokenOwner): Promise<boolean> {
    return this.#store.delete(ownerKey(this.#prefix, checkedOwner(owner)));
  }

  async *owners(shop?: string): AsyncGenerator<KnownOwner> {
    for await (const { owner } of this.#entries(shop)) yield owner;
  }

  async erase(shop: string): Promise<number> {
    let erased = 0;
    for await (const { key } of this.#entries(shop)) if (await this.#store.delete(key)) erased += 1;
    return erased;
  }

  async rotate(): Promise<RotationReport> {
    const report = { rotated: 0, current: 0, unreadable: 0 };
    for await (const { key, owner } of this.#entries()) {
      const outcome = await this.#rotateOne(key, owner);
      if (outcome !== undefined) report[outcome] += 1;
    }
    return report;
  }

  async *#entries(shop?: string): AsyncGenerator<{ readonly key: string; readonly owner: KnownOwner }> {
    const ofShop = shop === undefined ? '' : `${encodeURIComponent(checkedOwner({ shop }).shop)}/`;
    for await (const key of this.#store.scan(ownersPrefix(this.#prefix) + ofShop)) {
      const owner = ownerOf(this.#prefix, key);
      if (owner) yield { key, owner };
    }
  }

  /** Re-encrypts one entry, however often it is changed meanwhile. */
  async #rotateOne(key: string, owner: KnownOwner): Promise<keyof RotationReport | undefined> {
    for (;;) {
      const sealed = await this.#store.get(key);
      if (sealed === undefined) return undefined;
      try {
        // Opened even if it names the newest key: the secret may differ, or the entry may be damaged.
        const entry = this.#seal.open(owner, sealed);
        if (this.#seal.isNewest(sealed)) return 'current';
        if (await this.#store.compareAndSet(key, sealed, this.#seal.close(owner, entry))) return 'rotated';
      } catch (error) {
        // A failure of the store ends the rotation; an unreadable entry does not keep the others from being rotated.
        if (!isShopwrightError(error, 'STORAGE_FAILED') || error.shop !== owner.shop) throw error;
        return 'unreadable';
      }
    }
  }
}

/** A token owner with its defaults. */
export interface KnownOwner {
  readonly shop: string;
  readonly appId: string;
  readonly userId?: string;
}

const parts = ['shop', 'appId', 'userId'] as const;

/**
 * Returns the owner with its defaults.
 *
 * @throws StorageError naming each invalid part.
 */
function checkedOwner({ shop: written, appId = defaultApp, userId }: TokenOwner): KnownOwner {
  const shop = typeof written === 'string' ? shopNameOf(written) : written;
  const owner = { shop, appId, ...(userId !== undefined && { userId }) };
  const wrong = parts.filter((part) => {
    const value: unknown = owner[part];
    return part in owner && (typeof value !== 'string' || value === '' || !isStorableText(value));
  });
  if (wrong.length === 0) return owner;
  throw new StorageError(
    `The owner of tokens is invalid: ${wrong.join(', ')} must be non-empty text without NUL characters or lone surrogates.`,
  );
}

/** The owner in words, for an error. */
function shownOwner({ shop, appId, userId }: KnownOwner): string {
  return `${shop} (app ${appId}${userId === undefined ? '' : `, user ${userId}`})`;
}

/**
 * The key of an owner's tokens: its parts, escaped so that no two owners share one.
 *
 * @throws StorageError if they are too long for a key.
 */
function ownerKey(prefix: string, owner: KnownOwner): string {
  const { shop, appId, userId } = owner;
  const names = userId === undefined ? [shop, appId] : [shop, appId, userId];
  // Keys under a longer prefix are never taken for owners under a shorter one.
  const key = ownersPrefix(prefix) + names.map(encodeURIComponent).join('/');
  if (key.length <= maxKeyLength) return key;
  throw new StorageError(
    `The owner of tokens is invalid: shop, appId and userId together are too long for a key of ${maxKeyLength} characters.`,
    { shop: shop.slice(0, maxKeyLength) },
  );
}

/** Returns the owner of a key; `undefined` if the key is not an owner's. */
function ownerOf(prefix: string, key: string): KnownOwner | undefined {
  const names = key.slice(ownersPrefix(prefix).length).split('/');
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

/**
 * Returns a checked copy of the tokens.
 *
 * @throws StorageError naming the invalid fields, and none of their values.
 */
function checkedTokens(owner: KnownOwner, tokens: StoredTokens): StoredTokens {
  const invalid = invalidFields(tokens);
  if (invalid.length === 0) return copyTokens(tokens);
  throw new StorageError(
    `The tokens of ${shownOwner(owner)} cannot be stored: ${invalid.join(', ')} must be strings, milliseconds since the epoch or null, as in TokenStore's types.`,
    { shop: owner.shop },
  );
}

/** A copy with the tokens' own fields and nothing else. */
function copyTokens(tokens: StoredTokens): StoredTokens {
  return {
    accessToken: tokens.accessToken,
    accessTokenExpiresAt: tokens.accessTokenExpiresAt,
    refreshToken: tokens.refreshToken,
    refreshTokenExpiresAt: tokens.refreshTokenExpiresAt,
    scopes: [...tokens.scopes],
  };
}

function isStoredTokens(value: unknown): value is StoredTokens {
  return invalidFields(value).length === 0;
}

function invalidFields(tokens: unknown): string[] {
  return Object.entries(rules)
    .filter(([field, isValid]) => !isRecord(tokens) || !isValid(tokens[field]))
    .map(([field]) => field);
}

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

/** Version of the format in which this release seals tokens. A change of the format takes the next number. */
const sealFormat = 1;

/** Prefix of each entry. */
const sealMark = `v${sealFormat}`;

const cipher = 'aes-256-gcm';

/** Bytes of a nonce and of an authentication tag, as in NIST SP 800-38D. */
const nonceBytes = 12;

const tagBytes = 16;

const startAgain = 'delete them with delete(owner), and have the shop authorize the app again';

/** Turns tokens into text that only the keys can read, with AES-256-GCM: `v1:KEY ID:BASE64`. */
class Seal {
  readonly #newest: readonly [id: string, key: KeyObject];
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(keys: KeyRing) {
    const all = Array.from(keys, ([id, bytes]) => [id, createSecretKey(bytes)] as const);
    const [newest] = all;
    if (!newest) throw new TypeError('There is no key to encrypt with.');
    this.#newest = newest;
    this.#keys = new Map(all);
  }

  /** Encrypts with the newest key, each time with a random nonce. */
  close(owner: KnownOwner, entry: TokenEntry): string {
    const [id, key] = this.#newest;
    const nonce = randomBytes(nonceBytes);
    const encryption = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
    encryption.setAAD(boundTo(id, owner));
    const body = Buffer.concat([encryption.update(JSON.stringify(entry), 'utf8'), encryption.final()]);
    return [sealMark, id, Buffer.concat([nonce, encryption.getAuthTag(), body]).toString('base64')].join(':');
  }

  /** @throws StorageError if no key opens it, it contains no entry, or a newer release has sealed it. */
  open(owner: KnownOwner, sealed: string): TokenEntry {
    const unreadable = (problem: string): StorageError =>
      new StorageError(`The tokens of ${shownOwner(owner)} cannot be read: ${problem}.`, { shop: owner.shop });
    const [mark = '', keyId = '', body = '', ...rest] = sealed.split(':');
    const format = Number(/^v(\d+)$/.exec(mark)?.[1] ?? 0);
    if (format > sealFormat) {
      throw unreadable(
        `a newer release of shopwright stored them, in format ${format}; this release knows formats up to ${sealFormat}. They were left unchanged. Update this process. If you will not update, ${startAgain}`,
      );
    }
    if (mark !== sealMark || keyId === '' || body === '' || rest.length > 0) {
      throw unreadable(`the entry is damaged. To start again, ${startAgain}`);
    }
    const key = this.#keys.get(keyId);
    if (!key) {
      throw unreadable(
        `they are encrypted with the key ${JSON.stringify(keyId.slice(0, 64))}, which is not in \`keys\`. Add that key`,
      );
    }
    const text = decrypt(key, Buffer.from(body, 'base64'), boundTo(keyId, owner));
    if (text === undefined) {
      throw unreadable(
        `the key ${JSON.stringify(keyId)} does not decrypt them. Its secret is not the one that encrypted them, or the entry was damaged or copied from another owner. Pass the right secret; if it is lost, ${startAgain}`,
      );
    }
    const entry = parseJson(text);
    if (!isRecord(entry) || typeof entry.version !== 'string' || !isStoredTokens(entry.tokens)) {
      throw unreadable(`the entry is not in this release's format. To start again, ${startAgain}`);
    }
    const { savedAt } = entry;
    // Entries of the first releases have no time.
    return {
      tokens: copyTokens(entry.tokens),
      version: entry.version,
      ...(typeof savedAt === 'number' && { savedAt }),
    };
  }

  /** Whether the entry names the newest key. */
  isNewest(sealed: string): boolean {
    return sealed.startsWith(`${sealMark}:${this.#newest[0]}:`);
  }
}

/** Authenticated data outside the ciphertext: the entry's owner and key. */
function boundTo(keyId: string, { shop, appId, userId }: KnownOwner): Buffer {
  return Buffer.from(JSON.stringify([sealMark, keyId, shop, appId, userId ?? null]));
}

function decrypt(key: KeyObject, sealed: Buffer, bound: Buffer): string | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const decryption = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decryption.setAAD(bound);
  decryption.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    return Buffer.concat([decryption.update(sealed.subarray(nonceBytes + tagBytes)), decryption.final()]).toString();
  } catch {
    // The tag does not match. The cause is unknown, and must not be revealed.
    return undefined;
  }
}

import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { ConfigError, type Issue, isShopwrightError, StorageError } from '../errors/errors.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { StoredTokens, TokenEntry, TokenOwner, TokenStore } from '../ports/token-store.ts';
import { isStorableText, maxKeyLength } from '../storage/adapter-kit.ts';

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
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'keyPrefix', message: 'use a text of at most 64 characters' }],
    });
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
        if (!isShopwrightError(error, 'STORAGE_FAILED') || error.shop !== owner.shop) throw error;
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
function isStoredTokens(value: unknown): value is StoredTokens {
  return wrongFields(value).length === 0;
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

/**
 * A copy of the tokens, sure to come back as it is.
 *
 * @throws StorageError naming the fields that do not fit, and none of their values.
 */
function checkedTokens(owner: KnownOwner, tokens: StoredTokens): StoredTokens {
  const wrong = wrongFields(tokens);
  if (wrong.length === 0) return copyTokens(tokens);
  throw new StorageError(
    `The tokens of ${shownOwner(owner)} cannot be stored: ${wrong.join(', ')} must be text, milliseconds since the epoch or null, as TokenStore's types say.`,
    { shop: owner.shop },
  );
}

/** A token owner with its defaults. */
interface KnownOwner {
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
function checkedOwner({ shop, appId = 'default', userId }: TokenOwner): KnownOwner {
  const owner = { shop, appId, ...(userId !== undefined && { userId }) };
  const wrong = parts.filter((part) => {
    const value: unknown = owner[part];
    return part in owner && (typeof value !== 'string' || value === '' || !isStorableText(value));
  });
  if (wrong.length === 0) return owner;
  throw new StorageError(
    `The owner of tokens does not fit: ${wrong.join(', ')} must be text that is not empty, without NUL and half surrogate pairs.`,
  );
}

/** The owner in words, for an error. */
function shownOwner({ shop, appId, userId }: KnownOwner): string {
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
function ownerKey(prefix: string, owner: KnownOwner): string {
  const { shop, appId, userId } = owner;
  const names = userId === undefined ? [shop, appId] : [shop, appId, userId];
  const key = prefix + mark + names.map(encodeURIComponent).join('/');
  if (key.length <= maxKeyLength) return key;
  throw new StorageError(
    `The owner of tokens does not fit: shop, appId and userId together are too long for a key of ${maxKeyLength} characters.`,
    { shop: shop.slice(0, maxKeyLength) },
  );
}

/** What the keys of all owners begin with, or those of one shop. */
function ownersPrefix(prefix: string, shop?: string): string {
  return shop === undefined ? prefix + mark : `${prefix}${mark}${encodeURIComponent(shop)}/`;
}

/** The owner whose key it is; `undefined` for a key that is none of these. */
function ownerOf(prefix: string, key: string): KnownOwner | undefined {
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

/** A key that encrypts tokens. */
export interface TokenKey {
  /** Names the key in what it encrypted: 1 to 64 letters, digits, `_`, `-` and `.`. Never give one to another secret. */
  readonly id: string;
  /** 32 random bytes, as they are or in base64: `openssl rand -base64 32`. */
  readonly secret: string | Uint8Array;
}

/** The keys by id. The first one encrypts, all of them decrypt. */
interface KeyRing {
  readonly newest: { readonly id: string; readonly key: KeyObject };
  get(id: string): KeyObject | undefined;
}

const keyBytes = 32;

/** 32 random bytes have 30 different values on average, and fewer than 20 in no lifetime of anybody. */
const leastVariety = 20;

const mend = 'make one with `openssl rand -base64 32`';

const bytesOf = (secret: unknown): Buffer | undefined => {
  if (secret instanceof Uint8Array) return Buffer.from(secret);
  const isBase64 = typeof secret === 'string' && /^[A-Za-z0-9+/_-]+={0,2}$/.test(secret.trim());
  return isBase64 ? Buffer.from(secret.trim(), 'base64') : undefined;
};

/** Whether each byte differs from the one before by the same: equal bytes, and 0, 1, 2, … */
const isRow = (bytes: Buffer): boolean => {
  const steps = bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0));
  return steps.every((step) => step === steps[0]);
};

const isText = (bytes: Buffer): boolean => bytes.every((byte) => byte >= 0x20 && byte <= 0x7e);

/** What is wrong with a secret, in words that do not show it. */
function secretProblem(bytes: Buffer | undefined): string | undefined {
  if (!bytes) return `must be base64 text or a Uint8Array: ${mend}`;
  if (bytes.length !== keyBytes) {
    return `must have ${keyBytes} bytes, and has ${bytes.length} once decoded from base64: ${mend}`;
  }
  if (isRow(bytes)) return `is all one byte or counts up, so anybody can guess it: ${mend}`;
  if (isText(bytes)) return `is readable text, such as words or hex digits, and no random bytes: ${mend}`;
  if (new Set(bytes).size < leastVariety) return `repeats itself too much to be random: ${mend}`;
  return undefined;
}

/**
 * Reads the keys.
 *
 * @throws ConfigError naming each key that does not fit by its place, never by its secret.
 */
function readKeys(keys: readonly TokenKey[]): KeyRing {
  const problems: Issue[] = [];
  const ring = new Map<string, KeyObject>();
  const list: readonly unknown[] = Array.isArray(keys) ? keys : [];
  if (list.length === 0) problems.push({ field: 'keys', message: `give at least one key: ${mend}` });
  for (const [place, one] of list.entries()) {
    const { id, secret } = (one ?? {}) as Partial<TokenKey>;
    const field = `keys[${place}]`;
    if (typeof id !== 'string' || !/^[\w.-]{1,64}$/.test(id)) {
      problems.push({ field: `${field}.id`, message: 'use 1 to 64 letters, digits, `_`, `-` and `.`' });
    } else if (ring.has(id)) {
      problems.push({ field: `${field}.id`, message: `is the id of another key too: ${JSON.stringify(id)}` });
    }
    const bytes = bytesOf(secret);
    const problem = secretProblem(bytes);
    if (problem !== undefined) problems.push({ field: `${field}.secret`, message: problem });
    else if (bytes && typeof id === 'string') ring.set(id, createSecretKey(bytes));
  }
  const [newest] = ring;
  if (problems.length > 0 || !newest) throw new ConfigError('Invalid configuration', { issues: problems });
  const [id, key] = newest;
  return { newest: { id, key }, get: (name) => ring.get(name) };
}

/** Begins each entry, so that a later form can be told from this one. */
const form = 'v1';

const cipher = 'aes-256-gcm';

/** Bytes of a nonce and of an authentication tag, as NIST SP 800-38D has them. */
const nonceBytes = 12;

const tagBytes = 16;

/** What is not in the ciphertext and still cannot be changed: whose entry it is, and which key it is for. */
const boundTo = (keyId: string, { shop, appId, userId }: KnownOwner): Buffer =>
  Buffer.from(JSON.stringify([form, keyId, shop, appId, userId ?? null]));

/** Tokens as text that only the keys can read. */
interface Sealing {
  seal(owner: KnownOwner, entry: TokenEntry): string;
  /** @throws StorageError where no key opens it, or what is in it is no entry. */
  open(owner: KnownOwner, sealed: string): TokenEntry;
  /** Whether the key that encrypts now is the one it was encrypted with. */
  isNewest(sealed: string): boolean;
}

/** Seals with AES-256-GCM, each time with a random nonce, under the newest of the keys. */
function createSealing(keys: KeyRing): Sealing {
  return {
    seal(owner, entry) {
      const { id, key } = keys.newest;
      const nonce = randomBytes(nonceBytes);
      const encryption = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
      encryption.setAAD(boundTo(id, owner));
      const body = Buffer.concat([encryption.update(JSON.stringify(entry), 'utf8'), encryption.final()]);
      return [form, id, Buffer.concat([nonce, encryption.getAuthTag(), body]).toString('base64')].join(':');
    },
    open(owner, sealed) {
      const unreadable = (problem: string): StorageError =>
        new StorageError(`The tokens of ${shownOwner(owner)} cannot be read: ${problem}.`, { shop: owner.shop });
      const [found, keyId = '', body = '', ...rest] = sealed.split(':');
      if (found !== form || keyId === '' || body === '' || rest.length > 0) {
        throw unreadable(`the entry is damaged, or of a newer release. ${startAnew}`);
      }
      const key = keys.get(keyId);
      if (!key) {
        throw unreadable(
          `they are encrypted with the key ${JSON.stringify(keyId.slice(0, 64))}, which is not among \`keys\`. Give that key too`,
        );
      }
      const text = decrypt(key, Buffer.from(body, 'base64'), boundTo(keyId, owner));
      if (text === undefined) {
        throw unreadable(
          `the key ${JSON.stringify(keyId)} does not decrypt them. Its secret is not the one they were encrypted with, or the entry was damaged or copied from another owner. Give the right secret; if it is lost: ${startAnew}`,
        );
      }
      const entry = parseJson(text);
      if (!isRecord(entry) || typeof entry.version !== 'string' || !isStoredTokens(entry.tokens)) {
        throw unreadable(`the entry is not what this release writes. ${startAnew}`);
      }
      return { tokens: copyTokens(entry.tokens), version: entry.version };
    },
    isNewest: (sealed) => sealed.startsWith(`${form}:${keys.newest.id}:`),
  };
}

const startAnew = 'Delete them with delete(owner), and have the shop authorise the app again';

function decrypt(key: KeyObject, sealed: Buffer, bound: Buffer): string | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const decryption = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decryption.setAAD(bound);
  decryption.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    return Buffer.concat([decryption.update(sealed.subarray(nonceBytes + tagBytes)), decryption.final()]).toString();
  } catch {
    // The tag does not fit. That is all there is to know, and all that may be told.
    return undefined;
  }
}

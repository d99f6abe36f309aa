// @ts-nocheck
import { assertValid, type Issue } from '../errors/base.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames } from '../internal/names.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { KeyRing, RotatingTokenStore } from './sealed-tokens.ts';

/** How tokens are kept. */
export interface TokenStoreOptions {
  /** Where: `stores.keyValue` of any adapter. */
  readonly store: KeyValueStore;
  /** The first key encrypts, all of them decrypt. To rotate, put a new one in front and call `rotate()`. */
  readonly keys: readonly TokenKey[];
  /**
   * Begins the names of all keys in the store; at most 64 characters. Default `tokens/`. Token stores with different
   * prefixes never meet. `complianceHandlers` finds one with another prefix only where it is given as `stores.tokens`.
   */
  readonly keyPrefix?: string;
}

/** A key that encrypts tokens. */
export interface TokenKey {
  /** Names the key in what it encrypted: 1 to 64 letters, digits, `_`, `-` and `.`. Never give one to another secret. */
  readonly id: string;
  /** 32 random bytes, as they are or in base64: `openssl rand -base64 32`. */
  readonly secret: string | Uint8Array;
}

/**
 * Keeps tokens in a key-value store, encrypted with AES-256-GCM. An entry is bound to its owner: copied to
 * another shop, app or user it does not decrypt. A shop is the same one however it is written: `ACME.myshopify.com`
 * and `https://acme.myshopify.com/` are `acme.myshopify.com`.
 *
 * @throws ConfigError for a key that is missing, is not 32 bytes long or is not random. No secret is ever shown.
 *
 * @example
 * const tokens = createTokenStore({
 *   store: stores.keyValue,
 *   keys: [{ id: '2026-11', secret: process.env.TOKEN_KEY ?? '' }],
 * });
 * const entry = await tokens.get({ shop: 'acme.myshopify.com' });
 */
export function createTokenStore(options: TokenStoreOptions): RotatingTokenStore {
  const { store, keyPrefix } = options;
  // With the default in place of a prefix, two stores would meet.
  const issues: Issue[] = [...unknownNames(options, { store: true, keys: true, keyPrefix: true })];
  if (keyPrefix !== undefined && !isPrefix(keyPrefix)) {
    issues.push({ field: 'keyPrefix', message: 'use text of at most 64 characters' });
  }
  const keys = readKeys(options.keys, issues);
  const vault = lateModule(async () => new (await loadSealed()).SealedTokens(store, keyPrefix, keys));
  return {
    get: async (owner) => (await vault()).get(owner),
    async replace(owner, version, tokens) {
      // What its caller does to it meanwhile changes nothing.
      const scopes = Array.isArray(tokens?.scopes) ? [...tokens.scopes] : tokens?.scopes;
      const [of, copy] = [{ ...owner }, { ...tokens, scopes }];
      return (await vault()).replace(of, version, copy);
    },
    delete: async (owner) => (await vault()).delete(owner),
    async *owners(shop) {
      yield* (await vault()).owners(shop);
    },
    erase: async (shop) => (await vault()).erase(shop),
    rotate: async () => (await vault()).rotate(),
    lock: async (owner, lockOptions) => (await vault()).lock(owner, lockOptions),
    now: async () => (await vault()).now(),
  };
}

/** Loaded at the first use: all that seals, opens and names entries. */
const loadSealed = lateModule(() => import('./sealed-tokens.ts'));

/** As every store wants it. */
const isPrefix = (text: unknown): boolean =>
  typeof text === 'string' && text.length <= 64 && !text.includes('\0') && text.isWellFormed();

/**
 * Reads the keys.
 *
 * @throws ConfigError with the issues that there are, and each invalid key by its place, never by its secret.
 */
function readKeys(keys: readonly TokenKey[], issues: Issue[]): KeyRing {
  const ring = new Map<string, Uint8Array>();
  const list: readonly unknown[] = Array.isArray(keys) ? keys : [];
  const problem = (field: string, message: string): number => issues.push({ field, message });
  if (list.length === 0) problem('keys', `give at least one key: ${makeOne}`);
  for (const [place, one] of list.entries()) {
    const { id, secret } = (one ?? {}) as Partial<TokenKey>;
    const field = `keys[${place}]`;
    const isName = typeof id === 'string' && /^[\w.-]{1,64}$/.test(id);
    if (!isName) problem(`${field}.id`, 'use 1 to 64 letters, digits, `_`, `-` and `.`');
    else if (ring.has(id)) problem(`${field}.id`, `is the id of another key too: ${JSON.stringify(id)}`);
    const bytes = bytesOf(secret);
    const weakness = bytes ? weaknessOf(bytes) : 'must be base64 text or a Uint8Array';
    if (weakness !== undefined) problem(`${field}.secret`, `${weakness}: ${makeOne}`);
    else if (bytes && isName) ring.set(id, bytes);
  }
  assertValid(issues);
  return ring;
}

const makeOne = 'make one with `openssl rand -base64 32`';

const keyBytes = 32;

/** 32 random bytes have 30 different values on average, and practically never fewer than 20. */
const leastDistinctBytes = 20;

/** What is wrong with a secret, in words that do not show it. */
function weaknessOf(bytes: Buffer): string | undefined {
  if (bytes.length !== keyBytes) {
    return `must have ${keyBytes} bytes, and has ${bytes.length} once decoded from base64`;
  }
  // Each byte differs from the one before by the same: equal bytes, and 0, 1, 2, …
  const steps = bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0));
  if (new Set(steps).size < 2) return 'is all one byte or counts up, so anybody can guess it';
  if (bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)) {
    return 'is readable text, such as words or hex digits, and not random bytes';
  }
  return new Set(bytes).size < leastDistinctBytes ? 'repeats itself too much to be random' : undefined;
}

function bytesOf(secret: unknown): Buffer | undefined {
  if (secret instanceof Uint8Array) return Buffer.from(secret);
  const isBase64 = typeof secret === 'string' && /^[A-Za-z0-9+/_-]+={0,2}$/.test(secret.trim());
  return isBase64 ? Buffer.from(secret.trim(), 'base64') : undefined;
}

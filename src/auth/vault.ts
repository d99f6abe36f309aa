import { assertValid, type Issue } from '../errors/base.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames } from '../internal/names.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { KeyRing, RotatingTokenStore } from './sealed-tokens.ts';

/** Options of `createTokenStore`. */
export interface TokenStoreOptions {
  /** Where to store the tokens: `stores.keyValue` of any adapter. */
  readonly store: KeyValueStore;
  /** Encryption keys: the first encrypts, all of them decrypt. To rotate, put a new key first and call `rotate()`. */
  readonly keys: readonly TokenKey[];
  /**
   * Prefix of all keys in the store, at most 64 characters. Default `tokens/`. Token stores with different prefixes
   * share nothing. `complianceHandlers` finds a store with another prefix only if you pass it as `stores.tokens`.
   */
  readonly keyPrefix?: string;
}

/** A key that encrypts tokens. */
export interface TokenKey {
  /**
   * Identifies the key in encrypted entries: 1 to 64 letters, digits, `_`, `-` and `.`. Never reuse it for another
   * secret.
   */
  readonly id: string;
  /** 32 random bytes, raw or in base64: `openssl rand -base64 32`. */
  readonly secret: string | Uint8Array;
}

/**
 * Creates a token store on a key-value store, encrypted with AES-256-GCM. An entry is bound to its owner: copied to
 * another shop, app or user, it cannot be decrypted. Shop names are normalized: `ACME.myshopify.com` and
 * `https://acme.myshopify.com/` are `acme.myshopify.com`.
 *
 * @throws ConfigError for a key that is missing, not 32 bytes long or not random. Errors never show a secret.
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
  // Falling back to the default prefix would mix up two stores.
  const issues: Issue[] = [...unknownNames(options, { store: true, keys: true, keyPrefix: true })];
  if (keyPrefix !== undefined && !isPrefix(keyPrefix)) {
    issues.push({ field: 'keyPrefix', message: 'use at most 64 characters' });
  }
  const keys = readKeys(options.keys, issues);
  const vault = lateModule(async () => new (await loadSealed()).SealedTokens(store, keyPrefix, keys));
  return {
    get: async (owner) => (await vault()).get(owner),
    async replace(owner, version, tokens) {
      // A copy, in case the caller changes it meanwhile.
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

/** Loaded at first use: the code that seals, opens and names entries. */
const loadSealed = lateModule(() => import('./sealed-tokens.ts'));

/** Whether every store accepts the prefix. */
const isPrefix = (text: unknown): boolean =>
  typeof text === 'string' && text.length <= 64 && !text.includes('\0') && text.isWellFormed();

/**
 * Reads the keys.
 *
 * @throws ConfigError with `issues` and each invalid key, by its position, never by its secret.
 */
function readKeys(keys: readonly TokenKey[], issues: Issue[]): KeyRing {
  const ring = new Map<string, Uint8Array>();
  const list: readonly unknown[] = Array.isArray(keys) ? keys : [];
  const problem = (field: string, message: string): number => issues.push({ field, message });
  if (list.length === 0) problem('keys', `pass at least one key: ${makeOne}`);
  for (const [place, one] of list.entries()) {
    const { id, secret } = (one ?? {}) as Partial<TokenKey>;
    const field = `keys[${place}]`;
    const isName = typeof id === 'string' && /^[\w.-]{1,64}$/.test(id);
    if (!isName) problem(`${field}.id`, 'use 1 to 64 letters, digits, `_`, `-` and `.`');
    else if (ring.has(id)) problem(`${field}.id`, `is also the id of another key: ${JSON.stringify(id)}`);
    const bytes = bytesOf(secret);
    const weakness = bytes ? weaknessOf(bytes) : 'must be base64 text or a Uint8Array';
    if (weakness !== undefined) problem(`${field}.secret`, `${weakness}: ${makeOne}`);
    else if (bytes && isName) ring.set(id, bytes);
  }
  assertValid(issues);
  return ring;
}

const makeOne = 'create one with `openssl rand -base64 32`';

const keyBytes = 32;

/** 32 random bytes have 30 different values on average, and practically never fewer than 20. */
const leastDistinctBytes = 20;

/** Returns what is wrong with a secret, without showing it. */
function weaknessOf(bytes: Buffer): string | undefined {
  if (bytes.length !== keyBytes) {
    return `must have ${keyBytes} bytes, but has ${bytes.length} when decoded from base64`;
  }
  // A constant difference between neighbours: equal bytes, or 0, 1, 2, …
  const steps = bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0));
  if (new Set(steps).size < 2) return 'repeats one byte or counts up, so it can be guessed';
  if (bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)) {
    return 'is readable text, such as words or hex digits, not random bytes';
  }
  return new Set(bytes).size < leastDistinctBytes ? 'is too repetitive to be random' : undefined;
}

function bytesOf(secret: unknown): Buffer | undefined {
  if (secret instanceof Uint8Array) return Buffer.from(secret);
  const isBase64 = typeof secret === 'string' && /^[A-Za-z0-9+/_-]+={0,2}$/.test(secret.trim());
  return isBase64 ? Buffer.from(secret.trim(), 'base64') : undefined;
}

import { createSecretKey, type KeyObject } from 'node:crypto';
import { ConfigError, type Issue } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames } from '../internal/names.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { tokenPrefix } from '../storage/keys.ts';
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
  const { store, keyPrefix = tokenPrefix } = options;
  // With the default in place of a prefix, two stores would meet.
  const issues = unknownNames(options, { store: true, keys: true, keyPrefix: true });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  // As every store wants it.
  if (typeof keyPrefix !== 'string' || keyPrefix.length > 64 || keyPrefix.includes('\0') || !keyPrefix.isWellFormed()) {
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'keyPrefix', message: 'use text of at most 64 characters' }],
    });
  }
  const keys = readKeys(options.keys);
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

/**
 * Reads the keys.
 *
 * @throws ConfigError naming each invalid key by its place, never by its secret.
 */
function readKeys(keys: readonly TokenKey[]): KeyRing {
  const issues: Issue[] = [];
  const ring = new Map<string, KeyObject>();
  const list: readonly unknown[] = Array.isArray(keys) ? keys : [];
  if (list.length === 0) issues.push({ field: 'keys', message: `give at least one key: ${makeOne}` });
  for (const [place, one] of list.entries()) {
    const { id, secret } = (one ?? {}) as Partial<TokenKey>;
    const field = `keys[${place}]`;
    if (typeof id !== 'string' || !/^[\w.-]{1,64}$/.test(id)) {
      issues.push({ field: `${field}.id`, message: 'use 1 to 64 letters, digits, `_`, `-` and `.`' });
    } else if (ring.has(id)) {
      issues.push({ field: `${field}.id`, message: `is the id of another key too: ${JSON.stringify(id)}` });
    }
    const bytes = bytesOf(secret);
    const problem = secretProblem(bytes);
    if (problem !== undefined) issues.push({ field: `${field}.secret`, message: problem });
    else if (bytes && typeof id === 'string') ring.set(id, createSecretKey(bytes));
  }
  const [newest] = ring;
  if (issues.length > 0 || !newest) throw new ConfigError('Invalid configuration', { issues });
  const [id, key] = newest;
  return { newest: { id, key }, get: (name) => ring.get(name) };
}

const makeOne = 'make one with `openssl rand -base64 32`';

const keyBytes = 32;

/** 32 random bytes have 30 different values on average, and practically never fewer than 20. */
const leastDistinctBytes = 20;

/** What is wrong with a secret, in words that do not show it. */
function secretProblem(bytes: Buffer | undefined): string | undefined {
  if (!bytes) return `must be base64 text or a Uint8Array: ${makeOne}`;
  if (bytes.length !== keyBytes) {
    return `must have ${keyBytes} bytes, and has ${bytes.length} once decoded from base64: ${makeOne}`;
  }
  if (isSequence(bytes)) return `is all one byte or counts up, so anybody can guess it: ${makeOne}`;
  if (isReadableText(bytes)) return `is readable text, such as words or hex digits, and not random bytes: ${makeOne}`;
  if (new Set(bytes).size < leastDistinctBytes) return `repeats itself too much to be random: ${makeOne}`;
  return undefined;
}

function bytesOf(secret: unknown): Buffer | undefined {
  if (secret instanceof Uint8Array) return Buffer.from(secret);
  const isBase64 = typeof secret === 'string' && /^[A-Za-z0-9+/_-]+={0,2}$/.test(secret.trim());
  return isBase64 ? Buffer.from(secret.trim(), 'base64') : undefined;
}

/** Whether each byte differs from the one before by the same: equal bytes, and 0, 1, 2, … */
function isSequence(bytes: Buffer): boolean {
  const steps = bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0));
  return steps.every((step) => step === steps[0]);
}

function isReadableText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte <= 0x7e);
}

import { createSecretKey, type KeyObject } from 'node:crypto';
import { ConfigError, type Problem } from '../../errors/errors.ts';

/** A key that encrypts tokens. */
export interface TokenKey {
  /** Names the key in what it encrypted: 1 to 64 letters, digits, `_`, `-` and `.`. Never give one to another secret. */
  readonly id: string;
  /** 32 random bytes, as they are or in base64: `openssl rand -base64 32`. */
  readonly secret: string | Uint8Array;
}

/** The keys by id. The first one encrypts, all of them decrypt. */
export interface KeyRing {
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
export function readKeys(keys: readonly TokenKey[]): KeyRing {
  const problems: Problem[] = [];
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
  if (problems.length > 0 || !newest) throw new ConfigError(problems);
  const [id, key] = newest;
  return { newest: { id, key }, get: (name) => ring.get(name) };
}

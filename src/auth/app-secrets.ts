import { unknownNames } from '../internal/names.ts';
import { nodeCrypto } from '../internal/node-crypto.ts';

/**
 * The app's client secret, or several while one is being replaced. `undefined` and empty ones are skipped, so that
 * `[process.env.SHOPIFY_API_SECRET, process.env.SHOPIFY_OLD_API_SECRET]` works as it stands.
 */
export type AppSecrets = string | undefined | readonly (string | undefined)[];

/** Which secret made a signature, counted from 0, or why none of them did. */
export type SecretMatch =
  | { readonly ok: true; readonly secretIndex: number }
  | { readonly ok: false; readonly reason: keyof typeof secretMessages | 'signature-mismatch' };

/** A signature to check. */
export interface Signature {
  /** What is signed: bytes, or text in UTF-8. */
  readonly content: string | Uint8Array;
  /** The signature as it was sent, and sure to be of 32 bytes in the one way to spell them. */
  readonly signature: string;
  readonly encoding: 'hex' | 'base64url';
}

/** Finds the secret that made an HMAC-SHA256, in constant time for each secret. */
export function matchSecret(secrets: unknown, { content, signature, encoding }: Signature): SecretMatch {
  const crypto = nodeCrypto;
  if (!crypto) return { ok: false, reason: 'crypto-missing' };
  const presented = Buffer.from(signature);
  const isSignedBy = (secret: string): boolean => {
    // Compared as text: node:crypto hands that over faster than bytes.
    const made = Buffer.from(crypto.createHmac('sha256', secret).update(content).digest(encoding));
    return made.length === presented.length && crypto.timingSafeEqual(made, presented);
  };
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  let reason: Extract<SecretMatch, { ok: false }>['reason'] = 'secret-missing';
  for (const [secretIndex, secret] of list.entries()) {
    if (!isUsableSecret(secret)) continue;
    if (isSignedBy(secret)) return { ok: true, secretIndex };
    if (reason === 'secret-missing') reason = 'signature-mismatch';
    const trimmed = secret.trim();
    if (trimmed !== secret && isSignedBy(trimmed)) reason = 'secret-has-whitespace';
  }
  return { ok: false, reason };
}

/** A key of nothing but white space could be guessed, so it does not count. */
const isUsableSecret = (secret: unknown): secret is string => typeof secret === 'string' && secret.trim() !== '';

/** Whether two texts are equal, in a time that does not tell where they differ. */
export function isSameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && (nodeCrypto?.timingSafeEqual(left, right) ?? false);
}

/** Whether an option is a number of seconds from 0 to a limit. */
export const isSecondsUpTo = (max: number, value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= max;

/** What is wrong with the names of options, as the end of a message; `undefined` where nothing is. */
export function unknownOption(input: object, known: Readonly<Record<string, unknown>>): string | undefined {
  for (const name in input) {
    if (Object.hasOwn(known, name)) continue;
    // Nearly always there is none, and to list the names each time would cost as much as a signature.
    const [unknown] = unknownNames(input, known);
    return unknown && ` \`${unknown.field}\` ${unknown.message}`;
  }
  return undefined;
}

/** What refusals of all verifiers have in common. */
export const secretMessages = {
  'secret-missing':
    'No secret was given: pass the client secret of the app as `secrets`. Is its environment variable set?',
  'secret-has-whitespace': 'The secret matches without the white space around it: trim it.',
  'crypto-missing': 'There is no node:crypto here, as in an edge runtime: run this on Node.',
} as const;

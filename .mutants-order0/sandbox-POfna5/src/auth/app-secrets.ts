// @ts-nocheck
import { nodeCrypto } from '../internal/node-crypto.ts';
import { type Refused, refuse } from './refusals.ts';

/**
 * The app's client secret, or several while one is being replaced. `undefined` and empty ones are skipped, so that
 * `[process.env.SHOPIFY_API_SECRET, process.env.SHOPIFY_OLD_API_SECRET]` works as it stands.
 */
export type AppSecrets = string | undefined | readonly (string | undefined)[];

/** Which secret made a signature, counted from 0, or why none of them did. */
export type SecretMatch =
  | { readonly ok: true; readonly secretIndex: number }
  | Refused<'secret-missing' | 'secret-has-whitespace' | 'crypto-missing' | 'signature-mismatch'>;

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
  if (!crypto) return refuse('crypto-missing');
  // Compared as text: node:crypto hands that over faster than bytes.
  const isSignedBy = (secret: string): boolean =>
    isSameText(crypto.createHmac('sha256', secret).update(content).digest(encoding), signature);
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  let reason: 'secret-missing' | 'secret-has-whitespace' | 'signature-mismatch' = 'secret-missing';
  for (const [secretIndex, secret] of list.entries()) {
    // A key of nothing but white space could be guessed, so it does not count.
    const trimmed = typeof secret === 'string' ? secret.trim() : '';
    if (typeof secret !== 'string' || trimmed === '') continue;
    if (isSignedBy(secret)) return { ok: true, secretIndex };
    if (reason === 'secret-missing') reason = 'signature-mismatch';
    if (trimmed !== secret && isSignedBy(trimmed)) reason = 'secret-has-whitespace';
  }
  return refuse(reason);
}

/** Whether two texts are equal, in a time that does not tell where they differ. */
export function isSameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && (nodeCrypto?.timingSafeEqual(left, right) ?? false);
}

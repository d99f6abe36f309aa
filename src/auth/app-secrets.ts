import { nodeCrypto } from '../internal/node-crypto.ts';
import { type Refused, refuse } from './refusals.ts';

/**
 * The app's client secret, or several during a rotation. `undefined` and empty ones are skipped, so that you can pass
 * `[process.env.SHOPIFY_API_SECRET, process.env.SHOPIFY_OLD_API_SECRET]`.
 */
export type AppSecrets = string | undefined | readonly (string | undefined)[];

/** Index of the secret that made a signature, or why none of them did. */
export type SecretMatch =
  | { readonly ok: true; readonly secretIndex: number }
  | Refused<'secret-missing' | 'secret-has-whitespace' | 'crypto-missing' | 'signature-mismatch'>;

/** A signature to check. */
export interface Signature {
  /** What is signed: bytes, or text in UTF-8. */
  readonly content: string | Uint8Array;
  /** The signature as sent, already checked to be 32 bytes in canonical encoding. */
  readonly signature: string;
  readonly encoding: 'hex' | 'base64url';
}

/** Finds the secret that made an HMAC-SHA256, in constant time for each secret. */
export function matchSecret(secrets: unknown, { content, signature, encoding }: Signature): SecretMatch {
  const crypto = nodeCrypto;
  if (!crypto) return refuse('crypto-missing');
  // Compared as text: node:crypto returns that faster than bytes.
  const isSignedBy = (secret: string): boolean =>
    isSameText(crypto.createHmac('sha256', secret).update(content).digest(encoding), signature);
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  let reason: 'secret-missing' | 'secret-has-whitespace' | 'signature-mismatch' = 'secret-missing';
  for (const [secretIndex, secret] of list.entries()) {
    // A secret of only white space could be guessed, so it is skipped.
    const trimmed = typeof secret === 'string' ? secret.trim() : '';
    if (typeof secret !== 'string' || trimmed === '') continue;
    if (isSignedBy(secret)) return { ok: true, secretIndex };
    if (reason === 'secret-missing') reason = 'signature-mismatch';
    if (trimmed !== secret && isSignedBy(trimmed)) reason = 'secret-has-whitespace';
  }
  return refuse(reason);
}

/** Whether two texts are equal. The time it takes does not reveal where they differ. */
export function isSameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && (nodeCrypto?.timingSafeEqual(left, right) ?? false);
}

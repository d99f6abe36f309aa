import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The app's client secret, or several while one is being replaced. `undefined` and empty ones are skipped, so that
 * `[process.env.SHOPIFY_API_SECRET, process.env.SHOPIFY_OLD_API_SECRET]` works as it stands.
 */
export type AppSecrets = string | undefined | readonly (string | undefined)[];

/** Which secret made a signature, counted from 0, or why none of them did. */
export type SecretMatch =
  | { readonly ok: true; readonly secretIndex: number }
  | { readonly ok: false; readonly reason: 'secret-missing' | 'secret-has-whitespace' | 'signature-mismatch' };

/** A signature to check. */
export interface Signature {
  /** What is signed, one character a byte. */
  readonly content: string;
  /** The signature as it was sent, and sure to be of 32 bytes in the one way to spell them. */
  readonly signature: string;
  readonly encoding: 'hex' | 'base64url';
}

/** Finds the secret that made an HMAC-SHA256, in constant time for each secret. */
export function matchSecret(secrets: unknown, { content, signature, encoding }: Signature): SecretMatch {
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  const usable = list.filter(isUsableSecret);
  if (usable.length === 0) return { ok: false, reason: 'secret-missing' };

  const presented = Buffer.from(signature, 'latin1');
  const isSignedBy = (secret: string): boolean => {
    const made = Buffer.from(createHmac('sha256', secret).update(content, 'latin1').digest(encoding), 'latin1');
    return made.length === presented.length && timingSafeEqual(made, presented);
  };
  const secret = usable.find(isSignedBy);
  if (secret !== undefined) return { ok: true, secretIndex: list.indexOf(secret) };
  const isTrimmedRight = usable.some((text) => text !== text.trim() && isSignedBy(text.trim()));
  return { ok: false, reason: isTrimmedRight ? 'secret-has-whitespace' : 'signature-mismatch' };
}

/** A key of nothing but white space could be guessed, so it does not count. */
const isUsableSecret = (secret: unknown): secret is string => typeof secret === 'string' && secret.trim() !== '';

/** Whether two texts are equal, in a time that does not tell where they differ. */
export function isSameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Whether an option is a number of seconds from 0 to a limit. */
export const isSecondsUpTo = (max: number, value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= max;

/** What refusals of all verifiers have in common. */
export const secretMessages = {
  'secret-missing':
    'No secret was given: pass the client secret of the app as `secrets`. Is its environment variable set?',
  'secret-has-whitespace': 'The secret matches without the white space around it: trim it.',
} as const;

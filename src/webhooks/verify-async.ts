import { acceptClaim, isUsableSecret, readClaim, refuseClaim, trimmedSecrets, type WebhookClaim } from './claim.ts';
import { refuse } from './refusals.ts';
import type { VerifyWebhookInput, WebhookVerification } from './types.ts';

/** Web Crypto compares in constant time itself. */
async function signs(secret: string, body: BufferSource, presented: BufferSource): Promise<boolean> {
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  return crypto.subtle.verify('HMAC', key, presented, body);
}

/** Web Crypto refuses views of shared memory, which the sync verifier takes; their bytes are copied. */
function bytesOf(body: WebhookClaim['body']): BufferSource {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  return new Uint8Array(body);
}

/**
 * `verifyWebhook` on Web Crypto, for edge runtimes that have no node:crypto. Same input, same outcome;
 * the promise never rejects.
 */
export async function verifyWebhookAsync(input: VerifyWebhookInput): Promise<WebhookVerification> {
  try {
    const claim = readClaim(input);
    if (!claim.ok) return claim;
    const presented = Uint8Array.from(atob(claim.hmac), (character) => character.charCodeAt(0));
    const body = bytesOf(claim.body);
    for (const [index, secret] of claim.secrets.entries()) {
      if (isUsableSecret(secret) && (await signs(secret, body, presented))) return acceptClaim(claim, index);
    }
    for (const secret of trimmedSecrets(claim)) {
      if (await signs(secret, body, presented)) return refuse('secret-has-whitespace');
    }
    return refuseClaim(claim);
  } catch {
    return refuse('input-invalid');
  }
}

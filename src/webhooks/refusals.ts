import type { RefusedWebhook, WebhookRefusal } from './types.ts';

const dropped = 'header is missing: a proxy has dropped it, or this is no webhook of Shopify.';

const messages: Readonly<Record<WebhookRefusal, string>> = {
  'secret-missing':
    'No secret was given: pass the client secret of the app as `secrets`, and check that its environment variable is set.',
  'secret-has-whitespace': 'The secret matches without the white space around it: trim it where it is read.',
  'body-already-parsed':
    'The body was parsed before it could be verified: the signature is over the bytes as they were sent, so keep these.',
  'body-missing': 'There is no raw body to verify: hand the request over before anything reads its body.',
  'hmac-missing': `The signature (X-Shopify-Hmac-Sha256 or shopify-hmac-sha256) ${dropped}`,
  'hmac-malformed': 'The signature is not 44 characters of base64: it was sent twice, in hex, or changed on the way.',
  'hmac-mismatch':
    'None of the secrets made this signature over this body: use the client secret of the app that owns the subscription (webhooks made in the store admin have another one, shown there), and hand over the body unchanged.',
  'topic-missing': `The topic ${dropped}`,
  'shop-missing': `The shop domain ${dropped}`,
  'shop-invalid': 'The shop domain header holds no name like acme.myshopify.com.',
  'input-invalid':
    'It could not be read: `headers` must be a Headers object or request.headers of node:http, `rawBody` bytes or text.',
  'crypto-missing': 'There is no node:crypto here: use `verifyWebhookAsync`.',
};

/** The refusal for a reason, with what more is known about this very case. */
export function refuse(reason: WebhookRefusal, hint = ''): RefusedWebhook {
  return { ok: false, reason, message: messages[reason] + hint };
}

import type { RefusedWebhook, WebhookRefusal } from './types.ts';

const expressMend =
  'In Express mount the webhook route before the parser, or let the parser keep the bytes:\n' +
  "  app.post('/webhooks/shopify', shopifyWebhooks(handler)); // first\n" +
  '  app.use(express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes; } }));';

const messages: Readonly<Record<WebhookRefusal, string>> = {
  'secret-missing':
    "No secret was given: pass the app's client secret as `secrets`, and check that its environment variable is set.",
  'secret-has-whitespace':
    'The secret matches once the white space around it is removed: trim it where it is read (often a line break at the end of a file).',
  'body-already-parsed': `The body was parsed before it could be verified; the signature is over the bytes as sent. ${expressMend}`,
  'body-missing': `There is no raw body to verify: hand the request over before anything reads its body. ${expressMend}`,
  'hmac-missing':
    'There is no signature: neither X-Shopify-Hmac-Sha256 nor shopify-hmac-sha256 is among the headers. The request is not from Shopify, or a proxy has dropped its headers.',
  'hmac-malformed':
    'The signature is no base64 of 32 bytes (44 characters): it was sent twice, in hex, or changed on the way.',
  'hmac-mismatch':
    "None of the secrets made this signature over this body. Use the client secret of the app that owns the subscription (store settings show another one for webhooks created in the store's admin), and hand over the body unchanged.",
  'topic-missing':
    'The signature is right, but the topic header is missing: this is no webhook, or a proxy has dropped the header.',
  'shop-missing':
    'The signature is right, but the shop domain header is missing: this is no webhook, or a proxy has dropped the header.',
  'shop-invalid': 'The signature is right, but the shop domain header holds no name like acme.myshopify.com.',
  'input-invalid':
    'The delivery could not be read: `headers` must be a Headers object or request.headers of node:http, `rawBody` bytes or text.',
};

/** The refusal for a reason, with what more is known about this very case. */
export function refuse(reason: WebhookRefusal, hint = ''): RefusedWebhook {
  return { ok: false, reason, message: messages[reason] + hint };
}

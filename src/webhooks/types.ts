/** Headers as they come: `request.headers` of node:http or Express, a `Headers` object, or anything with `get(name)`. */
export type WebhookHeaders =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The app's client secret, or several while one is being replaced: after a rotation Shopify may sign with
 * the old one for up to an hour. `undefined` and empty ones are skipped, so that
 * `[process.env.SHOPIFY_API_SECRET, process.env.SHOPIFY_WEBHOOK_SECRET]` works as it stands.
 */
export type WebhookSecrets = string | undefined | readonly (string | undefined)[];

/** What `verifyWebhook` needs to know of a delivery. */
export interface VerifyWebhookInput {
  /** The body exactly as it came over the wire: bytes (a `Buffer` is fine) or the undecoded text. Never a parsed object. */
  readonly rawBody: string | ArrayBufferView | ArrayBuffer;
  readonly headers: WebhookHeaders;
  readonly secrets: WebhookSecrets;
}

/**
 * Why a delivery was refused.
 *
 * - `secret-missing`: no usable secret was given.
 * - `secret-has-whitespace`: a secret would match, were it not for a space or line break around it.
 * - `body-already-parsed`: `rawBody` is an object that some parser made of the body.
 * - `body-missing`: there is no `rawBody` at all.
 * - `hmac-missing`: no signature header, neither classic nor next-generation.
 * - `hmac-malformed`: the signature is no base64 of 32 bytes.
 * - `hmac-mismatch`: none of the secrets made this signature over this body.
 * - `topic-missing`, `shop-missing`: signed, but without that header.
 * - `shop-invalid`: signed, but the shop is no `….myshopify.com` domain.
 * - `input-invalid`: what was handed in could not be read.
 * - `crypto-missing`: the synchronous verifier was called where there is no node:crypto.
 */
export type WebhookRefusal =
  | 'secret-missing'
  | 'secret-has-whitespace'
  | 'body-already-parsed'
  | 'body-missing'
  | 'hmac-missing'
  | 'hmac-malformed'
  | 'hmac-mismatch'
  | 'topic-missing'
  | 'shop-missing'
  | 'shop-invalid'
  | 'input-invalid'
  | 'crypto-missing';

/** What a delivery says about itself. The signature covers the body only, not the headers that this comes from. */
export interface WebhookDetails {
  /** `classic` has `X-Shopify-…` headers; `next` (Shopify's Events) has `shopify-…`. */
  readonly generation: 'classic' | 'next';
  /** Wire name such as `products/update`; for `next` the resource, such as `Product`. */
  readonly topic: string;
  /** Domain in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** Unique per delivery and the same in its retries: the key against duplicates. */
  readonly webhookId: string | null;
  /** Shared by the deliveries that one action of the merchant caused. */
  readonly eventId: string | null;
  /** ISO time as Shopify sent it; it can have more digits than a `Date` holds. */
  readonly triggeredAt: string | null;
  readonly apiVersion: string | null;
  /** The subscription's name, or its handle for `next`. */
  readonly name: string | null;
  /** `create`, `update` or `delete` for `next`; `null` for `classic`. */
  readonly action: string | null;
  /** Which of `secrets` matched, counted from 0. */
  readonly secretIndex: number;
}

/** A delivery whose body Shopify has signed. */
export interface VerifiedWebhook extends WebhookDetails {
  readonly ok: true;
}

/** A delivery that must not be believed. */
export interface RefusedWebhook {
  readonly ok: false;
  readonly reason: WebhookRefusal;
  /** What is wrong and how to mend it. Holds no secret, no signature and nothing of the body. */
  readonly message: string;
}

/** The outcome of a verification; decide by `ok`. */
export type WebhookVerification = VerifiedWebhook | RefusedWebhook;

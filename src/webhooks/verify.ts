import { nodeCrypto } from '../internal/node-crypto.ts';

/** Request headers: `request.headers` of node:http or Express, a `Headers` object, or anything with `get(name)`. */
export type WebhookHeaders =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The app's client secret, or several during a rotation: afterwards Shopify may sign with the old one for up to an
 * hour. `undefined` and empty ones are skipped, so that you can pass `[process.env.SHOPIFY_API_SECRET,
 * process.env.SHOPIFY_WEBHOOK_SECRET]`.
 */
export type WebhookSecrets = string | undefined | readonly (string | undefined)[];

/** Input of `verifyWebhook`. */
export interface VerifyWebhookInput {
  /** The body exactly as received: bytes (such as a `Buffer`) or the undecoded text. Never a parsed object. */
  readonly rawBody: string | ArrayBufferView | ArrayBuffer;
  readonly headers: WebhookHeaders;
  readonly secrets: WebhookSecrets;
}

/**
 * Why a delivery was refused.
 *
 * - `secret-missing`: no usable secret was passed.
 * - `secret-has-whitespace`: a secret would match without the space or line break around it.
 * - `body-already-parsed`: `rawBody` is an object made by a parser.
 * - `body-missing`: there is no `rawBody` at all.
 * - `hmac-missing`: no signature header, neither classic nor next-generation.
 * - `hmac-malformed`: the signature is not base64 of 32 bytes.
 * - `hmac-mismatch`: none of the secrets made this signature over this body.
 * - `topic-missing`, `shop-missing`: signed, but that header is missing.
 * - `topic-invalid`: signed, but the topic is several words: a proxy has repeated or changed its header.
 * - `shop-invalid`: signed, but the shop is not a `….myshopify.com` domain.
 * - `input-invalid`: the input could not be read.
 * - `crypto-missing`: the synchronous verifier was called in a runtime without node:crypto.
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
  | 'topic-invalid'
  | 'shop-missing'
  | 'shop-invalid'
  | 'input-invalid'
  | 'crypto-missing';

/** Details of a delivery, from its headers. The signature covers only the body, not the headers. */
export interface WebhookDetails {
  /** `classic` has `X-Shopify-…` headers; `next` (Shopify's Events) has `shopify-…`, or both. */
  readonly generation: 'classic' | 'next';
  /** Wire name such as `products/update`; for `next` the resource, such as `Product`. */
  readonly topic: string;
  /** Domain of the shop in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** Unique per delivery and the same in its retries: use it to detect duplicates. */
  readonly webhookId: string | null;
  /** Shared by all deliveries caused by one action of the merchant. */
  readonly eventId: string | null;
  /** ISO time as sent by Shopify; it can have more digits than a `Date` can represent. */
  readonly triggeredAt: string | null;
  readonly apiVersion: string | null;
  /** The subscription's name, or its handle for `next`. */
  readonly name: string | null;
  /** `create`, `update` or `delete` for `next`; `null` for `classic`. */
  readonly action: string | null;
  /** The resource of a `next` delivery, if its header names one: a gid or a number. */
  readonly resourceId?: string;
  /** Index of the matching secret in `secrets`. */
  readonly secretIndex: number;
}

/** A delivery whose body was signed by Shopify. */
export interface VerifiedWebhook extends WebhookDetails {
  readonly ok: true;
}

/** A delivery that failed verification. */
export interface RefusedWebhook {
  readonly ok: false;
  readonly reason: WebhookRefusal;
  /** What is wrong and how to fix it. Contains no secret, no signature and no part of the body. */
  readonly message: string;
}

/** Result of a verification; check `ok`. */
export type WebhookVerification = VerifiedWebhook | RefusedWebhook;

/**
 * Verifies that Shopify signed this body, and reads the delivery's headers.
 *
 * Synchronous, on node:crypto, in constant time for each secret. Never throws, whatever the input. Supports classic
 * webhooks and next-generation Events. Without node:crypto, use `verifyWebhookAsync`.
 *
 * @example
 * ```ts
 * const verified = verifyWebhook({ rawBody, headers: request.headers, secrets: process.env.SHOPIFY_API_SECRET });
 * if (!verified.ok) return new Response(verified.message, { status: 401 });
 * ```
 */
export function verifyWebhook(input: VerifyWebhookInput): WebhookVerification {
  try {
    const request = readSignedRequest(input);
    if (!request.ok) return request;
    const crypto = nodeCrypto;
    if (!crypto) return refuse('crypto-missing');
    const { body, hmac } = request;
    const presented = Buffer.from(hmac);
    const match = candidatesOf(request).find(({ secret }) =>
      // Compared as base64 text: node:crypto returns that faster than bytes (measured on Node 24: 0.85 of the time).
      crypto.timingSafeEqual(Buffer.from(crypto.createHmac('sha256', secret).update(body).digest('base64')), presented),
    );
    return conclude(request, match);
  } catch {
    return refuse('input-invalid');
  }
}

/**
 * Does the same as `verifyWebhook` on Web Crypto, for edge runtimes without node:crypto. The promise never rejects.
 *
 * @example
 * ```ts
 * const verified = await verifyWebhookAsync({ rawBody, headers: request.headers, secrets });
 * if (!verified.ok) return new Response(verified.message, { status: 401 });
 * ```
 */
export async function verifyWebhookAsync(input: VerifyWebhookInput): Promise<WebhookVerification> {
  try {
    const request = readSignedRequest(input);
    if (!request.ok) return request;
    const presented = Uint8Array.from(atob(request.hmac), (character) => character.charCodeAt(0));
    const encoder = new TextEncoder();
    // Web Crypto refuses views of shared memory, which the sync verifier accepts; their bytes are copied.
    const body = typeof request.body === 'string' ? encoder.encode(request.body) : new Uint8Array(request.body);
    for (const candidate of candidatesOf(request)) {
      const bytes = encoder.encode(candidate.secret);
      const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
      // Web Crypto compares in constant time itself.
      if (await crypto.subtle.verify('HMAC', key, presented, body)) return conclude(request, candidate);
    }
    return conclude(request, undefined);
  } catch {
    return refuse('input-invalid');
  }
}

/** `verifyWebhook` or `verifyWebhookAsync`. */
export type Verify = (input: VerifyWebhookInput) => WebhookVerification | Promise<WebhookVerification>;

/** The fastest verifier for this runtime: on node:crypto, or on Web Crypto in an edge runtime. */
export const verifyHere: Verify = nodeCrypto ? verifyWebhook : verifyWebhookAsync;

/** A request whose signature can be checked. */
interface SignedRequest {
  readonly ok: true;
  readonly body: string | Uint8Array;
  /** Base64 as sent, already checked to be 32 bytes in canonical encoding. */
  readonly hmac: string;
  readonly secrets: readonly unknown[];
  readonly headers: WebhookHeaders;
  readonly names: HeaderNames;
}

/** 32 bytes in base64 are 43 characters and one `=`; the last character before it has two bits that must be 0. */
const hmacPattern = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

const shopPattern = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

const accessTokenPattern = /^\s*(?:shp(?:at|ca|ua|pa|rt)_|atkn_)/;

/** The checks before the signature's, cheapest first. May throw on hostile input, such as a throwing getter. */
function readSignedRequest({ rawBody, headers, secrets }: VerifyWebhookInput): SignedRequest | RefusedWebhook {
  const body = signableBody(rawBody);
  if (body === null) return refuseBody(rawBody);
  const signature = readSignature({ headers, secrets });
  return signature.ok ? { ...signature, body } : signature;
}

/** Refuses what it can before the body is read: a sender without a secret must not fill the memory. Never throws. */
export function refuseUnsigned(input: Pick<VerifyWebhookInput, 'headers' | 'secrets'>): RefusedWebhook | undefined {
  try {
    const signature = readSignature(input);
    return signature.ok ? undefined : signature;
  } catch {
    return refuse('input-invalid');
  }
}

function readSignature({
  headers,
  secrets,
}: Pick<VerifyWebhookInput, 'headers' | 'secrets'>): Omit<SignedRequest, 'body'> | RefusedWebhook {
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  if (!list.some(isUsableSecret)) return refuse('secret-missing');

  if (typeof headers !== 'object' || headers === null) return refuse('input-invalid');
  // With both families Events win, as in Shopify's own library.
  let names = nextHeaders;
  let hmac = headerOf(headers, names.hmac);
  if (hmac === null) {
    names = classicHeaders;
    hmac = headerOf(headers, names.hmac);
  }
  if (hmac === null) return refuse('hmac-missing');
  if (!hmacPattern.test(hmac)) return refuse('hmac-malformed');
  return { ok: true, hmac, secrets: list, headers, names };
}

/** Returns the body in a form that can be signed; `null` if it is not a raw body. */
export function signableBody(rawBody: unknown): string | Uint8Array | null {
  if (typeof rawBody === 'string' || rawBody instanceof Uint8Array) return rawBody;
  if (ArrayBuffer.isView(rawBody)) return new Uint8Array(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
  if (isArrayBuffer(rawBody)) return new Uint8Array(rawBody);
  return null;
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  // By its tag: under Jest and in a vm context the class differs.
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

/** A key of only white space could be guessed, so it does not count. */
function isUsableSecret(secret: unknown): secret is string {
  return typeof secret === 'string' && secret.trim() !== '';
}

/** A secret to try. */
interface Candidate {
  readonly secret: string;
  /** Its index among the secrets; `null` if it is one of them without surrounding white space. */
  readonly index: number | null;
}

/** The secrets as they are, then those with white space around them, without it. */
function candidatesOf({ secrets }: SignedRequest): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const trimmed: Candidate[] = [];
  for (const [index, secret] of secrets.entries()) {
    if (!isUsableSecret(secret)) continue;
    candidates.push({ secret, index });
    if (secret !== secret.trim()) trimmed.push({ secret: secret.trim(), index: null });
  }
  return [...candidates, ...trimmed];
}

/** Concludes a verification. @param match The secret that made the signature. */
function conclude(request: SignedRequest, match: Candidate | undefined): WebhookVerification {
  if (match) return match.index === null ? refuse('secret-has-whitespace') : readDetails(request, match.index);
  const { body, secrets } = request;
  if (body.length === 0) {
    return refuse('hmac-mismatch', ' The body is empty: something may have read it before.');
  }
  if (secrets.some((secret) => typeof secret === 'string' && accessTokenPattern.test(secret))) {
    return refuse('hmac-mismatch', ' One of the secrets looks like an access token, which signs nothing.');
  }
  return refuse('hmac-mismatch');
}

/** The checks after the signature has been verified. */
function readDetails({ headers, names }: SignedRequest, secretIndex: number): WebhookVerification {
  const { generation, topic: topicHeader, shop: shopHeader, action } = names;
  const topic = headerOf(headers, topicHeader);
  if (!topic) return refuse('topic-missing');
  // As a topic that nobody handles it would be acknowledged, and lost.
  if (/[\s,]/.test(topic)) return refuse('topic-invalid');
  const shop = lowerAscii(headerOf(headers, shopHeader) ?? '');
  if (!shop) return refuse('shop-missing');
  if (!shopPattern.test(shop)) return refuse('shop-invalid');
  const resourceId = action && headerOf(headers, 'shopify-resource-id');
  return {
    ok: true,
    generation,
    topic,
    shop,
    webhookId: headerOf(headers, names.webhookId),
    eventId: headerOf(headers, names.eventId),
    triggeredAt: headerOf(headers, names.triggeredAt),
    apiVersion: headerOf(headers, names.apiVersion),
    name: headerOf(headers, names.name),
    action: action && headerOf(headers, action),
    ...(resourceId && { resourceId }),
    secretIndex,
  };
}

/**
 * Names of one generation's headers, in lower case. Source:
 * https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 */
interface HeaderNames {
  readonly generation: WebhookDetails['generation'];
  readonly hmac: string;
  readonly topic: string;
  readonly shop: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly triggeredAt: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly action: string | null;
}

function sharedNames(prefix: string) {
  return {
    hmac: `${prefix}shopify-hmac-sha256`,
    topic: `${prefix}shopify-topic`,
    shop: `${prefix}shopify-shop-domain`,
    webhookId: `${prefix}shopify-webhook-id`,
    eventId: `${prefix}shopify-event-id`,
    triggeredAt: `${prefix}shopify-triggered-at`,
    apiVersion: `${prefix}shopify-api-version`,
  };
}

const classicHeaders: HeaderNames = {
  ...sharedNames('x-'),
  generation: 'classic',
  name: 'x-shopify-name',
  action: null,
};

/** Source: https://shopify.dev/docs/apps/build/events/delivery-structure */
const nextHeaders: HeaderNames = {
  ...sharedNames(''),
  generation: 'next',
  name: 'shopify-handle',
  action: 'shopify-action',
};

/** Joins a repeated header as HTTP does; a value that is not text counts as missing. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string'))
    return value.join(', ');
  return null;
}

/** Only A to Z: other case folding turns some characters into ASCII, such as the Kelvin sign into `k`. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Returns a header's value, whatever the case of its name; `null` if it is missing. `name` is in lower case. */
export function headerOf(headers: WebhookHeaders, name: string): string | null {
  if (typeof headers.get === 'function') return textOf(headers.get(name));
  const record = headers as Readonly<Record<string, unknown>>;
  // node:http gives lower-case names: that one look is all it takes there.
  const direct = record[name];
  if (direct !== undefined) return textOf(direct);
  for (const key in record) {
    if (key.length === name.length && lowerAscii(key) === name) return textOf(record[key]);
  }
  return null;
}

const dropped = 'header is missing: a proxy dropped it, or this is not a Shopify webhook.';

const messages: Readonly<Record<WebhookRefusal, string>> = {
  'secret-missing':
    'There is no secret: pass the client secret of the app as `secrets`. Is its environment variable set?',
  'secret-has-whitespace': 'The secret matches without the white space around it: trim it.',
  'body-already-parsed':
    'The body was parsed before it could be verified: the signature covers the original bytes, so keep these.',
  'body-missing': 'There is no raw body to verify: pass on the request before anything reads it.',
  'hmac-missing': `The signature (X-Shopify-Hmac-Sha256 or shopify-hmac-sha256) ${dropped}`,
  'hmac-malformed': 'The signature is not 44 characters of base64: sent twice, in hex, or changed in transit.',
  'hmac-mismatch':
    'None of the secrets made this signature over this body: use the client secret of the app that owns the subscription (webhooks created in the store admin have their own, shown there), and pass the body unchanged.',
  'topic-missing': `The topic ${dropped}`,
  'topic-invalid': 'The topic header is not a name like products/update: a proxy repeated or changed it.',
  'shop-missing': `The shop domain ${dropped}`,
  'shop-invalid': 'The shop domain header is not a name like acme.myshopify.com.',
  'input-invalid':
    'It could not be read: `headers` must be a Headers object or request.headers of node:http, `rawBody` bytes or a string.',
  'crypto-missing': 'There is no node:crypto here: use `verifyWebhookAsync`.',
};

/** Creates the refusal for a reason, with a hint about this case. */
function refuse(reason: WebhookRefusal, hint = ''): RefusedWebhook {
  return { ok: false, reason, message: messages[reason] + hint };
}

/** Creates the refusal of what is not a raw body. `fix` says what to do about it in the current framework. */
export function refuseBody(rawBody: unknown, fix?: string): RefusedWebhook {
  return refuse(rawBody === undefined || rawBody === null ? 'body-missing' : 'body-already-parsed', fix);
}

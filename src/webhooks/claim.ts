import { classicHeaders, type HeaderNames, headerOf, nextHeaders } from './headers.ts';
import { refuse } from './refusals.ts';
import type { RefusedWebhook, VerifyWebhookInput, WebhookHeaders, WebhookVerification } from './types.ts';

/** A delivery that has all it takes for its signature to be checked. */
export interface WebhookClaim {
  readonly ok: true;
  readonly body: string | Uint8Array;
  /** Base64, as sent, and sure to be of 32 bytes in the one way to spell them. */
  readonly hmac: string;
  readonly secrets: readonly unknown[];
  readonly headers: WebhookHeaders;
  readonly names: HeaderNames;
}

/** 32 bytes in base64 are 43 characters and one `=`; the last character before it has two bits that must be 0. */
const hmacPattern = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
const shopPattern = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;
const accessTokenPattern = /^\s*(?:shp(?:at|ca|ua|pa|rt)_|atkn_)/;

/** A key of nothing but white space could be guessed, so it is none. */
export function isUsableSecret(secret: unknown): secret is string {
  return typeof secret === 'string' && secret.trim() !== '';
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  // By its tag: under Jest and in a vm context the class is another one.
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

/** The body in a form that can be signed; `null` for what is no raw body. */
export function signableBody(rawBody: unknown): string | Uint8Array | null {
  if (typeof rawBody === 'string' || rawBody instanceof Uint8Array) return rawBody;
  if (ArrayBuffer.isView(rawBody)) return new Uint8Array(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
  if (isArrayBuffer(rawBody)) return new Uint8Array(rawBody);
  return null;
}

/** The refusal of what is no raw body. `mend` says what to do about it in the framework at hand. */
export function refuseBody(rawBody: unknown, mend?: string): RefusedWebhook {
  return refuse(rawBody === undefined || rawBody === null ? 'body-missing' : 'body-already-parsed', mend);
}

/** The checks that come before the signature's, cheapest first. May throw on hostile input, such as a throwing getter. */
export function readClaim({ rawBody, headers, secrets }: VerifyWebhookInput): WebhookClaim | RefusedWebhook {
  const body = signableBody(rawBody);
  if (body === null) return refuseBody(rawBody);

  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  if (!list.some(isUsableSecret)) return refuse('secret-missing');

  if (typeof headers !== 'object' || headers === null) return refuse('input-invalid');
  let names = classicHeaders;
  let hmac = headerOf(headers, names.hmac);
  if (hmac === null) {
    names = nextHeaders;
    hmac = headerOf(headers, names.hmac);
  }
  if (hmac === null) return refuse('hmac-missing');
  if (!hmacPattern.test(hmac)) return refuse('hmac-malformed');
  return { ok: true, body, hmac, secrets: list, headers, names };
}

/** The checks that come after a signature was found right. */
export function acceptClaim({ headers, names }: WebhookClaim, secretIndex: number): WebhookVerification {
  const topic = headerOf(headers, names.topic);
  if (!topic) return refuse('topic-missing');
  const shop = headerOf(headers, names.shop)?.toLowerCase();
  if (!shop) return refuse('shop-missing');
  if (!shopPattern.test(shop)) return refuse('shop-invalid');
  return {
    ok: true,
    generation: names.generation,
    topic,
    shop,
    webhookId: headerOf(headers, names.webhookId),
    eventId: headerOf(headers, names.eventId),
    triggeredAt: headerOf(headers, names.triggeredAt),
    apiVersion: headerOf(headers, names.apiVersion),
    name: headerOf(headers, names.name),
    action: names.action === null ? null : headerOf(headers, names.action),
    secretIndex,
  };
}

/** The refusal of a signature that no secret has made. */
export function refuseClaim({ body, secrets }: WebhookClaim): RefusedWebhook {
  if (body.length === 0) {
    return refuse('hmac-mismatch', ' The body is empty: something may have read it before.');
  }
  if (secrets.some((secret) => typeof secret === 'string' && accessTokenPattern.test(secret))) {
    return refuse('hmac-mismatch', ' One of the secrets looks like an access token, which signs nothing.');
  }
  return refuse('hmac-mismatch');
}

/** What to try where no secret matched: those with white space around them, without it. */
export function trimmedSecrets({ secrets }: WebhookClaim): readonly string[] {
  return secrets.filter(isUsableSecret).flatMap((secret) => (secret === secret.trim() ? [] : [secret.trim()]));
}

import { unknownNames } from '../internal/names.ts';

/**
 * Maximum length of a session token; Shopify's have some 600 characters, and no header that Node accepts is twice as
 * long.
 */
export const maxTokenLength = 8_192;

/** Maximum length of a query. Node refuses a request whose URL and headers are longer than this. */
export const maxQueryLength = 16_384;

/** Why the verifiers refuse, and how to fix it. Contains no secret and no part of the verified input. */
const messages = {
  'input-invalid': 'Pass `secrets`, and `query` or `token` as a string.',
  'secret-missing': 'Pass the client secret of the app as `secrets`: is its environment variable set?',
  'secret-has-whitespace': 'The secret matches without the white space around it: trim it.',
  'crypto-missing': 'This runtime has no node:crypto, like edge runtimes: run this on Node.',
  'client-id-missing': 'Pass the client id of the app as `clientId`.',
  'signature-mismatch':
    "None of the secrets made this signature: use the app's client secret, and pass the signed input unchanged.",

  'token-missing': 'The session token is missing: App Bridge sends it as `Authorization: Bearer …`, or as `id_token`.',
  'token-too-long': `The session token is longer than ${maxTokenLength} characters.`,
  'token-malformed': 'The session token is not a JSON Web Token: was it cut or changed in transit?',
  'algorithm-not-allowed': 'The session token is not signed with HS256.',
  'claims-invalid': 'The session token lacks exp, nbf, aud, iss, dest or sub, or one has a wrong type.',
  'token-expired': 'The session token has expired: get a new one from App Bridge for each request.',
  'token-not-yet-valid': "The session token is not valid yet: check this machine's clock.",
  'audience-mismatch': 'The session token is for another app: `aud` is not `clientId`.',
  'issuer-mismatch': '`iss` and `dest` of the session token name different shops.',

  'query-missing': 'The query is missing: pass `request.url`.',
  'query-already-parsed': 'The query was already parsed: pass `request.url` (`request.originalUrl` in Express).',
  'query-too-long': `The query is longer than ${maxQueryLength} characters.`,
  'query-malformed': 'The query is not encoded as by Shopify: was it cut or changed in transit?',
  'parameter-repeated': 'A parameter that Shopify sends once appears twice.',
  'signature-missing': 'The query has no `hmac`, or no `signature` of an app proxy: it is not from Shopify.',
  'signature-malformed': 'The signature is not 64 lower-case hex digits.',
  'parameter-ambiguous':
    'A parameter repeats one of Shopify’s, which makes the signed text ambiguous: give it another name.',
  'timestamp-invalid': 'The timestamp is missing or not in seconds.',
  'timestamp-outside-window':
    "The timestamp is too far from now: do not reuse an old URL, and check this machine's clock.",
  'state-mismatch': 'The state is not that of this browser: start again, in the same browser.',

  'shop-missing': 'The shop is missing: pass a domain such as acme.myshopify.com.',
  'shop-invalid': 'The shop is not a domain such as acme.myshopify.com, without protocol, port or path.',
  'shop-host-not-allowed': 'The host of the shop is not in `otherHosts`.',
} as const;

/** A refusal for one of some reasons. */
export interface Refused<Reason extends string> {
  readonly ok: false;
  readonly reason: Reason;
  readonly message: string;
}

/** Returns the refusal for a reason, with a hint about this case. */
export const refuse = <Reason extends keyof typeof messages>(reason: Reason, hint = ''): Refused<Reason> => ({
  ok: false,
  reason,
  message: messages[reason] + hint,
});

/** Turns anything thrown by hostile input, such as a throwing getter, into a refusal. */
export function neverThrowing<T>(verify: () => T): T | Refused<'input-invalid'> {
  try {
    return verify();
  } catch {
    return refuse('input-invalid');
  }
}

/** Finds what is wrong with options: an unknown name, or seconds outside 0 to a limit. */
export function refuseOptions(
  input: object,
  known: Readonly<Record<string, unknown>>,
  field: string,
  seconds: unknown,
  most: number,
): Refused<'input-invalid'> | undefined {
  for (const name in input) {
    if (Object.hasOwn(known, name)) continue;
    // Unknown names are rare, and searching for them each time would cost as much as a signature.
    const [unknown] = unknownNames(input, known);
    if (unknown) return refuse('input-invalid', ` \`${unknown.field}\` ${unknown.message}`);
  }
  if (isSecondsUpTo(most, seconds)) return undefined;
  return refuse('input-invalid', ` \`${field}\` must be from 0 to ${most}.`);
}

/** Whether an option is a number of seconds from 0 to a limit. */
export const isSecondsUpTo = (most: number, value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= most;

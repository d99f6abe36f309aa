// @ts-nocheck
import { unknownNames } from '../internal/names.ts';

/** Characters that a session token may have; Shopify's have some 600, and no header that Node accepts is twice as long. */
export const maxTokenLength = 8_192;

/** Characters that a query may have. Node refuses a request whose address and headers are longer than this. */
export const maxQueryLength = 16_384;

/** Why the verifiers refuse, and how to fix it. Holds no secret, and nothing of what was verified. */
const messages = {
  'input-invalid': 'Pass `secrets`, and `query` or `token` as text.',
  'secret-missing': 'Pass the client secret of the app as `secrets`: is its environment variable set?',
  'secret-has-whitespace': 'The secret matches without the white space around it: trim it.',
  'crypto-missing': 'There is no node:crypto here, as in an edge runtime: run this on Node.',
  'client-id-missing': 'Pass the client id of the app as `clientId`.',
  'signature-mismatch':
    'None of the secrets made this signature: use the client secret of the app, and pass what is signed unchanged.',

  'token-missing': 'There is no session token: App Bridge sends it as `Authorization: Bearer …`, or as `id_token`.',
  'token-too-long': `The session token is longer than ${maxTokenLength} characters.`,
  'token-malformed': 'The session token is no JSON Web Token: it was cut or changed on the way.',
  'algorithm-not-allowed': 'The session token is not signed with HS256.',
  'claims-invalid': 'The session token lacks exp, nbf, aud, iss, dest or sub, or has it in another type.',
  'token-expired': 'The session token has expired: App Bridge gives a new one for each request.',
  'token-not-yet-valid': 'The session token is not valid yet: compare the clock of this machine.',
  'audience-mismatch': 'The session token is for another app: `aud` is not `clientId`.',
  'issuer-mismatch': '`iss` and `dest` of the session token are not of the same shop.',

  'query-missing': 'There is no query: pass `request.url`.',
  'query-already-parsed':
    'The query was parsed already: pass `request.url` (`request.originalUrl` in Express) as text.',
  'query-too-long': `The query is longer than ${maxQueryLength} characters.`,
  'query-malformed': 'The query is not encoded as Shopify does it: it was cut or changed on the way.',
  'parameter-repeated': 'A parameter that Shopify sends once comes twice.',
  'signature-missing': 'The query has no `hmac`, or no `signature` of an app proxy: it is not from Shopify.',
  'signature-malformed': 'The signature is not 64 hex digits in lower case.',
  'parameter-ambiguous':
    'A parameter repeats one of Shopify’s, so that the signed text can be read in two ways: give it another name.',
  'timestamp-invalid': 'The timestamp is missing, or no number of seconds.',
  'timestamp-outside-window':
    'The timestamp is too far from now: open no old address, and compare the clock of this machine.',
  'state-mismatch': 'The state is not that of this browser: begin again, in the same browser.',

  'shop-missing': 'There is no shop: pass a domain such as acme.myshopify.com.',
  'shop-invalid': 'The shop is not a domain such as acme.myshopify.com, without protocol, port or path.',
  'shop-host-not-allowed': 'The host of the shop is not in `otherHosts`.',
} as const;

/** A refusal for one of some reasons. */
export interface Refused<Reason extends string> {
  readonly ok: false;
  readonly reason: Reason;
  readonly message: string;
}

/** The refusal for a reason, with what more is known about this very case. */
export const refuse = <Reason extends keyof typeof messages>(reason: Reason, hint = ''): Refused<Reason> => ({
  ok: false,
  reason,
  message: messages[reason] + hint,
});

/** Whatever throws on hostile input, such as a getter that throws, refuses it. */
export function neverThrowing<T>(verify: () => T): T | Refused<'input-invalid'> {
  try {
    return verify();
  } catch {
    return refuse('input-invalid');
  }
}

/** What is wrong with options: a name that does not exist, or seconds that are not from 0 to a limit. */
export function refuseOptions(
  input: object,
  known: Readonly<Record<string, unknown>>,
  field: string,
  seconds: unknown,
  most: number,
): Refused<'input-invalid'> | undefined {
  for (const name in input) {
    if (Object.hasOwn(known, name)) continue;
    // Nearly always there is none, and to list the names each time would cost as much as a signature.
    const [unknown] = unknownNames(input, known);
    if (unknown) return refuse('input-invalid', ` \`${unknown.field}\` ${unknown.message}`);
  }
  if (isSecondsUpTo(most, seconds)) return undefined;
  return refuse('input-invalid', ` \`${field}\` must be from 0 to ${most}.`);
}

/** Whether an option is a number of seconds from 0 to a limit. */
export const isSecondsUpTo = (most: number, value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= most;

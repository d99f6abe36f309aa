/** A fault that a fake Shopify can answer with. */
export type FaultKind =
  | 'status-500'
  | 'status-502'
  | 'status-503'
  | 'status-504'
  | 'status-429'
  | 'status-401'
  | 'status-402'
  | 'status-403'
  | 'status-423'
  | 'status-430'
  | 'status-540'
  | 'status-500-after'
  | 'status-502-after'
  | 'status-503-after'
  | 'status-504-after'
  | 'bad-gateway-html'
  | 'reset-before'
  | 'reset-after'
  | 'slow'
  | 'slow-drip'
  | 'hang'
  | 'hang-after'
  | 'throttled'
  | 'html'
  | 'truncated'
  | 'wrong-content-length'
  | 'empty'
  | 'clock-skew'
  | 'version-fall-forward'
  | 'deprecated';

/** What the caller gets. */
export type FaultEffect =
  | {
      readonly type: 'status';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The connection ends without an answer. */
  | { readonly type: 'drop' }
  /** The connection stays open without an answer. */
  | { readonly type: 'hang' }
  /** An answer that says "wait", which the bucket has nothing to do with: THROTTLED, or 429 of REST. */
  | { readonly type: 'throttled' }
  /** The right answer, late. */
  | { readonly type: 'slow' }
  /** The right answer, piece by piece. */
  | { readonly type: 'drip' }
  /** The first half of the right answer. */
  | { readonly type: 'truncated' }
  /** The right answer, that announces more bytes than come. */
  | { readonly type: 'short' }
  /** The right answer, from a machine whose clock is off. */
  | { readonly type: 'skew' }
  /** The right answer, that names another version than the one asked for. */
  | { readonly type: 'version' }
  /** The right answer, with a header more. */
  | { readonly type: 'header'; readonly name: string; readonly value: string };

/** One kind of fault. */
export interface Fault {
  /** Whether the operation is executed, and charged, all the same. */
  readonly executes: boolean;
  readonly effect: FaultEffect;
}

const json = { 'content-type': 'application/json; charset=utf-8' };
const html = { 'content-type': 'text/html; charset=utf-8' };

const page = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;

function status(code: number, executes: boolean, headers: Readonly<Record<string, string>> = {}): Fault {
  const body = JSON.stringify({ errors: reasons[code] });
  return { executes, effect: { type: 'status', status: code, headers: { ...json, ...headers }, body } };
}

/** https://shopify.dev/docs/api/usage/response-codes */
const reasons: Readonly<Record<number, string>> = {
  401: '[API] Invalid API key or access token (unrecognized login or wrong password)',
  402: "This shop's plan does not have access to this feature",
  403: 'Unavailable Shop',
  423: 'This shop is unavailable',
  429: 'Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.',
  430: 'Shopify Security Rejection',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  540: 'Temporarily Disabled',
};

/** What each kind of fault does. */
export const faults: Readonly<Record<FaultKind, Fault>> = {
  'status-500': status(500, false),
  'status-502': status(502, false),
  'status-503': status(503, false),
  'status-504': status(504, false),
  // Shopify writes decimal seconds: https://shopify.dev/docs/api/admin-rest/usage/rate-limits
  'status-429': status(429, false, { 'retry-after': '2.0' }),
  'status-401': status(401, false),
  'status-402': status(402, false),
  'status-403': status(403, false),
  'status-423': status(423, false),
  'status-430': status(430, false),
  'status-540': status(540, false),
  'status-500-after': status(500, true),
  'status-502-after': status(502, true),
  'status-503-after': status(503, true),
  'status-504-after': status(504, true),
  'bad-gateway-html': {
    executes: false,
    effect: { type: 'status', status: 502, headers: html, body: page('502 Bad Gateway') },
  },
  'reset-before': { executes: false, effect: { type: 'drop' } },
  'reset-after': { executes: true, effect: { type: 'drop' } },
  slow: { executes: true, effect: { type: 'slow' } },
  'slow-drip': { executes: true, effect: { type: 'drip' } },
  hang: { executes: false, effect: { type: 'hang' } },
  'hang-after': { executes: true, effect: { type: 'hang' } },
  throttled: { executes: false, effect: { type: 'throttled' } },
  html: { executes: false, effect: { type: 'status', status: 200, headers: html, body: page('Down for maintenance') } },
  truncated: { executes: true, effect: { type: 'truncated' } },
  'wrong-content-length': { executes: true, effect: { type: 'short' } },
  empty: { executes: true, effect: { type: 'status', status: 200, headers: json, body: '' } },
  'clock-skew': { executes: true, effect: { type: 'skew' } },
  'version-fall-forward': { executes: true, effect: { type: 'version' } },
  deprecated: {
    executes: true,
    effect: { type: 'header', name: 'x-shopify-api-deprecated-reason', value: 'Shop.products, Shop.productVariants' },
  },
};

/** Every kind, in the order of the documentation. */
export const faultKinds = Object.keys(faults) as readonly FaultKind[];

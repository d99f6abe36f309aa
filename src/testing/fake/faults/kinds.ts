/** A fault that a fake Shopify can answer with. */
export type FaultKind =
  | 'status-500'
  | 'status-502'
  | 'status-503'
  | 'status-504'
  | 'status-429'
  | 'status-500-after'
  | 'status-502-after'
  | 'status-503-after'
  | 'status-504-after'
  | 'bad-gateway-html'
  | 'reset-before'
  | 'reset-after'
  | 'slow'
  | 'hang'
  | 'hang-after'
  | 'throttled'
  | 'html'
  | 'truncated'
  | 'empty';

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
  /** A THROTTLED answer that the bucket has nothing to do with. */
  | { readonly type: 'throttled' }
  /** The right answer, late. */
  | { readonly type: 'slow' }
  /** The first half of the right answer. */
  | { readonly type: 'truncated' };

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

const reasons: Readonly<Record<number, string>> = {
  429: 'Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** What each kind of fault does. */
export const faults: Readonly<Record<FaultKind, Fault>> = {
  'status-500': status(500, false),
  'status-502': status(502, false),
  'status-503': status(503, false),
  'status-504': status(504, false),
  // Shopify writes decimal seconds: https://shopify.dev/docs/api/admin-rest/usage/rate-limits
  'status-429': status(429, false, { 'retry-after': '2.0' }),
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
  hang: { executes: false, effect: { type: 'hang' } },
  'hang-after': { executes: true, effect: { type: 'hang' } },
  throttled: { executes: false, effect: { type: 'throttled' } },
  html: { executes: false, effect: { type: 'status', status: 200, headers: html, body: page('Down for maintenance') } },
  truncated: { executes: true, effect: { type: 'truncated' } },
  empty: { executes: true, effect: { type: 'status', status: 200, headers: json, body: '' } },
};

/** Every kind, in the order of the documentation. */
export const faultKinds = Object.keys(faults) as readonly FaultKind[];

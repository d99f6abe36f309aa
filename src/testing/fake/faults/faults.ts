import { ConfigError, type Issue } from '../../../errors/errors.ts';
import { unknownNames } from '../../../internal/names.ts';
import { createRandom } from '../random.ts';

/** Random faults. */
export interface FaultOptions {
  /** Share of calls that get a fault, from 0 to 1. Default 0. */
  readonly rate?: number;
  /** Kinds to choose from, all equally likely. Default `defaultFaultKinds`. */
  readonly kinds?: readonly FaultKind[];
  /** Default: the fake's seed. */
  readonly seed?: number;
  /** Milliseconds by which a `slow` or `slow-drip` answer is late, or by which a `clock-skew` is off. Default 2,000. */
  readonly delayMs?: number;
}

/** Which calls get a scripted fault. */
export interface NextFault {
  /**
   * Name of an operation or of one of its root fields. REST calls are named by method and path, such as
   * `GET products.json` and `PUT products/{id}.json` or `PUT products/123.json`; so are calls without a token, such as
   * `POST oauth/access_token`. Default: any.
   */
  readonly operation?: string;
  /** How many calls get it. Default 1. */
  readonly times?: number;
  /** How many matching calls pass first. Default 0. */
  readonly after?: number;
  /** Milliseconds by which a `slow` or `slow-drip` answer is late, or by which a `clock-skew` is off (may be negative). */
  readonly delayMs?: number;
  /**
   * Top-level JSON fields that a response with `missing-fields` lacks. Default `['expires_in']`, which Shopify has
   * been seen to leave out of a token refresh.
   */
  readonly fields?: readonly string[];
}

/** A fault that was chosen for a call. */
export interface ChosenFault {
  readonly kind: FaultKind;
  readonly delayMs: number;
  readonly fields?: readonly string[];
}

/** What a script can tell a call by. */
interface FaultTarget {
  readonly name: string;
  readonly rootFields: readonly string[];
}

/** Scripts faults in a test. */
export interface FaultScript {
  /**
   * The next matching calls get this fault. If several scripts match a call, they are used in the order in which they were added.
   *
   * @throws ConfigError for an unknown kind or a negative number.
   */
  next(kind: FaultKind, options?: NextFault): void;
  /** Removes all scripts and turns random faults off. */
  clear(): void;
}

/** Decides which calls meet a fault: first what the test scripted, then chance. */
export interface FaultPlan extends FaultScript {
  /** The fault of this call, if any. */
  choose(call: FaultTarget): ChosenFault | undefined;
}

/** The kinds that random faults use: all that a client can recover from without waiting for its own time limit. */
export const defaultFaultKinds: readonly FaultKind[] = [
  'status-500',
  'status-502',
  'status-503',
  'status-504',
  'status-429',
  'reset-before',
  'reset-after',
  'slow',
  'throttled',
];

const defaultDelayMs = 2_000;

type OptionNames<TOptions> = Record<keyof TOptions, true>;

const nextNames: OptionNames<NextFault> = { operation: true, times: true, after: true, delayMs: true, fields: true };

/** A scripted fault that waits for its calls. */
interface Script {
  readonly kind: FaultKind;
  readonly operation: string | undefined;
  readonly delayMs: number | undefined;
  readonly fields: readonly string[] | undefined;
  skip: number;
  left: number;
}

/**
 * Makes a plan that begins without scripts.
 *
 * @throws ConfigError for a rate outside 0 to 1, or an unknown kind.
 */
export function createFaultPlan(options: FaultOptions, seed: number): FaultPlan {
  const kinds = options.kinds ?? defaultFaultKinds;
  check(
    ...unknownNames(
      options,
      { rate: true, kinds: true, seed: true, delayMs: true } satisfies OptionNames<FaultOptions>,
      'faults.',
    ),
    unknownKinds(kinds),
    notBetween('faults.rate', options.rate, 1, 'a share'),
    notBetween('faults.delayMs', options.delayMs, Number.MAX_SAFE_INTEGER, 'milliseconds'),
  );
  const random = createRandom(options.seed ?? seed);
  const delayMs = options.delayMs ?? defaultDelayMs;
  let rate = options.rate ?? 0;
  let scripts: Script[] = [];

  return {
    next(kind, options = {}) {
      const { operation, times = 1, after = 0, delayMs: late, fields } = options;
      check(
        ...unknownNames(options, nextNames),
        unknownKinds([kind]),
        notBetween('times', times, Number.POSITIVE_INFINITY, 'a number of calls'),
        notBetween('after', after, Number.POSITIVE_INFINITY, 'a number of calls'),
        kind === 'clock-skew' ? undefined : notBetween('delayMs', late, Number.MAX_SAFE_INTEGER, 'milliseconds'),
      );
      if (times > 0) scripts.push({ kind, operation, delayMs: late, fields, skip: after, left: times });
    },
    clear() {
      scripts = [];
      rate = 0;
    },
    choose(call) {
      const matching = scripts.filter((script) => matches(script, call));
      const script = matching.find((candidate) => candidate.skip === 0);
      for (const waiting of matching) if (waiting.skip > 0) waiting.skip -= 1;
      if (script) {
        script.left -= 1;
        scripts = scripts.filter((candidate) => candidate.left > 0);
        const { fields } = script;
        return { kind: script.kind, delayMs: script.delayMs ?? delayMs, ...(fields && { fields }) };
      }
      // Two draws for each call, so that a call's luck does not depend on the luck of those before it.
      const [luck, choice] = [random(), random()];
      const kind = luck < rate ? kinds[Math.floor(choice * kinds.length)] : undefined;
      return kind && { kind, delayMs };
    },
  };
}

function matches({ operation }: Script, { name, rootFields }: FaultTarget): boolean {
  return operation === undefined || operation === name || rootFields.includes(operation);
}

function check(...problems: readonly (Issue | undefined)[]): void {
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new ConfigError('Invalid configuration', { issues: found });
}

function unknownKinds(kinds: readonly string[]): Issue | undefined {
  const unknown = kinds.filter((kind) => !Object.hasOwn(faults, kind));
  if (unknown.length === 0) return undefined;
  return {
    field: 'faults.kinds',
    message: `has the unknown kind ${unknown.join(', ')}. Use some of: ${faultKinds.join(', ')}.`,
  };
}

function notBetween(field: string, value: number | undefined, most: number, unit: string): Issue | undefined {
  if (value === undefined || (value >= 0 && value <= most)) return undefined;
  return { field, message: `is ${value}. Give ${unit}${most === 1 ? ' from 0 to 1' : ', 0 or more'}.` };
}

/** A kind of fault that a fake Shopify can inject. */
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
  | 'ip-not-allowed'
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
  | 'deprecated'
  | 'missing-fields';

/** What the caller gets. */
export type FaultEffect =
  | {
      readonly type: 'status';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The connection ends without a response. */
  | { readonly type: 'drop' }
  /** The connection stays open without a response. */
  | { readonly type: 'hang' }
  /** A response that says "wait", which the bucket has nothing to do with: THROTTLED, or 429 of REST. */
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
  /** The right answer, whose JSON lacks some fields. */
  | { readonly type: 'omit' }
  /** The right answer, with a header more. */
  | { readonly type: 'header'; readonly name: string; readonly value: string };

/** One kind of fault. */
interface Fault {
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
  // Refused before any API sees it: https://shopify.dev/docs/apps/build/dev-dashboard/ip-allowlist
  'ip-not-allowed': {
    executes: false,
    effect: { type: 'status', status: 403, headers: { 'content-type': 'text/plain' }, body: 'Forbidden' },
  },
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
  'missing-fields': { executes: true, effect: { type: 'omit' } },
};

/** Every kind of fault, in the order of the documentation. */
export const faultKinds = Object.keys(faults) as readonly FaultKind[];

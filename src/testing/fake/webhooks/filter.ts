import { isRecord } from '../../../internal/json.ts';

/** A subscription's filter, ready to be asked. */
export interface WebhookFilter {
  /** Every field that it names, with the value it is compared to. */
  readonly terms: readonly { readonly field: string; readonly value: string }[];
  matches(payload: unknown): boolean;
}

type Test = (payload: unknown) => boolean;
type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | { readonly field: string; readonly operator: string; value: string };

const tokenPattern =
  /\s*(?:([()])|(AND|OR|NOT)(?=[\s()]|$)|(-?)([\w.]+):(>=|<=|>|<)?(?:"([^"]*)"|'([^']*)'|([^\s()"']+)))/y;

/**
 * Reads a filter such as `status:active AND (variants.price:>=10 OR NOT vendor:Acme)`. Case counts; `*` alone asks for
 * any value, and at the end of one for what begins so; a list matches where one of its entries does. A field that is
 * not in the payload matches nothing. https://shopify.dev/docs/apps/build/webhooks/delivery-filtering
 *
 * @returns `undefined` for what is no filter, such as a value without its field.
 */
export function parseFilter(text: string): WebhookFilter | undefined {
  const tokens = tokenize(text);
  if (!tokens) return undefined;
  const terms = tokens.flatMap((token) =>
    typeof token === 'object' ? [{ field: token.field, value: token.value }] : [],
  );
  const rest = [...tokens];
  const test = parseOr(rest);
  return test && rest.length === 0 ? { terms, matches: test } : undefined;
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const whole = text.trimEnd();
  while (pattern.lastIndex < whole.length) {
    const match = pattern.exec(whole);
    if (!match) return undefined;
    const [, parenthesis, connective, minus, field = '', operator = '', ...values] = match;
    if (minus) tokens.push('NOT');
    const word = parenthesis ?? connective;
    tokens.push(word ? (word as '(') : { field, operator, value: values.find((value) => value !== undefined) ?? '' });
  }
  return tokens;
}

/** Each takes what it reads from the front of `rest`; `undefined` where the text does not go on as it must. */
function parseOr(rest: Token[]): Test | undefined {
  const tests = [parseAnd(rest)];
  while (rest[0] === 'OR') {
    rest.shift();
    tests.push(parseAnd(rest));
  }
  const all = tests.filter((test) => test !== undefined);
  return all.length < tests.length ? undefined : (payload) => all.some((test) => test(payload));
}

function parseAnd(rest: Token[]): Test | undefined {
  const tests = [parseNot(rest)];
  while (rest.length > 0 && rest[0] !== 'OR' && rest[0] !== ')') {
    if (rest[0] === 'AND') rest.shift();
    tests.push(parseNot(rest));
  }
  const all = tests.filter((test) => test !== undefined);
  return all.length < tests.length ? undefined : (payload) => all.every((test) => test(payload));
}

function parseNot(rest: Token[]): Test | undefined {
  const token = rest.shift();
  if (token === 'NOT') {
    const test = parseNot(rest);
    return test && ((payload) => !test(payload));
  }
  if (token === '(') {
    const test = parseOr(rest);
    return rest.shift() === ')' ? test : undefined;
  }
  if (typeof token !== 'object') return undefined;
  const { field, operator, value } = token;
  return (payload) => valuesAt(payload, field.split('.')).some((found) => compare(found, operator, value));
}

function valuesAt(payload: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(payload)) return payload.flatMap((entry) => valuesAt(entry, path));
  const [name, ...rest] = path;
  if (name === undefined) return payload === null || isRecord(payload) ? [] : [payload];
  return isRecord(payload) && Object.hasOwn(payload, name) ? valuesAt(payload[name], rest) : [];
}

function compare(found: unknown, operator: string, wanted: string): boolean {
  if (operator !== '') return ordered(String(found), operator, wanted);
  if (wanted.endsWith('*')) return String(found).startsWith(wanted.slice(0, -1));
  return String(found) === wanted;
}

/** Compares numbers as numbers and dates as times; nothing else has an order. */
function ordered(found: string, operator: string, wanted: string): boolean {
  const read = Number.isNaN(Number(found)) || Number.isNaN(Number(wanted)) ? Date.parse : Number;
  const [left, right] = [read(found), read(wanted)];
  switch (operator) {
    case '>':
      return left > right;
    case '<':
      return left < right;
    case '>=':
      return left >= right;
    default:
      return left <= right;
  }
}

import type { GraphQLResolveInfo } from 'graphql';
import { parseJson } from '../../../../internal/json.ts';
import { apiVersionOf } from '../../schema.ts';
import type { StoredMetafield } from '../../store/entities.ts';
import type { OperationContext } from '../context.ts';
import { badRequest, notSimulated } from '../errors.ts';
import { parseGid } from '../gid.ts';
import { definitionByKey } from './find-entities.ts';
import { resolveNamespace } from './metafields/values.ts';

/**
 * Shopify's search syntax, for every root that takes `query`: https://shopify.dev/docs/api/usage/search-syntax. A query
 * becomes a test that runs on each object. The description of a root's argument lists the fields it can be searched by.
 */

/** One term, such as `price:>=10`, `-tag:sale` without its `-`, or the bare word `tee`. */
interface Term {
  /** `undefined` for a bare word. */
  readonly field: string | undefined;
  readonly comparison: '' | '<' | '<=' | '>' | '>=';
  readonly value: string;
  /** It was written in quotes. */
  readonly isQuoted?: boolean;
  /** Whether it ended with `*`, which is not part of the value: matches texts that start with the value. */
  readonly isPrefix: boolean;
}

type Expression =
  | Term
  | { readonly and: readonly Expression[] }
  | { readonly or: readonly Expression[] }
  | { readonly not: Expression };

type Test<T> = (thing: T) => boolean;

/** What a term on one field tests. */
export interface SearchField<T> {
  /** @throws GraphQLError for a value that Shopify refuses. */
  test(term: Term): Test<T> | undefined;
  /** The only values that Shopify accepts, in capitals. Others are warned of, and find nothing as a rule. */
  readonly accepted?: readonly string[];
}

/** What a root can be searched by. */
export interface Searchable<T> {
  readonly fields: Readonly<Record<string, SearchField<T>>>;
  /** Texts that a bare word is looked for in. Default: bare words are not simulated. */
  readonly texts?: (thing: T) => readonly (string | null)[];
  /** Whether bare words are left out, with a warning. */
  readonly onlyFields?: boolean;
  /** Fields that Shopify has and the fake does not simulate. */
  readonly others?: readonly string[];
  /** The type of owner whose metafields can be searched by, as `metafields.NAMESPACE.KEY`. */
  readonly metafieldsOf?: string;
}

/** The place of a search in the document, for its warnings in the response. */
export interface SearchPlace {
  readonly info: GraphQLResolveInfo;
  readonly context: OperationContext;
}

/**
 * What a search finds. A blank query finds all. A field that Shopify does not have is left out, with a warning in
 * `extensions.search`.
 *
 * @throws GraphQLError `NOT_SIMULATED` for what the fake does not follow, `BAD_REQUEST` for what Shopify refuses.
 */
export function searched<T>(
  things: readonly T[],
  query: string | null | undefined,
  searchable: Searchable<T>,
  place: SearchPlace,
): readonly T[] {
  if (query == null || query.trim() === '') return things;
  const { info, context } = place;
  const refuse = (what: string): never => {
    throw notSimulated(`${info.parentType.name}.${info.fieldName}(query: ${JSON.stringify(what)})`);
  };
  const expression = parseSearch(query) ?? refuse(query);
  const warnings: SearchWarning[] = [];
  const test = compile(expression, { searchable, warnings, refuse, place });
  if (warnings.length > 0) {
    context.run.searches.push({ path: pathOf(info.path), query, parsed: described(expression), warnings });
  }
  return test ? things.filter(test) : things;
}

/** What is wrong with a term, in Shopify's words. */
interface SearchWarning {
  readonly field: string;
  readonly message: string;
  readonly code: 'invalid_field' | 'invalid_value' | 'missing_named_field';
}

const pathOf = ({ prev, key }: GraphQLResolveInfo['path']): readonly (string | number)[] => [
  ...(prev ? pathOf(prev) : []),
  key,
];

/** What an expression is read with. */
interface Reading<T> {
  readonly searchable: Searchable<T>;
  readonly warnings: SearchWarning[];
  readonly refuse: (what: string) => never;
  readonly place: SearchPlace;
}

/** The test of an expression; `undefined` where nothing of it counts. */
function compile<T>(expression: Expression, reading: Reading<T>): Test<T> | undefined {
  const { searchable, warnings, refuse, place } = reading;
  const each = (parts: readonly Expression[]): readonly Test<T>[] =>
    parts.flatMap((part) => compile(part, reading) ?? []);
  if ('and' in expression) {
    const tests = each(expression.and);
    return tests.length > 0 ? (thing) => tests.every((test) => test(thing)) : undefined;
  }
  if ('or' in expression) {
    const tests = each(expression.or);
    return tests.length > 0 ? (thing) => tests.some((test) => test(thing)) : undefined;
  }
  if ('not' in expression) {
    const [test] = each([expression.not]);
    return test && ((thing) => !test(thing));
  }
  const { field, value, isPrefix } = expression;
  const written = `${field === undefined ? '' : `${field}:`}${expression.comparison}${value}${isPrefix ? '*' : ''}`;
  if (value === '' && !isPrefix) return refuse(written);
  if (field === undefined || field === 'default') {
    const { texts, onlyFields } = searchable;
    if (onlyFields) {
      const message = 'Input must use named search fields in this query.';
      warnings.push({ field: 'default', message, code: 'missing_named_field' });
      return undefined;
    }
    return texts ? words(texts).test(expression) : refuse(written);
  }
  if (searchable.metafieldsOf !== undefined && field.startsWith('metafields.')) {
    const metafield = metafieldField<T>(searchable.metafieldsOf, field, place);
    return metafield && (metafield.test(expression) ?? refuse(written));
  }
  const known = Object.hasOwn(searchable.fields, field) ? searchable.fields[field] : undefined;
  if (!known) {
    if (searchable.others?.includes(field.split('.')[0] ?? '')) return refuse(written);
    warnings.push({ field, message: 'Invalid search field for this query.', code: 'invalid_field' });
    return undefined;
  }
  const { accepted } = known;
  for (const one of accepted && !isPrefix ? value.split(',') : []) {
    if (accepted?.includes(one.toUpperCase())) continue;
    warnings.push({ field, message: `Input \`${one}\` is not an accepted value.`, code: 'invalid_value' });
  }
  return known.test(expression) ?? refuse(written);
}

/**
 * The field of a metafield whose definition lets it be filtered by. Before 2026-10 any other was left out.
 * https://shopify.dev/changelog/invalid-metafield-queries-now-return-errors-in-the-graphql-admin-api
 *
 * @throws GraphQLError `BAD_REQUEST` for any other.
 */
function metafieldField<T>(
  ownerType: string,
  field: string,
  { context, info }: SearchPlace,
): SearchField<T> | undefined {
  const [, namespace = '', key = ''] = field.split('.');
  const definition = definitionByKey(context, ownerType, resolveNamespace(namespace), key);
  if (!definition?.capabilities?.['adminFilterable']) {
    if (apiVersionOf(info.schema) < '2026-10') return undefined;
    throw badRequest(`The metafield ${namespace}.${key} can't be filtered by. Its definition must allow it.`);
  }
  const written = (thing: T): string | null => {
    const { metafields } = thing as { readonly metafields: readonly StoredMetafield[] };
    return metafields.find((each) => each.namespace === definition.namespace && each.key === key)?.value ?? null;
  };
  const { name } = definition.type;
  if (name.startsWith('number_')) return numeric((thing) => Number(written(thing) ?? Number.NaN));
  return keyword((thing) => {
    const value = written(thing);
    const parsed = value !== null && name.startsWith('list.') ? parseJson(value) : value;
    return Array.isArray(parsed) ? parsed.map(String) : value;
  });
}

const rangeNames = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;

/** An expression as `extensions.search` shows it: of terms that must all hold, ranges first. Recorded 2025-10. */
function described(expression: Expression): object {
  if ('and' in expression) {
    const isRange = (part: Expression): boolean => 'comparison' in part && part.comparison !== '';
    const ranges = expression.and.filter(isRange);
    return { and: [...ranges, ...expression.and.filter((part) => !isRange(part))].map(described) };
  }
  if ('or' in expression) return { or: expression.or.map(described) };
  if ('not' in expression) return { not: described(expression.not) };
  const { field = 'default', comparison, value, isPrefix, isQuoted } = expression;
  if (comparison !== '') return { field, [`range_${rangeNames[comparison]}`]: wholeHour(value) };
  if (isPrefix) return value === '' ? { field, exists: true } : { field, match_prefix: value };
  return { field, [isQuoted ? 'match_phrase' : 'match_all']: value };
}

/** A time that ends with its hour, as one does whose colons were read as those of fields. */
const wholeHour = (value: string): string => (/^\d{4}-\d\d-\d\dT\d\d$/.test(value) ? `${value}:00:00Z` : value);

/**
 * A word, a quoted text, a parenthesis or a field; a backslash takes its meaning from what follows. A colon ends a
 * value that is not quoted, and the rest is read as a new term: in `updated_at:>2026-10-01T08:30:00Z`, `30` is a field.
 * Recorded 2025-10. Addresses and gids stay whole.
 */
const token =
  /\s+|(?<paren>[()])|(?<minus>-)?(?:(?<field>\w[\w.$-]*):(?!\/\/)(?<comparison>[<>]=?)?)?(?:"(?<double>(?:\\.|[^"\\])*)"|'(?<single>(?:\\.|[^'\\])*)'|(?<plain>(?:\\.|:(?=\/\/)|[^\s()":\\])*):?)/gsy;

interface Piece {
  readonly paren?: string | undefined;
  readonly isNegative?: boolean;
  readonly term?: Term;
  /** A word that was written without quotes, and may be a connective. */
  readonly word?: string | undefined;
}

function piecesOf(query: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < query.length) {
    const start = token.lastIndex;
    const match = token.exec(query);
    // What is left is a quote without its end.
    if (!match?.groups || token.lastIndex === start) return undefined;
    if (match[0].trim() === '') continue;
    const { paren, minus, field, comparison, double, single, plain } = match.groups;
    if (paren !== undefined) {
      pieces.push({ paren });
      continue;
    }
    const rest = query.slice(token.lastIndex);
    if (field !== undefined && (plain ?? '') === '' && rest.startsWith('(') && !rest.includes(')')) {
      // A parenthesis that never ends is a part of the value. Recorded 2025-10.
      const [value = ''] = rest.split(/\s/, 1);
      token.lastIndex += value.length;
      pieces.push({ isNegative: minus !== undefined, term: { field, comparison: '', value, isPrefix: false } });
      continue;
    }
    const raw = double ?? single ?? plain ?? '';
    const isPrefix = plain !== undefined && /(?<!\\)\*$/.test(plain);
    const value = (isPrefix ? raw.slice(0, -1) : raw).replaceAll(/\\(.)/gs, '$1');
    const isQuoted = double !== undefined || single !== undefined;
    const term = { field, isQuoted, comparison: (comparison ?? '') as Term['comparison'], value, isPrefix };
    const isBare = field === undefined && minus === undefined && !isPrefix;
    pieces.push({ isNegative: minus !== undefined, term, word: isBare ? plain : undefined });
  }
  return pieces;
}

/**
 * Parses a query: terms side by side or with `AND` must all hold, of terms with `OR` one; `AND` binds closer. `NOT` or
 * `-` negates a term or a group. A connective or a parenthesis left open at the end of the query is ignored (recorded
 * 2025-10). `undefined` if parentheses, quotes or connectives do not match otherwise.
 */
function parseSearch(query: string): Expression | undefined {
  const pieces = piecesOf(query);
  if (!pieces) return undefined;
  let at = 0;
  const isWord = (word: string): boolean => pieces[at]?.word === word;
  const either = (): Expression | undefined => {
    const parts = [all()];
    while (isWord('OR')) {
      at += 1;
      if (at < pieces.length) parts.push(all());
    }
    const whole = parts.filter((part) => part !== undefined);
    if (whole.length < parts.length) return undefined;
    return whole.length === 1 ? whole[0] : { or: whole };
  };
  const all = (): Expression | undefined => {
    const parts: Expression[] = [];
    while (at < pieces.length && pieces[at]?.paren !== ')' && !isWord('OR')) {
      if (isWord('AND')) {
        at += 1;
        if (parts.length === 0) return undefined;
        if (at === pieces.length) break;
      }
      const part = one();
      if (!part) return undefined;
      parts.push(part);
    }
    return parts.length === 1 ? parts[0] : parts.length > 1 ? { and: parts } : undefined;
  };
  const one = (): Expression | undefined => {
    const piece = pieces[at];
    at += 1;
    const isMinus = piece?.isNegative === true && piece.term?.field === undefined && piece.term?.value === '';
    if (piece?.word === 'NOT' || isMinus) {
      const part = one();
      return part && { not: part };
    }
    if (piece?.paren === '(') {
      const group = either();
      const isClosed = at === pieces.length || pieces[at]?.paren === ')';
      at += 1;
      return isClosed ? group : undefined;
    }
    if (!piece?.term || piece.word === 'AND' || piece.word === 'OR') return undefined;
    return piece.isNegative ? { not: piece.term } : piece.term;
  };
  const whole = either();
  return at >= pieces.length ? whole : undefined;
}

const compare = (comparison: Term['comparison'], at: number, wanted: number): boolean => {
  switch (comparison) {
    case '<':
      return at < wanted;
    case '<=':
      return at <= wanted;
    case '>':
      return at > wanted;
    case '>=':
      return at >= wanted;
    default:
      return at === wanted;
  }
};

/**
 * A field of ids, of which a thing may have several: a gid or its number, several with commas between, also by range.
 */
export function gid<T>(idsOf: (thing: T) => string | readonly string[]): SearchField<T> {
  return {
    test({ comparison, value, isPrefix }) {
      if (isPrefix) return undefined;
      const keys = value.split(',').map((each) => parseGid(each.trim())?.key ?? each.trim());
      const fits = (id: string): boolean => {
        const own = parseGid(id)?.key ?? '';
        return comparison === ''
          ? id === value || keys.includes(own)
          : compare(comparison, Number(own), Number(keys[0]));
      };
      return (thing) => [idsOf(thing)].flat().some(fits);
    },
  };
}

/** The field `id` of what has one. */
export const byId: SearchField<{ readonly id: string }> = gid(({ id }) => id);

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** A field of text, which is looked through word by word: the words of the value, one after the other. */
export function words<T>(textsOf: (thing: T) => readonly (string | null)[]): SearchField<T> {
  return {
    test({ comparison, value, isPrefix }) {
      if (comparison !== '') return undefined;
      const wanted = wordsOf(value);
      if (wanted.length === 0) return isPrefix ? (thing) => textsOf(thing).some(Boolean) : () => false;
      const last = wanted.length - 1;
      const fits = (found: readonly string[], from: number): boolean =>
        wanted.every((word, index) =>
          index === last && isPrefix ? found[from + index]?.startsWith(word) : found[from + index] === word,
        );
      return (thing) =>
        textsOf(thing).some((text) => {
          const found = wordsOf(text ?? '');
          return found.some((_word, from) => fits(found, from));
        });
    },
  };
}

/** A field whose values count as a whole, whatever their case. A value may be several, with commas between them. */
export function keyword<T>(
  valuesOf: (thing: T) => string | null | readonly string[],
  accepted?: readonly string[],
): SearchField<T> {
  const listed = (thing: T): readonly string[] => [valuesOf(thing) ?? []].flat().map((value) => value.toLowerCase());
  return {
    ...(accepted && { accepted }),
    test({ comparison, value, isPrefix }) {
      if (comparison !== '') return undefined;
      const whole = value.toLowerCase();
      if (isPrefix) return (thing) => listed(thing).some((each) => each !== '' && each.startsWith(whole));
      const wanted = new Set([whole, ...whole.split(',').map((each) => each.trim())]);
      return (thing) => listed(thing).some((each) => wanted.has(each));
    },
  };
}

/** A field that finds what another does not. */
export function without<T>(field: SearchField<T>): SearchField<T> {
  return {
    test(term) {
      const has = field.test(term);
      return has && ((thing) => !has(thing));
    },
  };
}

/** A field of numbers, of which a thing may have several, such as the prices of its variants. */
export function numeric<T>(valuesOf: (thing: T) => number | readonly number[]): SearchField<T> {
  return {
    test({ comparison, value, isPrefix }) {
      const wanted = Number(value);
      if (isPrefix || Number.isNaN(wanted)) return undefined;
      return (thing) => [valuesOf(thing)].flat().some((each) => compare(comparison, each, wanted));
    },
  };
}

/** A field that is `true` or `false`. */
export function flag<T>(read: (thing: T) => boolean): SearchField<T> {
  const accepted = ['TRUE', 'FALSE'];
  return {
    accepted,
    test: ({ comparison, value }) => {
      if (comparison !== '') return undefined;
      return (thing) => String(read(thing)) === value.toLowerCase();
    },
  };
}

/** A field of time. A value is `now`, a time or a part of one: a day or a year means all of it. */
export function time<T>(name: string, read: (thing: T) => string | null, now: () => number): SearchField<T> {
  return {
    test({ comparison, value, isPrefix }) {
      if (isPrefix) return value === '' ? (thing) => read(thing) !== null : undefined;
      const from = value.toLowerCase() === 'now' ? now() : Date.parse(wholeHour(value));
      if (Number.isNaN(from)) throw badRequest(`Invalid timestamp for query filter \`${name}\`.`);
      const until = endOf(value, from);
      return (thing) => {
        const at = Date.parse(read(thing) ?? '');
        if (comparison === '') return at >= from && at <= until;
        return compare(comparison, at, comparison === '>' || comparison === '<=' ? until : from);
      };
    },
  };
}

/** The last millisecond of a time such as `2026` or `2026-10-01`. */
function endOf(value: string, from: number): number {
  const [, , month, day] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(value) ?? [];
  const end = new Date(from);
  if (!/^\d{4}(-\d{2}){0,2}$/.test(value)) return from;
  if (day !== undefined) end.setUTCDate(end.getUTCDate() + 1);
  else if (month !== undefined) end.setUTCMonth(end.getUTCMonth() + 1);
  else end.setUTCFullYear(end.getUTCFullYear() + 1);
  return end.getTime() - 1;
}

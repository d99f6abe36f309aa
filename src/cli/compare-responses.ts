import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../internal/json.ts';
import { redactText } from '../internal/redact.ts';
import type { CompareDocument } from './compare-documents.ts';

/** One difference in a report. */
export interface Difference {
  /** Id of the document: its operation name. */
  readonly document: string;
  readonly area: 'data' | 'userErrors' | 'errors' | 'search' | 'cost';
  readonly path: string;
  /** Absent if that side has no value. */
  readonly shop?: unknown;
  readonly fake?: unknown;
}

/** A response prepared for comparison: without ids, times and addresses. */
export interface Answer {
  readonly data: unknown;
  readonly userErrors: Readonly<Record<string, unknown>>;
  readonly errors: readonly Record<string, unknown>[];
  readonly search: unknown;
  readonly cost: unknown;
}

/** Values of one side that must not appear in a report. */
export interface Known {
  /** Domain. */
  readonly shop: string;
  readonly accessToken: string;
  /** Ids that documents have kept, and the handle of the product, by name. */
  readonly kept: ReadonlyMap<string, string>;
}

/** Reads the body of a response for comparison. */
export function answerOf(body: Readonly<Record<string, unknown>>, known: Known): Answer {
  const clean = (value: unknown): unknown => mapTexts(value, (text) => redact(text, known));
  const extensions = isRecord(body['extensions']) ? body['extensions'] : {};
  const cost = isRecord(extensions['cost']) ? extensions['cost']['requestedQueryCost'] : undefined;
  const userErrors: Record<string, unknown> = {};
  const withoutErrors = (root: string, payload: unknown): unknown => {
    if (!isRecord(payload)) return payload;
    const entries = Object.entries(payload);
    for (const [key, list] of entries) if (/userErrors$/i.test(key)) userErrors[`${root}.${key}`] = clean(list);
    return Object.fromEntries(entries.filter(([key]) => !/userErrors$/i.test(key)));
  };
  const data = isRecord(body['data'])
    ? Object.fromEntries(Object.entries(body['data']).map(([root, payload]) => [root, withoutErrors(root, payload)]))
    : body['data'];
  const errors = Array.isArray(body['errors']) ? body['errors'].filter(isRecord) : [];
  return {
    data: clean(data),
    userErrors,
    errors: errors.map(({ message, path, extensions: more }) => ({
      message: clean(message),
      ...(path !== undefined && { path: clean(path) }),
      ...(more !== undefined && { extensions: clean(more) }),
    })),
    search: clean(extensions['search']),
    cost,
  };
}

const isoTime = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;

/** Removes what is specific to one shop or moment. Texts that are equal on both sides stay equal. */
function redact(text: string, { kept, accessToken, shop }: Known): string {
  let clean = text.replaceAll(accessToken, '[redacted]');
  for (const [name, id] of kept) {
    const [number = ''] = /\d{6,}$/.exec(id) ?? [];
    for (const one of number ? [id, number] : [id])
      clean = clean.replaceAll(new RegExp(`${one}(?!\\d)`, 'g'), `{${name}}`);
  }
  return redactText(clean)
    .replaceAll(/gid:\/\/shopify\/(\w+)\/[\w?=&%:/-]+/g, 'gid://shopify/$1/…')
    .replaceAll(/https?:\/\/[^\s"'<>]+/g, '{address}')
    .replaceAll(/[\w.+-]+@[\w-]+\.[\w.-]+/g, '{email}')
    .replaceAll(shop, '{shop}')
    .replaceAll(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '{uuid}')
    .replaceAll(isoTime, (time) => time.replaceAll(/\d/g, '0'))
    .replaceAll(/\b\d{11,}\b/g, '{number}');
}

type Found = Omit<Difference, 'document'>;

/** Returns the differences of two responses to a document, and the lists that are empty in one of them. */
export function compareResponses(
  { exact = [] }: CompareDocument,
  shop: Answer,
  fake: Answer,
): { readonly differences: readonly Found[]; readonly empty: readonly string[] } {
  // A refusal on one side explains all other differences, so it counts as one.
  if (shop.errors.length > 0 !== fake.errors.length > 0) {
    const only = { area: 'errors', path: 'errors' } as const;
    return {
      differences: [shop.errors.length > 0 ? { ...only, shop: shop.errors } : { ...only, fake: fake.errors }],
      empty: [],
    };
  }
  const differences: Found[] = [];
  const empty: string[] = [];
  const note = (area: Found['area']) => (path: string, ofShop: unknown, ofFake: unknown) => {
    differences.push({
      ...{ area, path },
      ...(ofShop !== undefined && { shop: ofShop }),
      ...(ofFake !== undefined && { fake: ofFake }),
    });
  };
  eachDifference(shop.errors, fake.errors, 'errors', note('errors'));
  eachDifference(shop.search, fake.search, 'extensions.search', note('search'));
  eachDifference(shop.cost, fake.cost, 'requestedQueryCost', note('cost'));
  const isRefused = ({ userErrors }: Answer): boolean =>
    Object.values(userErrors).some((list) => Array.isArray(list) && list.length > 0);
  if (isRefused(shop) === isRefused(fake)) {
    eachDifference(shop.userErrors, fake.userErrors, '', note('userErrors'));
    if (exact === true) eachDifference(shop.data, fake.data, 'data', note('data'));
    else {
      for (const path of exact) eachDifference(valueAt(shop.data, path), valueAt(fake.data, path), path, note('data'));
      const shapes = [shapeOf(shop.data), shapeOf(fake.data)] as const;
      eachOtherShape(...shapes, 'data', {
        differ: note('data'),
        empty: (path, side) => empty.push(`the ${side} has nothing in ${path}`),
      });
    }
  } else note('userErrors')('userErrors', shop.userErrors, fake.userErrors);
  return { differences, empty };
}

type Note = (path: string, shop: unknown, fake: unknown) => void;

/** Notes each value that differs, at the deepest path that both sides have. */
function eachDifference(shop: unknown, fake: unknown, path: string, note: Note): void {
  const areLists = Array.isArray(shop) && Array.isArray(fake);
  if (areLists || (isRecord(shop) && isRecord(fake))) {
    const [ofShop, ofFake] = [Object.entries(shop), Object.entries(fake)].map(
      (entries) => new Map<string, unknown>(entries),
    );
    for (const key of new Set([...(ofShop?.keys() ?? []), ...(ofFake?.keys() ?? [])]))
      eachDifference(ofShop?.get(key), ofFake?.get(key), path === '' ? key : `${path}.${key}`, note);
  } else if (!isDeepStrictEqual(shop, fake)) note(path, shop, fake);
}

/** The shape of data: objects by field, lists as one merged entry, values by kind. `null` is unknown. */
type Shape = null | string | readonly Shape[] | { readonly [field: string]: Shape };

function shapeOf(value: unknown): Shape {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.length === 0 ? [] : [value.map(shapeOf).reduce(mergeShapes)];
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, shapeOf(inner)]));
  if (typeof value !== 'string') return typeof value;
  const [, type] = /^gid:\/\/shopify\/(\w+)\/…$/.exec(value) ?? [];
  if (type !== undefined) return `id of ${type}`;
  return /^0000-00-00T[0:.]+(?:Z|[+-]00:00)$/.test(value) ? `time ${value}` : 'text';
}

function mergeShapes(one: Shape, other: Shape): Shape {
  if (one === null || other === null) return one ?? other;
  if (typeof one === 'string' && typeof other === 'string')
    return [...new Set([...one.split(' | '), ...other.split(' | ')])].sort().join(' | ');
  if (isShapeList(one) && isShapeList(other)) {
    const entries = [...one, ...other];
    return entries.length === 0 ? [] : [entries.reduce(mergeShapes)];
  }
  if (isShapeRecord(one) && isShapeRecord(other)) {
    const fields = new Set([...Object.keys(one), ...Object.keys(other)]);
    return Object.fromEntries(
      [...fields].map((field) => [field, mergeShapes(one[field] ?? null, other[field] ?? null)]),
    );
  }
  return one;
}

const isShapeList = (shape: Shape | undefined): shape is readonly Shape[] => Array.isArray(shape);
const isShapeRecord = (shape: Shape | undefined): shape is { readonly [field: string]: Shape } =>
  isRecord(shape) && !Array.isArray(shape);

/** Notes each path at which shapes differ, and each list that is empty on one side only. */
function eachOtherShape(
  shop: Shape | undefined,
  fake: Shape | undefined,
  path: string,
  notes: { readonly differ: Note; readonly empty: (path: string, side: 'shop' | 'fake') => void },
): void {
  if (shop === null || fake === null) return;
  if (isShapeList(shop) && isShapeList(fake)) {
    if (shop.length !== fake.length) notes.empty(path, shop.length === 0 ? 'shop' : 'fake');
    else eachOtherShape(shop[0] ?? null, fake[0] ?? null, path, notes);
  } else if (isShapeRecord(shop) && isShapeRecord(fake)) {
    for (const field of new Set([...Object.keys(shop), ...Object.keys(fake)]))
      eachOtherShape(shop[field], fake[field], `${path}.${field}`, notes);
  } else if (typeof shop !== 'string' || typeof fake !== 'string') notes.differ(path, shop, fake);
  else if (!shop.split(' | ').some((kind) => fake.split(' | ').includes(kind))) notes.differ(path, shop, fake);
}

/** Returns the value at a path such as `product.options.0.id`; `undefined` if there is none. */
export function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
      value,
    );
}

/** A copy of plain JSON with each text replaced. */
export function mapTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((inner) => mapTexts(inner, replace));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, replace)]));
}

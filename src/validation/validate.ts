import type { z } from 'zod';
import { ConfigError } from '../errors/errors.ts';
import { isRecord } from '../internal/json.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import { fieldName, type IssueAtPath, kindOf, type Path, quote, toIssue, type ValidationIssue } from './issues.ts';
import type { ProductDraft, SkuPolicy } from './product-draft.ts';
import { productWarnings, variantsOf } from './rules.ts';
import { draftSchema, type FieldIssueKind, knownFields } from './schema.ts';

/** Options of `validateProduct` and `validateProducts`. */
export interface ValidateOptions {
  /** Whether an unknown field is a warning, an error, or ignored. Default `'warn'`. */
  readonly unknownFields?: 'warn' | 'error' | 'ignore';
  /** How strictly SKUs are checked, unless a draft sets its own policy. Default `'required'`. */
  readonly sku?: SkuPolicy;
}

const schemas = {
  required: draftSchema('required'),
  warn: draftSchema('warn'),
  optional: draftSchema('optional'),
};

/** Result for one product: a draft that can be pushed, or the errors that prevent it. */
export type ProductValidation =
  | { readonly ok: true; readonly draft: ProductDraft; readonly warnings: readonly ValidationIssue[] }
  | {
      readonly ok: false;
      /** The product's local id, if it is a string. */
      readonly localId?: string;
      readonly errors: readonly ValidationIssue[];
      readonly warnings: readonly ValidationIssue[];
    };

/**
 * Checks one product and turns it into a draft. Finds all issues, not just the first, and never throws because of the
 * input.
 *
 * @example
 * const result = validateProduct({ localId: 'tee-1', title: 'Linen tee', variants: [{ sku: 'TEE-M', price: '24.90' }] });
 * if (!result.ok) console.error(result.errors);
 *
 * @throws ConfigError for an unknown option or option value.
 */
export function validateProduct(input: unknown, options: ValidateOptions = {}): ProductValidation {
  const { sku = 'required' } = checkedOptions(options);
  const strictness = options.unknownFields ?? 'warn';
  const unknown = strictness === 'ignore' ? [] : unknownFields(input);
  const warnings = [...productWarnings(input, sku), ...(strictness === 'warn' ? unknown : [])].map((issue) =>
    toIssue('warning', issue),
  );
  const found = strictness === 'error' ? unknown.map((issue) => toIssue('error', issue)) : [];
  return { ...draftIn(input, sku, found), warnings };
}

/**
 * Does the same as `validateProduct` without the warnings, which take a third of its time.
 *
 * @param found Errors already known.
 */
export function draftIn(
  input: unknown,
  sku: SkuPolicy = 'required',
  found: readonly ValidationIssue[] = [],
): WithoutWarnings<ProductValidation> {
  const parsed = schemas[sku].safeParse(input, { reportInput: true });
  const errors = [...(parsed.error?.issues ?? []).map(fromZodIssue), ...found];
  if (parsed.success && errors.length === 0) return { ok: true, draft: parsed.data };
  const localId = isRecord(input) && typeof input.localId === 'string' ? input.localId : undefined;
  return { ok: false, ...(localId !== undefined && { localId }), errors };
}

type WithoutWarnings<T> = T extends unknown ? Omit<T, 'warnings'> : never;

function checkedOptions(options: ValidateOptions): ValidateOptions {
  const names: Record<keyof ValidateOptions, true> = { unknownFields: true, sku: true };
  const issues = [
    ...unknownNames(options, names),
    ...unknownValue('unknownFields', options.unknownFields, ['warn', 'error', 'ignore']),
    ...unknownValue('sku', options.sku, Object.keys(schemas)),
  ];
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return options;
}

/** An invalid product of a list, which cannot be pushed. */
export interface InvalidProduct {
  /** Its index in the list. */
  readonly index: number;
  readonly localId?: string;
  readonly errors: readonly ValidationIssue[];
}

/** A warning about one product of a list. */
export interface ProductWarning extends ValidationIssue {
  /** The product's index in the list. */
  readonly index: number;
  readonly localId?: string;
}

/** Counts for a list of products. */
export interface ValidationSummary {
  readonly total: number;
  readonly valid: number;
  readonly invalid: number;
  readonly warnings: number;
  /** Code → number of errors with it. */
  readonly errorsByCode: Readonly<Record<string, number>>;
}

/** Result for a list of products. */
export interface ProductsValidation {
  readonly valid: readonly ProductDraft[];
  readonly invalid: readonly InvalidProduct[];
  readonly warnings: readonly ProductWarning[];
  readonly summary: ValidationSummary;
}

/**
 * Checks each product like `validateProduct`, and the list as a whole: a local id used by an earlier product is an
 * error, a SKU used by an earlier product is a warning.
 *
 * @throws ConfigError for an unknown option or option value, even if the list is empty.
 *
 * @example
 * ```ts
 * const { valid, invalid } = validateProducts(rows);
 * for (const { localId, issues } of invalid) console.error(localId, issues);
 * ```
 */
export function validateProducts(inputs: Iterable<unknown>, options: ValidateOptions = {}): ProductsValidation {
  checkedOptions(options);
  const valid: ProductDraft[] = [];
  const invalid: InvalidProduct[] = [];
  const warnings: ProductWarning[] = [];
  const indexOfId = new Map<string, number>();
  const ownerOfSku = new Map<string, string>();
  let index = 0;
  for (const input of inputs) {
    const result = validateProduct(input, options);
    const localId = result.ok ? result.draft.localId : result.localId;
    const about = { index, ...(localId !== undefined && { localId }) };
    for (const issue of result.warnings) warnings.push({ ...about, ...issue });
    const errors = [...(result.ok ? [] : result.errors), ...repeatedId(localId, index, indexOfId)];
    if (result.ok && errors.length === 0) {
      valid.push(result.draft);
      for (const issue of repeatedSkus(result.draft, ownerOfSku)) warnings.push({ ...about, ...issue });
    } else {
      invalid.push({ ...about, errors });
    }
    index += 1;
  }
  const summary = {
    total: index,
    valid: valid.length,
    invalid: invalid.length,
    warnings: warnings.length,
    errorsByCode: countByCode(invalid.flatMap(({ errors }) => errors)),
  };
  return { valid, invalid, warnings, summary };
}

function repeatedId(localId: string | undefined, index: number, indexOfId: Map<string, number>): ValidationIssue[] {
  if (localId === undefined) return [];
  const first = indexOfId.get(localId);
  if (first === undefined) {
    indexOfId.set(localId, index);
    return [];
  }
  const message = `is also the id of product ${first} of the list: give each product its own`;
  return [toIssue('error', { code: 'local-id-duplicate', path: ['localId'], message })];
}

function repeatedSkus({ localId, variants }: ProductDraft, ownerOfSku: Map<string, string>): ValidationIssue[] {
  return variants.flatMap(({ sku }, index) => {
    if (sku === undefined) return [];
    const owner = ownerOfSku.get(sku);
    if (owner === undefined) ownerOfSku.set(sku, localId);
    // A SKU repeated within a product is reported for that product.
    if (owner === undefined || owner === localId) return [];
    const message = `is ${quote(sku)}, which product ${quote(owner)} also has: stock and orders may be mixed up`;
    return [toIssue('warning', { code: 'sku-shared', path: ['variants', index, 'sku'], message })];
  });
}

function countByCode(issues: readonly ValidationIssue[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of issues) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Unknown fields, each reported once, however many variants or images have it. */
function unknownFields(product: unknown): IssueAtPath[] {
  if (!isRecord(product)) return [];
  const { seo, images, metafields } = product;
  const variants = variantsOf(product);
  return [
    ...unknownIn([product], knownFields.product, () => []),
    ...unknownIn([seo], knownFields.seo, () => ['seo']),
    ...unknownIn(listOf(images), knownFields.image, (index) => ['images', index]),
    ...unknownIn(listOf(metafields), knownFields.metafield, (index) => ['metafields', index]),
    ...unknownIn(variants, knownFields.variant, (index) => ['variants', index]),
    ...unknownIn(variants.map(part('inventoryItem')), knownFields.inventoryItem, inVariant('inventoryItem')),
    ...unknownIn(variants.map(part('unitPrice')), knownFields.unitPrice, inVariant('unitPrice')),
    ...variants.flatMap((variant, index) =>
      unknownIn(listOf(part('metafields')(variant)), knownFields.metafield, (at) => [
        ...inVariant('metafields')(index),
        at,
      ]),
    ),
  ];
}

const part =
  (name: string) =>
  (object: unknown): unknown =>
    isRecord(object) ? object[name] : undefined;

const inVariant =
  (name: string) =>
  (index: number): Path => ['variants', index, name];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function unknownIn(
  objects: readonly unknown[],
  known: readonly string[],
  pathOf: (index: number) => Path,
): IssueAtPath[] {
  const found = new Map<string, { readonly first: number; count: number }>();
  for (const [index, object] of objects.entries()) {
    if (!isRecord(object)) continue;
    for (const key of Object.keys(object)) {
      if (known.includes(key) || object[key] === undefined) continue;
      const entry = found.get(key) ?? { first: index, count: 0 };
      entry.count += 1;
      found.set(key, entry);
    }
  }
  return [...found].map(([key, { first, count }]) => {
    const meant = known.find((name) => plain(name) === plain(key));
    const others = count > 1 ? ` (the same in ${count - 1} more)` : '';
    const fix = meant === undefined ? 'it is not sent' : `write ${quote(meant)}, or it is not sent`;
    return {
      code: 'unknown-field',
      path: [...pathOf(first), key],
      message: `is not a field of a draft${others}: ${fix}`,
    };
  });
}

/** `compare_at_price` and `CompareAtPrice` mean `compareAtPrice`. */
const plain = (name: string): string => name.toLowerCase().replace(/[_\s-]/g, '');

/** How to fix a missing field. */
const fixes: Partial<Record<string, string>> = {
  localId: 'use its id in your own system',
  title: 'give the product a name',
  variants: 'a product needs at least one variant',
  url: 'use the whole URL, starting with https://',
};

/** Turns an issue of zod into ours. It must have been created with `reportInput`. */
function fromZodIssue(issue: z.core.$ZodIssue): ValidationIssue {
  const own = issue.code === 'custom' ? issue.params : undefined;
  const kind = kindOfIssue(issue);
  return {
    severity: 'error',
    code: typeof own?.code === 'string' ? own.code : `${leafName(issue.path)}-${kind}`,
    field: fieldName(issue.path),
    message: messageOf(issue, kind),
  };
}

function kindOfIssue(issue: z.core.$ZodIssue): FieldIssueKind {
  if (issue.code === 'too_small') return 'missing';
  if (issue.code === 'too_big') return 'too-many';
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'missing';
  return issue.code === 'custom' && issue.params?.kind ? issue.params.kind : 'invalid';
}

function messageOf(issue: z.core.$ZodIssue, kind: FieldIssueKind): string {
  if (kind === 'missing' && issue.code !== 'custom') {
    const leaf = issue.path.at(-1);
    return `is ${issue.code === 'too_small' ? 'empty' : 'missing'}: ${fixes[String(leaf)] ?? 'fill it in'}`;
  }
  if (issue.code === 'too_big') {
    return `has ${Object(issue.input).length} entries, but Shopify accepts ${issue.maximum}: remove some`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_type') return wrongType(issue);
  return issue.message;
}

function wrongType({ expected, input, path }: z.core.$ZodIssueInvalidType): string {
  const wanted: Partial<Record<string, string>> = { string: 'text', boolean: 'true or false', array: 'a list' };
  const wrong = `must be ${wanted[expected] ?? 'an object'}, but is ${kindOf(input)}`;
  if (input === null && path.length > 0) return `${wrong}: omit it if there is none`;
  return typeof input === 'number' && expected === 'string' ? `${wrong}: put it in quotes` : wrong;
}

/** The last name of a path in code style: `compareAtPrice` → `compare-at-price`. */
function leafName(path: readonly PropertyKey[]): string {
  // An option's name comes from the data, on which a code must not depend.
  const withinOptions = path.includes('options') && path.at(-1) !== 'options';
  const named = withinOptions ? ['option'] : path.filter((key) => typeof key === 'string');
  return (named.at(-1) ?? 'product').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

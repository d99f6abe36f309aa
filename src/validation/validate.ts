import { type Finding, quote, toIssue, type ValidationIssue } from './issues.ts';
import type { ProductDraft } from './product-draft.ts';
import { type ValidateOptions, validateProduct } from './validate-product.ts';

/** A product of a list that is not fit to be pushed. */
export interface InvalidProduct {
  /** Its place in the list, from zero. */
  readonly index: number;
  readonly localId?: string;
  readonly errors: readonly ValidationIssue[];
}

/** A warning about one product of a list. */
export interface ProductWarning extends ValidationIssue {
  /** The product's place in the list, from zero. */
  readonly index: number;
  readonly localId?: string;
}

/** Counts over a list of products. */
export interface ValidationSummary {
  readonly total: number;
  readonly valid: number;
  readonly invalid: number;
  readonly warnings: number;
  /** Code → number of errors with it. */
  readonly errorsByCode: Readonly<Record<string, number>>;
}

/** What became of a list of products. */
export interface ProductsValidation {
  readonly valid: readonly ProductDraft[];
  readonly invalid: readonly InvalidProduct[];
  readonly warnings: readonly ProductWarning[];
  readonly summary: ValidationSummary;
}

/**
 * Checks each product as `validateProduct` does, and the list as a whole: a local id that an earlier
 * product has is an error, a SKU that an earlier product has is a warning.
 */
export function validateProducts(inputs: Iterable<unknown>, options: ValidateOptions = {}): ProductsValidation {
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
  const message = `is the id of product ${first} of the list too: give each product its own`;
  return [toIssue('error', { code: 'local-id-duplicate', path: ['localId'], message })];
}

function repeatedSkus({ localId, variants }: ProductDraft, ownerOfSku: Map<string, string>): ValidationIssue[] {
  return variants.flatMap(({ sku }, index) => {
    const owner = ownerOfSku.get(sku);
    if (owner === undefined) {
      ownerOfSku.set(sku, localId);
      return [];
    }
    const message = `is ${quote(sku)}, which product ${quote(owner)} has too: stock and orders may be mixed up`;
    const finding: Finding = { code: 'sku-shared', path: ['variants', index, 'sku'], message };
    return [toIssue('warning', finding)];
  });
}

function countByCode(issues: readonly ValidationIssue[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of issues) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries(counts);
}

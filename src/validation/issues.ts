import type { Issue } from '../errors/errors.ts';

/** One problem of a product. */
export interface ValidationIssue extends Issue {
  /** An error keeps the product from being pushed; a warning does not. */
  readonly severity: 'error' | 'warning';
  /**
   * The field and what is wrong with it: `price-missing`, `title-too-long`, `status-invalid`,
   * `variants-too-many`, `sku-duplicate`, `options-duplicate`, `option-value-missing`, `unknown-field`.
   */
  readonly code: string;
}

/** The way from a product to one of its fields, such as `['variants', 2, 'price']`. */
export type Path = readonly PropertyKey[];

/** A problem found, with its place as a path. */
export interface Finding {
  readonly code: string;
  readonly path: Path;
  readonly message: string;
}

const plainName = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** A path as people write it: `variants[2].price`. The product itself is `product`. */
export function fieldName(path: Path): string {
  if (path.length === 0) return 'product';
  return path.reduce<string>((field, key) => {
    if (typeof key === 'number') return `${field}[${key}]`;
    const name = String(key);
    if (!plainName.test(name)) return `${field}[${quote(name)}]`;
    return field === '' ? name : `${field}.${name}`;
  }, '');
}

const longestQuote = 60;

/** Text from a product, fit for a message: in quotes, on one line, not longer than 60 characters. */
export function quote(text: string): string {
  const characters = [...text.slice(0, 2 * longestQuote + 2)];
  const clipped = characters.length > longestQuote ? `${characters.slice(0, longestQuote - 1).join('')}…` : text;
  return JSON.stringify(clipped);
}

/** What a value is, in words: `null`, `a number`, `a list`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  const words: Partial<Record<string, string>> = { string: 'text', object: 'an object', undefined: 'missing' };
  return words[typeof value] ?? `a ${typeof value}`;
}

/** An issue out of a finding. */
export function toIssue(severity: ValidationIssue['severity'], finding: Finding): ValidationIssue {
  return { severity, code: finding.code, field: fieldName(finding.path), message: finding.message };
}

// @ts-nocheck
import type { Issue } from '../errors/errors.ts';

/** One issue of a product: its field, what is wrong and how to fix it. */
export interface ValidationIssue extends Issue {
  /** A product with an error is not pushed; a warning does not prevent the push. */
  readonly severity: 'error' | 'warning';
  /**
   * The field and what is wrong with it: `price-missing`, `title-too-long`, `status-invalid`,
   * `variants-too-many`, `sku-duplicate`, `options-duplicate`, `option-value-missing`, `unknown-field`.
   */
  readonly code: string;
}

/** Where a field is within the product, such as `['variants', 2, 'price']`. */
export type Path = readonly PropertyKey[];

/** An issue as a rule reports it: its field is still a path, and the caller decides how severe it is. */
export interface IssueAtPath {
  readonly code: string;
  readonly path: Path;
  readonly message: string;
}

/** Turns what a rule reports into an issue of the result. */
export function toIssue(severity: ValidationIssue['severity'], { code, path, message }: IssueAtPath): ValidationIssue {
  return { severity, code, field: fieldName(path), message };
}

const plainName = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** A path as text: `variants[2].price`. The product itself is `product`. */
export function fieldName(path: Path): string {
  if (path.length === 0) return 'product';
  return path.reduce<string>((field, key) => {
    if (typeof key === 'number') return `${field}[${key}]`;
    const name = String(key);
    if (!plainName.test(name)) return `${field}[${quote(name)}]`;
    return field === '' ? name : `${field}.${name}`;
  }, '');
}

const maxQuoteLength = 60;

/** Text from a product for use in a message: in quotes, on one line, at most 60 characters. */
export function quote(text: string): string {
  const characters = [...text.slice(0, 2 * maxQuoteLength + 2)];
  const clipped = characters.length > maxQuoteLength ? `${characters.slice(0, maxQuoteLength - 1).join('')}…` : text;
  return JSON.stringify(clipped);
}

/** What a value is, in words: `null`, `a number`, `a list`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  const words: Partial<Record<string, string>> = { string: 'text', object: 'an object', undefined: 'missing' };
  return words[typeof value] ?? `a ${typeof value}`;
}

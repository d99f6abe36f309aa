import type { ProductDraftInput, ProductVariantDraftInput } from 'shopwright/validation';
import { validateProduct } from 'shopwright/validation';

/** A variant without issues. */
export function variant(changes: object = {}): ProductVariantDraftInput {
  return { sku: 'TEE-M', price: '24.90', options: { Size: 'M' }, ...changes };
}

/** A product without issues. */
export function product(changes: object = {}): ProductDraftInput {
  return {
    localId: 'tee',
    title: 'Linen tee',
    descriptionHtml: '<p>Soft.</p>',
    images: [{ url: 'https://cdn.example.com/tee.jpg' }],
    variants: [variant()],
    ...changes,
  };
}

/** The errors of a product as `code field`. */
export function errorsOf(input: unknown): readonly string[] {
  const result = validateProduct(input);
  return result.ok ? [] : result.errors.map(({ code, field }) => `${code} ${field}`);
}

/** The warnings about a product as `code field`. */
export function warningsOf(input: unknown): readonly string[] {
  return validateProduct(input).warnings.map(({ code, field }) => `${code} ${field}`);
}

/** The message of the first error of a product. */
export function messageOf(input: unknown): string | undefined {
  const result = validateProduct(input);
  return result.ok ? undefined : result.errors[0]?.message;
}

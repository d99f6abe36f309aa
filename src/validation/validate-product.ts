import { toIssue, type ValidationIssue } from './issues.ts';
import { isObject } from './option-table.ts';
import type { ProductDraft } from './product-draft.ts';
import { productDraftSchema } from './product-draft-schema.ts';
import { unknownFields } from './unknown-fields.ts';
import { productWarnings } from './warnings.ts';
import { fromZodIssue } from './zod-issues.ts';

/** How strictly products are looked at. */
export interface ValidateOptions {
  /** What a field that a draft does not have is: a warning, an error, or nothing to speak of. Default `'warn'`. */
  readonly unknownFields?: 'warn' | 'error' | 'ignore';
}

/** What became of one product. */
export type ProductValidation =
  | { readonly ok: true; readonly draft: ProductDraft; readonly warnings: readonly ValidationIssue[] }
  | {
      readonly ok: false;
      /** The product's local id, where it has one that is text. */
      readonly localId?: string;
      readonly errors: readonly ValidationIssue[];
      readonly warnings: readonly ValidationIssue[];
    };

/**
 * Checks one product and turns it into a draft. Finds all problems, not only the first, and does not
 * throw whatever the input is.
 */
export function validateProduct(input: unknown, options: ValidateOptions = {}): ProductValidation {
  const parsed = productDraftSchema.safeParse(input, { reportInput: true });
  const strictness = options.unknownFields ?? 'warn';
  const unknown = strictness === 'ignore' ? [] : unknownFields(input);
  const warnings = [...productWarnings(input), ...(strictness === 'warn' ? unknown : [])].map((finding) =>
    toIssue('warning', finding),
  );
  const errors = [
    ...(parsed.error?.issues ?? []).map(fromZodIssue),
    ...(strictness === 'error' ? unknown : []).map((finding) => toIssue('error', finding)),
  ];
  if (parsed.success && errors.length === 0) return { ok: true, draft: parsed.data, warnings };
  const localId = isObject(input) && typeof input.localId === 'string' ? input.localId : undefined;
  return { ok: false, ...(localId !== undefined && { localId }), errors, warnings };
}

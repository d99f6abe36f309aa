/**
 * Checks products before they are pushed. `validateProduct` and `validateProducts` report every issue with a code, the
 * field and how to fix it; `productDraftSchema` is the zod schema behind them, for use within a schema of your own.
 *
 * const { valid, invalid } = validateProducts(products);
 * for (const { index, errors } of invalid) console.error(index, errors);
 */
// @ts-nocheck

export type { ValidationIssue } from '../validation/issues.ts';

export type {
  DraftImage,
  DraftInventoryItem,
  DraftInventoryItemInput,
  DraftInventoryPolicy,
  DraftLinkedOption,
  DraftMetafield,
  DraftQuantity,
  DraftSeo,
  DraftStatus,
  DraftUnitPrice,
  DraftWeight,
  PricePolicy,
  ProductDraft,
  ProductDraftInput,
  ProductVariantDraft,
  ProductVariantDraftInput,
  SkuPolicy,
} from '../validation/product-draft.ts';

export { productDraftSchema } from '../validation/schema.ts';
export {
  type InvalidProduct,
  type ProductsValidation,
  type ProductValidation,
  type ProductWarning,
  type ValidateOptions,
  type ValidationSummary,
  validateProduct,
  validateProducts,
} from '../validation/validate.ts';

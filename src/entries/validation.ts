export type { ValidationIssue } from '../validation/issues.ts';

export type {
  DraftImage,
  DraftInventoryPolicy,
  DraftMetafield,
  DraftSeo,
  DraftStatus,
  ProductDraft,
  ProductDraftInput,
  ProductVariantDraft,
  ProductVariantDraftInput,
} from '../validation/product-draft.ts';

export { productDraftSchema } from '../validation/product-draft-schema.ts';
export {
  type InvalidProduct,
  type ProductsValidation,
  type ProductWarning,
  type ValidationSummary,
  validateProducts,
} from '../validation/validate.ts';
export { type ProductValidation, type ValidateOptions, validateProduct } from '../validation/validate-product.ts';

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

import type { DraftStatus } from '../../validation/product-draft.ts';
import type { FactEntries, Facts, FactValue, ProductFacts } from './product-facts.ts';

// Variants without a price. An existing variant keeps its price in the shop. A new one would cost 0.00
// (https://shopify.dev/docs/api/admin-graphql/latest/objects/ProductVariant), so a push never shows it to customers.

const isUnpriced = ({ price }: { readonly price?: FactValue | undefined }): boolean => price === undefined;

/** Whether customers can see a product with that status, or open it by its URL. */
export const isShown = (status: FactValue | undefined): boolean => status === 'ACTIVE' || status === 'UNLISTED';

/**
 * The status with which a product is created: `DRAFT` if a variant has no price. If the status is left out, Shopify
 * makes the product visible.
 */
export function statusOfNew(
  status: DraftStatus | undefined,
  variants: readonly { readonly price?: string }[],
): DraftStatus | undefined {
  return (status === undefined || isShown(status)) && variants.some(isUnpriced) ? 'DRAFT' : status;
}

/** The status to send for a new product, if it differs from the draft's. */
export function heldStatus({ product, variants = {} }: ProductFacts): 'DRAFT' | undefined {
  const status = product?.['']?.['status'] as DraftStatus | undefined;
  const sent = statusOfNew(status, Object.values(variants) as readonly { readonly price?: string }[]);
  return sent === status ? undefined : 'DRAFT';
}

/** Keys of variants that have no price in the draft or in the shop. */
export function costFree(ours: FactEntries = {}, theirs: FactEntries = {}): readonly string[] {
  return Object.entries(ours).flatMap(([key, facts]) => {
    const there = theirs[key];
    return isUnpriced(facts) && (there === undefined || Number(there['price']) === 0) ? [key] : [];
  });
}

/** Facts of a product without its status, for a push that must not change whether it is visible. */
export function withoutStatus(facts: Facts): Facts {
  const { status: _, ...rest } = facts;
  return rest;
}

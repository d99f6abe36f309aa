// @ts-nocheck
import type { DraftStatus } from '../../validation/product-draft.ts';
import type { FactEntries, Facts, FactValue, ProductFacts } from './product-facts.ts';

// What becomes of variants without a price. Of those that it has, the shop keeps the price. One that is new costs 0.00
// (https://shopify.dev/docs/api/admin-graphql/latest/objects/ProductVariant): no push shows it to customers.

const isUnpriced = ({ price }: { readonly price?: FactValue | undefined }): boolean => price === undefined;

/** Whether customers see a product of that status, or can open it by its address. */
export const isShown = (status: FactValue | undefined): boolean => status === 'ACTIVE' || status === 'UNLISTED';

/** The status with which a product is created: as a draft where a variant has no price. Left out, Shopify would show it. */
export function statusOfNew(
  status: DraftStatus | undefined,
  variants: readonly { readonly price?: string }[],
): DraftStatus | undefined {
  return (status === undefined || isShown(status)) && variants.some(isUnpriced) ? 'DRAFT' : status;
}

/** What is sent of the status of a new product, where it is not what the draft says. */
export function heldStatus({ product, variants = {} }: ProductFacts): 'DRAFT' | undefined {
  const status = product?.['']?.['status'] as DraftStatus | undefined;
  const sent = statusOfNew(status, Object.values(variants) as readonly { readonly price?: string }[]);
  return sent === status ? undefined : 'DRAFT';
}

/** Keys of variants without a price, which the shop has none of either. */
export function costFree(ours: FactEntries = {}, theirs: FactEntries = {}): readonly string[] {
  return Object.entries(ours).flatMap(([key, facts]) => {
    const there = theirs[key];
    return isUnpriced(facts) && (there === undefined || Number(there['price']) === 0) ? [key] : [];
  });
}

/** Facts of a product without its status: whether it is shown is not decided by this push. */
export function withoutStatus(facts: Facts): Facts {
  const { status: _, ...rest } = facts;
  return rest;
}

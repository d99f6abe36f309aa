import { isRecord } from '../../internal/json.ts';

/**
 * Points that `metafieldsSet` adds for each owner, however many metafields it sets there, by the type in the
 * owner's gid; what is not named adds none. https://shopify.dev/changelog/dynamic-complexity-cost-for-metafieldsset-mutation
 *
 * Of the row with 2 points we know the number only; that it is `ProductVariant` is our reading.
 */
const ownerCosts: ReadonlyMap<string, number> = new Map([
  ['Collection', 1],
  ['Customer', 1],
  ['Order', 10],
  ['Product', 4],
  ['ProductVariant', 2],
  ['Shop', 1],
]);

const gidType = /^gid:\/\/shopify\/([A-Za-z]+)\//;

/** Points for the owners of some metafields, each owner once. */
export function ownerPoints(metafields: unknown): number {
  const owners = new Set<string>();
  for (const metafield of Array.isArray(metafields) ? metafields : [metafields]) {
    if (isRecord(metafield)) owners.add(String(metafield['ownerId']));
  }
  let points = 0;
  for (const owner of owners) points += ownerCosts.get(gidType.exec(owner)?.[1] ?? '') ?? 0;
  return points;
}

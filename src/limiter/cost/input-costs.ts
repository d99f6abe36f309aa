import { ownerPoints } from './owner-costs.ts';
import { countEntries } from './values.ts';

/** Points that each entry of one part of a mutation's input adds. */
interface InputCost {
  /** Argument, then fields below it; lists on the way are gone through. */
  readonly path: readonly [argument: string, ...fields: string[]];
  /** Points per entry. */
  readonly points: number;
}

/** `productCreate` and `productUpdate`; their `input` is the older name of `product`. */
const product: readonly InputCost[] = [
  { path: ['product', 'metafields'], points: 0.4 },
  { path: ['input', 'metafields'], points: 0.4 },
  { path: ['media'], points: 1.9 },
];

/** `productVariantsBulkCreate` and `productVariantsBulkUpdate`. */
const variants: readonly InputCost[] = [
  { path: ['variants'], points: 0.2 },
  { path: ['variants', 'mediaId'], points: 0.6 },
  { path: ['variants', 'mediaSrc'], points: 0.6 },
  { path: ['variants', 'metafields'], points: 0.4 },
  { path: ['media'], points: 1.9 },
];

/**
 * What input adds to the 10 points of a mutation, by root field. Sources:
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productset-mutation
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productcreate-and-productupdate-mutations
 * https://shopify.dev/changelog/dynamic-complexity-for-productvariantsbulkcreate-and-productvariantsbulkupdate-mutations
 */
const inputCosts: ReadonlyMap<string, readonly InputCost[]> = new Map([
  [
    'productSet',
    [
      { path: ['input', 'variants'], points: 0.2 },
      { path: ['input', 'variants', 'file'], points: 0.6 },
      { path: ['input', 'variants', 'metafields'], points: 0.4 },
      { path: ['input', 'metafields'], points: 0.4 },
      { path: ['input', 'files'], points: 1.9 },
    ],
  ],
  ['productCreate', product],
  ['productUpdate', product],
  ['productVariantsBulkCreate', variants],
  ['productVariantsBulkUpdate', variants],
]);

/**
 * Points that the input of a mutation adds.
 *
 * @param mutation Name of the root field.
 * @param argumentOf The value of one of its arguments.
 */
export function inputPoints(mutation: string, argumentOf: (name: string) => unknown): number {
  if (mutation === 'metafieldsSet') return ownerPoints(argumentOf('metafields'));
  let points = 0;
  for (const { path, points: each } of inputCosts.get(mutation) ?? []) {
    const [argument, ...fields] = path;
    points += each * countEntries(argumentOf(argument), fields);
  }
  return points;
}

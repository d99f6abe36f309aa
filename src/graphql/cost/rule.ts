import { isRecord } from '../../internal/json.ts';

// What Shopify charges, in one table, used by the client's estimate, which only knows names, and by the fake, which
// knows types. Sources of the rule:
// https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits (object 1, connection by size, mutation 10),
// https://community.shopify.dev/t/how-to-calculate-graphql-cost-estimates/24364/6 (Shopify staff on connections).
// Undocumented parts were found by comparing it with about 8,000 costs that development stores returned for API
// versions 2025-01 to 2026-04, published by https://github.com/airhorns/shopify-draft-proxy: "recorded" below.

/** Points of an object. */
export const objectPoints = 1;

/** Points of a connection without its nodes. */
export const connectionPoints = 2;

/**
 * Points of a `__typename` in a response. None are requested for it, so they reduce the refund. (Recorded:
 * `nodes { __typename … on MediaImage { image { url } } }` of a file without image is charged 2, not 1.)
 */
export const answeredTypeNamePoints = 1;

/** Points of a mutation without what its input adds. */
export const mutationPoints = 10;

/** Points that one request may cost, on any plan. */
export const maxRequestPoints = 1_000;

/** The largest page, also assumed if the page size is unknown. */
export const largestPage = 250;

/** How many times a connection with that page size counts one node: 1 → 1, 10 → 4, 50 → 7, 100 → 9, 250 → 11. */
export function connectionMultiplier(size: number): number {
  // Without nodes, only the connection counts. (Recorded.)
  if (size === 0) return 0;
  return Math.floor(2 * Math.log(Math.max(2, Math.min(size, largestPage))));
}

/** A page that returned at least one node. */
interface AnsweredPage {
  /** Points of its most expensive node, type names included. */
  readonly perNode: number;
  /** The value of `first` or `last`. */
  readonly size: number;
  /** Nodes returned. */
  readonly came: number;
  /** Whether `pageInfo` is selected beside the nodes. */
  readonly hasPageInfo: boolean;
}

/**
 * Points finally charged for a page, of those requested: in proportion to the nodes returned, rounded up from a
 * fraction of 0.2. (Recorded: 1 node of 50, 0 of 7 points; 3 of 10, 2 of 4; 54 of 250, 3 of 11.)
 *
 * Two things reduce the refund, though never to nothing (recorded, each on its own): a single node with nested objects
 * on a page of at most 10 (1 node of 10, 2 of 8 and 3 of 16 points), and `pageInfo` beside a page of half a point (1
 * node of 5, 2 of 3 points with it, 1 without).
 */
export function chargedForPage({ perNode, size, came, hasPageInfo }: AnsweredPage): number {
  const asked = perNode * connectionMultiplier(size);
  const points = (asked * came) / Math.max(1, Math.min(size, largestPage));
  const byShare = Math.floor(withoutDust(points + 0.8));
  if (byShare === 0) return 0;
  const withPageInfo = hasPageInfo && points >= 0.5 ? 2 : 0;
  const withObjects = came === 1 && size <= 10 && perNode >= 2 ? Math.floor(withoutDust(points + 1.4)) : 0;
  const more = Math.max(byShare, withPageInfo, withObjects);
  return Math.min(asked, more < asked ? more : byShare);
}

/**
 * Whole points, as Shopify reports them: 10.2 is 10, 15.6 is 16 (recorded). No operation is free: one whose fields are
 * all skipped costs 1.
 */
export function chargedPoints(points: number): number {
  return Math.max(1, Math.round(withoutDust(points)));
}

/** Removes floating-point noise: prices have at most two decimals. */
export function withoutDust(points: number): number {
  return Math.round(points * 100) / 100;
}

/** Points of objects by type, if not 1. As nodes of a connection, those with 0 cost 1. (Recorded.) */
export const typePrices: Readonly<Record<string, number>> = {
  ApiVersion: 0,
  CollectionRule: 0,
  CollectionRuleSet: 0,
  CustomerEmailMarketingConsentState: 0,
  CustomerSmsMarketingConsentState: 0,
  InventoryItemMeasurement: 0,
  LocationAddress: 0,
  MoneyBag: 0,
  MoneyV2: 0,
  PageInfo: 0,
  ShopAddress: 0,
  StoreCreditAccount: 6,
  WebhookEventBridgeEndpoint: 0,
  WebhookHttpEndpoint: 0,
  WebhookPubSubEndpoint: 0,
  WebhookSubscriptionEndpoint: 0,
  Weight: 0,
};

/** Points of fields that deviate from the rule, by type and field. (Recorded.) */
export const fieldPrices: Readonly<Record<string, number>> = {
  'Article.commentsCount': 10,
  'Blog.articlesCount': 10,
  'Customer.defaultAddress': 0,
  'DeliveryProfile.productVariantsCount': 10,
  'Location.hasUnfulfilledOrders': 1,
  'Mutation.deliveryProfileUpdate': 100,
  'Mutation.fileCreate': 20,
  'Mutation.flowTriggerReceive': 1,
  // Since June 2026; before, the same as other mutations.
  'Mutation.fulfillmentTrackingInfoUpdate': 50,
  'Mutation.orderCapture': 20,
  'Mutation.productCreateMedia': 20,
  'Mutation.refundCreate': 20,
  'Publication.includedProductsCount': 10,
};

/** Points of a count at the root of a query, such as `productsCount`. (Recorded, for all counts.) */
export const rootCountPoints = 10;

/** Points that each entry of one part of a mutation's input adds. */
interface InputPrice {
  /** Argument, then fields below it; lists on the way are traversed. */
  readonly path: readonly [argument: string, ...fields: string[]];
  /** Points per entry. */
  readonly points: number;
}

/** `productSet`, and the same for gift cards. */
const productSet: readonly InputPrice[] = [
  { path: ['input', 'variants'], points: 0.2 },
  { path: ['input', 'variants', 'file'], points: 0.6 },
  { path: ['input', 'variants', 'metafields'], points: 0.4 },
  { path: ['input', 'metafields'], points: 0.4 },
  { path: ['input', 'files'], points: 1.9 },
];

/** `productCreate` and `productUpdate`; their `input` is the older name of `product`. */
const product: readonly InputPrice[] = [
  { path: ['product', 'metafields'], points: 0.4 },
  { path: ['input', 'metafields'], points: 0.4 },
  { path: ['media'], points: 1.9 },
];

/** `productVariantsBulkCreate` and `productVariantsBulkUpdate`. */
const variants: readonly InputPrice[] = [
  { path: ['variants'], points: 0.2 },
  { path: ['variants', 'mediaId'], points: 0.6 },
  { path: ['variants', 'mediaSrc'], points: 0.6 },
  { path: ['variants', 'metafields'], points: 0.4 },
  { path: ['media'], points: 1.9 },
];

/**
 * What input adds to the points of a mutation, by root field. Sources:
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productset-mutation
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productcreate-and-productupdate-mutations
 * https://shopify.dev/changelog/dynamic-complexity-for-productvariantsbulkcreate-and-productvariantsbulkupdate-mutations
 */
const inputPrices: ReadonlyMap<string, readonly InputPrice[]> = new Map([
  ['productSet', productSet],
  ['giftCardProductSet', productSet],
  ['productCreate', product],
  ['productUpdate', product],
  ['productVariantsBulkCreate', variants],
  ['productVariantsBulkUpdate', variants],
]);

/**
 * Points that the input of a mutation adds.
 *
 * @param mutation Name of the root field.
 * @param argumentOf Returns the value of an argument.
 */
export function inputPoints(mutation: string, argumentOf: (name: string) => unknown): number {
  if (mutation === 'metafieldsSet') return ownerPoints(argumentOf('metafields'));
  let points = 0;
  for (const { path, points: each } of inputPrices.get(mutation) ?? []) {
    const [argument, ...fields] = path;
    points += each * countEntries(argumentOf(argument), fields);
  }
  return points;
}

/** Counts the entries at the end of a path, through any lists. A single value counts as a list of one. */
function countEntries(value: unknown, path: readonly string[]): number {
  if (value === undefined || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + countEntries(entry, path), 0);
  const [field, ...rest] = path;
  if (field === undefined) return 1;
  return typeof value === 'object' ? countEntries(Reflect.get(value, field), rest) : 0;
}

/**
 * Points that `metafieldsSet` adds for each owner, however many metafields it sets there, by the type in the owner's
 * gid; types not listed add none. On all API versions since 2026-09-15 (before, recorded: none):
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-metafieldsset-mutation
 *
 * Of the entry with 2 points, Shopify publishes only the number; that it is `ProductVariant` is our assumption.
 */
const ownerPrices: ReadonlyMap<string, number> = new Map([
  ['Collection', 1],
  ['Customer', 1],
  ['Order', 10],
  ['Product', 4],
  ['ProductVariant', 2],
  ['Shop', 1],
]);

const gidType = /^gid:\/\/shopify\/([A-Za-z]+)\//;

/** Points for the owners of some metafields, counting each owner once. */
function ownerPoints(metafields: unknown): number {
  const owners = new Set<string>();
  for (const metafield of Array.isArray(metafields) ? metafields : [metafields]) {
    if (isRecord(metafield)) owners.add(String(metafield['ownerId']));
  }
  let points = 0;
  for (const owner of owners) points += ownerPrices.get(gidType.exec(owner)?.[1] ?? '') ?? 0;
  return points;
}

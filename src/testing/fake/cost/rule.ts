/**
 * Shopify's cost rule in numbers. Sources:
 * https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits (documented field costs),
 * https://community.shopify.dev/t/how-to-calculate-graphql-cost-estimates/24364 (Shopify staff on connections).
 */
import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isObjectType,
} from 'graphql';

/** Points of an object field. */
export const objectPoints = 1;
/** Points of a connection, its nodes aside. */
export const connectionPoints = 2;
/** Points of a mutation, before what its input adds. */
export const mutationPoints = 10;
/** Points that one request may ask for, on any plan. */
export const maxRequestPoints = 1_000;
/** The largest page, and the size of a page whose size is not given. */
export const maxPageSize = 250;

/** How many times a connection of `size` nodes pays for one node: 1 → 1, 10 → 4, 50 → 7, 100 → 9, 250 → 11. */
export function connectionMultiplier(size: number): number {
  return Math.floor(2 * Math.log(Math.max(2, Math.min(size, maxPageSize))));
}

/** Points have at most two decimals; this takes the dust of binary fractions off. */
export function roundPoints(points: number): number {
  return Math.round(points * 100) / 100;
}

/** What a field pays for, by its type. */
export type FieldClass =
  | { readonly pays: 'nothing' }
  | { readonly pays: 'object'; readonly type: GraphQLCompositeType }
  | { readonly pays: 'connection'; readonly type: GraphQLObjectType };

/** Scalars, enums and `PageInfo` are free. */
export function classifyField(field: GraphQLOutputType): FieldClass {
  const type = getNamedType(field);
  if (!isCompositeType(type) || type.name === 'PageInfo') return { pays: 'nothing' };
  const isConnection = isObjectType(type) && type.name.endsWith('Connection') && 'pageInfo' in type.getFields();
  return isConnection ? { pays: 'connection', type } : { pays: 'object', type };
}

import { type GraphQLInputType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { isRecord } from '../../../internal/json.ts';

/**
 * Points that a mutation's input adds, such as 0.2 for each variant of `productSet`.
 *
 * @param costs `Type.field` → points for each entry.
 * Source: https://shopify.dev/changelog/dynamic-complexity-cost-for-productset-mutation
 */
export function inputPoints(costs: Readonly<Record<string, number>>, type: GraphQLInputType, value: unknown): number {
  if (isNonNullType(type)) return inputPoints(costs, type.ofType, value);
  if (isListType(type)) {
    return entries(value).reduce<number>((sum, entry) => sum + inputPoints(costs, type.ofType, entry), 0);
  }
  if (!isInputObjectType(type) || !isRecord(value)) return 0;
  let points = 0;
  for (const field of Object.values(type.getFields())) {
    const given = value[field.name];
    points += (costs[`${type.name}.${field.name}`] ?? 0) * entries(given).length;
    points += inputPoints(costs, field.type, given);
  }
  return points;
}

/** GraphQL takes a single value where a list is wanted. */
function entries(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

import { type GraphQLArgument, type GraphQLInputType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { isRecord } from '../../../internal/json.ts';
import { parseGid } from '../graphql/gid.ts';
import { entryCosts, metafieldOwnerCosts } from './manual-costs.ts';

/** Points that one argument of a mutation adds, such as 0.2 for each variant of `productSet`. */
export function argumentPoints(mutation: string, argument: GraphQLArgument, value: unknown): number {
  if (mutation === 'metafieldsSet') return ownerPoints(value);
  const ownCost = entryCosts[`Mutation.${mutation}.${argument.name}`] ?? 0;
  return ownCost * entries(value).length + inputPoints(argument.type, value);
}

function inputPoints(type: GraphQLInputType, value: unknown): number {
  if (isNonNullType(type)) return inputPoints(type.ofType, value);
  if (isListType(type)) {
    return entries(value).reduce<number>((sum, entry) => sum + inputPoints(type.ofType, entry), 0);
  }
  if (!isInputObjectType(type) || !isRecord(value)) return 0;
  let points = 0;
  for (const field of Object.values(type.getFields())) {
    const given = value[field.name];
    points += (entryCosts[`${type.name}.${field.name}`] ?? 0) * entries(given).length;
    points += inputPoints(field.type, given);
  }
  return points;
}

/** Each owner counts once for each call of the mutation. */
function ownerPoints(metafields: unknown): number {
  const owners = new Set(entries(metafields).map((metafield) => isRecord(metafield) && String(metafield.ownerId)));
  let points = 0;
  for (const owner of owners) points += metafieldOwnerCosts[parseGid(String(owner))?.kind ?? ''] ?? 0;
  return points;
}

/** GraphQL takes a single value where a list is wanted. */
function entries(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

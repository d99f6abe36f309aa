// @ts-nocheck
import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isObjectType,
} from 'graphql';

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

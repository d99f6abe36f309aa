import type { GraphQLFieldResolver, GraphQLTypeResolver } from 'graphql';
import { isRecord } from '../../../internal/json.ts';
import { notSimulated } from './errors.ts';
import { parseGid } from './gid.ts';
import { checkInputSize } from './input-limits.ts';
import type { FieldResolver, ResolverContext, ResolverMap } from './types.ts';

/**
 * How every field is answered: by a resolver, else by the property of that name of what stands in the
 * store. What has neither is not simulated, and says so: a silent `null` would look like Shopify's answer.
 */
export function fieldResolver(resolvers: ResolverMap): GraphQLFieldResolver<unknown, ResolverContext> {
  return (source, args, context, info) => {
    const type = info.parentType.name;
    const resolve = resolvers[type]?.[info.fieldName];
    if (resolve)
      return type === 'Mutation' ? mutate(resolve, source, args, context, info) : resolve(source, args, context, info);
    const value = isRecord(source) ? source[info.fieldName] : undefined;
    if (value !== undefined) return value;
    throw notSimulated(`${type}.${info.fieldName}`);
  };
}

/** Each mutation happens as a whole, or, where it reports `userErrors`, not at all. */
function mutate(
  resolve: FieldResolver,
  source: unknown,
  args: unknown,
  context: ResolverContext,
  info: Parameters<FieldResolver>[3],
): unknown {
  checkInputSize(info.fieldName, args);
  const store = context.store.begin();
  const settle = (payload: unknown): unknown => {
    const refused = isRecord(payload) && Array.isArray(payload.userErrors) && payload.userErrors.length > 0;
    if (!refused) store.commit();
    return payload;
  };
  const payload = resolve(source, args, { ...context, store }, info);
  return payload instanceof Promise ? payload.then(settle) : settle(payload);
}

/** The type of what an interface or union holds: `__typename` where it is given, else the gid says it. */
export const typeResolver: GraphQLTypeResolver<unknown, ResolverContext> = (value) => {
  if (!isRecord(value)) return undefined;
  if (typeof value.__typename === 'string') return value.__typename;
  return typeof value.id === 'string' ? parseGid(value.id)?.kind : undefined;
};

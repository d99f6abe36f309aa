import type { GraphQLFieldResolver, GraphQLTypeResolver } from 'graphql';
import { isRecord } from '../../../internal/json.ts';
import type { ResolverContext, ResolverMap } from './context.ts';
import { notSimulated } from './errors.ts';
import { parseGid } from './gid.ts';
import type { IdempotencyGuard } from './idempotency.ts';
import { mutate } from './mutation.ts';

/**
 * How every field is answered: by a resolver, else by the property of that name of what stands in the
 * store. What has neither is not simulated, and says so: a silent `null` would look like Shopify's answer.
 */
export function fieldResolver(
  resolvers: ResolverMap,
  onceByKey: IdempotencyGuard,
): GraphQLFieldResolver<unknown, ResolverContext> {
  return (source, args, context, info) => {
    const type = info.parentType.name;
    const resolve = resolvers[type]?.[info.fieldName];
    if (resolve && type === 'Mutation')
      return onceByKey(args, context, info, () => mutate(resolve, source, args, context, info));
    if (resolve) return resolve(source, args, context, info);
    const value = isRecord(source) ? source[info.fieldName] : undefined;
    if (value !== undefined) return value;
    throw notSimulated(`${type}.${info.fieldName}`);
  };
}

/** The type of what an interface or union holds: `__typename` where it is given, else the gid says it. */
export const typeResolver: GraphQLTypeResolver<unknown, ResolverContext> = (value) => {
  if (!isRecord(value)) return undefined;
  if (typeof value.__typename === 'string') return value.__typename;
  return typeof value.id === 'string' ? parseGid(value.id)?.kind : undefined;
};

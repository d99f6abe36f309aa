import type { GraphQLFieldResolver } from 'graphql';
import { classifyField } from '../cost/rule.ts';
import type { ResolverContext } from './context.ts';
import { wholeList } from './resolvers/connections.ts';

/** Makes every connection answer with all it has, whatever page is asked for: bulk queries know no pages. */
export function wholeLists(
  resolve: GraphQLFieldResolver<unknown, ResolverContext>,
): GraphQLFieldResolver<unknown, ResolverContext> {
  return (source, args, context, info) => {
    const isConnection = classifyField(info.returnType).pays === 'connection';
    const page = isConnection && { first: wholeList, last: null, after: null, before: null };
    return resolve(source, page ? { ...args, ...page } : args, context, info);
  };
}

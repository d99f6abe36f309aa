import type { ResolverMap } from '../../context.ts';
import { bulkRunResolvers } from '../bulk.ts';
import { bulkCancelResolvers } from './bulk-cancel.ts';
import { bulkQueryResolvers } from './bulk-queries.ts';
import { stagedUploadResolvers } from './staged-uploads.ts';

/** Resolvers of bulk operations and of the uploads they read. What runs them is in `bulk/`. */
export const bulkResolvers: ResolverMap = {
  ...bulkQueryResolvers,
  Mutation: { ...bulkRunResolvers.Mutation, ...bulkCancelResolvers.Mutation, ...stagedUploadResolvers.Mutation },
};

import { type ResolverMap, resolver } from '../../context.ts';
import { type UpdateVariantsArgs, updateVariants } from '../variants-bulk.ts';
import { type CreateVariantsArgs, createVariants } from './create.ts';
import { type DeleteVariantsArgs, deleteVariants } from './delete.ts';

/** Mutations of several variants of one product. */
export const variantsBulkResolvers: ResolverMap = {
  Mutation: {
    productVariantsBulkCreate: resolver<unknown, CreateVariantsArgs>((_source, args, context) =>
      createVariants(args, context),
    ),
    productVariantsBulkUpdate: resolver<unknown, UpdateVariantsArgs>((_source, args, context) =>
      updateVariants(args, context),
    ),
    productVariantsBulkDelete: resolver<unknown, DeleteVariantsArgs>((_source, args, context) =>
      deleteVariants(args, context),
    ),
  },
};

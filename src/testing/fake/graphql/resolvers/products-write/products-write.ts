import { type ResolverMap, resolver } from '../../context.ts';
import type { ProductArgs } from '../products-write.ts';
import { createProduct } from './create.ts';
import { type UpdateArgs, updateProduct } from './update.ts';

/** `productCreate` and `productUpdate`. */
export const productWriteResolvers: ResolverMap = {
  Mutation: {
    productCreate: resolver<unknown, ProductArgs>((_source, args, context) => createProduct(args, context)),
    productUpdate: resolver<unknown, UpdateArgs>((_source, args, context) => updateProduct(args, context)),
  },
};

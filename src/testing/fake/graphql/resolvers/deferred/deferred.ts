import type { DeferredEntity } from '../../../store/deferred-entities.ts';
import { type ResolverMap, resolver } from '../../context.ts';
import { requireGid } from '../../gid.ts';
import { type DeferredKind, findDeferred } from '../deferred.ts';
import { productById } from '../find-entities.ts';

const operationKinds: ReadonlySet<string> = new Set<DeferredKind>(['ProductSetOperation', 'ProductDeleteOperation']);

const product = resolver<DeferredEntity>(({ productId }, _args, context) =>
  productId === null ? null : (productById(context, productId) ?? null),
);

/** Resolvers of what runs in the background. */
export const deferredResolvers: ResolverMap = {
  QueryRoot: {
    productOperation: resolver<unknown, { id: string }>((_source, { id }, context) => {
      const { kind } = requireGid(id);
      return operationKinds.has(kind) ? (findDeferred(context, kind as DeferredKind, id) ?? null) : null;
    }),
    job: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id);
      return findDeferred(context, 'Job', id) ?? null;
    }),
  },
  ProductSetOperation: { product },
  ProductDeleteOperation: { product },
  Job: {
    done: resolver<DeferredEntity>(({ status }) => status === 'COMPLETE'),
    query: resolver<DeferredEntity>(({ status }) => (status === 'COMPLETE' ? {} : null)),
  },
};

import { GraphQLError } from 'graphql';
import { downloadUrl } from '../../../bulk/addresses.ts';
import { bulkOperation, bulkOperations, hasFile, statusOf } from '../../../bulk/operation-view.ts';
import type { BulkOperationEntity, BulkType } from '../../../store/bulk-entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection } from '../connections.ts';
import { searchedOperations } from './bulk-search.ts';

interface OperationsArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly sortKey: 'CREATED_AT' | 'COMPLETED_AT';
}

/** The bulk operations of the calling app, newest first. */
function ownOperations({ store, shop, app }: ResolverContext): readonly BulkOperationEntity[] {
  return bulkOperations(store, shop)
    .filter((operation) => operation.app === app)
    .toReversed();
}

/**
 * The bulk operation with that gid, if the calling app has it.
 *
 * @throws GraphQLError for a gid of something else.
 */
export function ownOperation(id: string, { store, shop, app }: ResolverContext): BulkOperationEntity | undefined {
  if (requireGid(id).kind !== 'BulkOperation') {
    throw new GraphQLError(`Invalid id: ${id}`, { extensions: { code: 'RESOURCE_NOT_FOUND' } });
  }
  const operation = bulkOperation(store, shop, id);
  return operation?.app === app ? operation : undefined;
}

/** Where the file is, if it is there and the status is the one that it belongs to. */
function fileUrl(operation: BulkOperationEntity, isWhole: boolean, context: ResolverContext): string | null {
  const isThere = hasFile(operation, context.clock.now()) && (operation.status === 'COMPLETED') === isWhole;
  return isThere ? downloadUrl(context.origin, context.shop, operation) : null;
}

/** Queries for bulk operations. */
export const bulkQueryResolvers: ResolverMap = {
  QueryRoot: {
    bulkOperation: resolver<unknown, { id: string }>((_source, { id }, context) => ownOperation(id, context) ?? null),
    bulkOperations: resolver<unknown, OperationsArgs>((_source, args, context) => {
      const found = searchedOperations(ownOperations(context), args.query, context.clock.now());
      const completedAt = (operation: BulkOperationEntity): number => Date.parse(operation.completedAt ?? '') || 0;
      const isByCompletion = args.sortKey === 'COMPLETED_AT';
      return connection(isByCompletion ? found.toSorted((a, b) => completedAt(b) - completedAt(a)) : found, args);
    }),
    currentBulkOperation: resolver<unknown, { type: BulkType | null }>(
      (_source, { type }, context) =>
        ownOperations(context).find((operation) => operation.type === (type ?? 'QUERY')) ?? null,
    ),
  },
  BulkOperation: {
    status: resolver<BulkOperationEntity>((operation, _args, { clock }) => statusOf(operation, clock.now())),
    objectCount: resolver<BulkOperationEntity>(({ objectCount }) => String(objectCount)),
    rootObjectCount: resolver<BulkOperationEntity>(({ rootObjectCount }) => String(rootObjectCount)),
    fileSize: resolver<BulkOperationEntity>(({ status, bytes }) =>
      status === 'COMPLETED' && bytes > 0 ? String(bytes) : null,
    ),
    url: resolver<BulkOperationEntity>((operation, _args, context) => fileUrl(operation, true, context)),
    partialDataUrl: resolver<BulkOperationEntity>((operation, _args, context) => fileUrl(operation, false, context)),
  },
};

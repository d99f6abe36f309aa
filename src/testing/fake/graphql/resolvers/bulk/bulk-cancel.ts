import { isRunning, statusOf } from '../../../bulk/operation-view.ts';
import type { BulkOperationEntity } from '../../../store/bulk-entities.ts';
import { type ResolverMap, resolver } from '../../context.ts';
import { ownOperation } from './bulk-queries.ts';

/** `bulkOperationCancel`: the operation ends with its next step, and keeps what it has written. */
export const bulkCancelResolvers: ResolverMap = {
  Mutation: {
    bulkOperationCancel: resolver<unknown, { id: string }>((_source, { id }, context) => {
      const operation = ownOperation(id, context);
      if (!operation) {
        return { bulkOperation: null, userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }] };
      }
      if (!isRunning(operation)) {
        const status = statusOf(operation, context.clock.now()).toLowerCase();
        const message = `A bulk operation cannot be canceled when it is ${status}`;
        return { bulkOperation: operation, userErrors: [{ field: null, message }] };
      }
      const bulkOperation: BulkOperationEntity = { ...operation, status: 'CANCELING' };
      context.store.put(context.shop, 'BulkOperation', bulkOperation);
      return { bulkOperation, userErrors: [] };
    }),
  },
};

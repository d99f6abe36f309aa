/** Bulk operations: what `shop.bulk` takes, gives and throws. */
// @ts-nocheck

export type { Bulk, BulkFinish, BulkFlatRow, BulkNode, BulkRowOf } from '../bulk/bulk.ts';
export type { BulkMutateOptions, BulkMutation, BulkRowResult, BulkSummary } from '../bulk/mutate.ts';
export type { BulkOperation } from '../bulk/operation.ts';
export type {
  BulkProgress,
  BulkQueryOptions,
  BulkReadOptions,
  BulkResumeOptions,
  BulkRun,
  BulkSettings,
} from '../bulk/query.ts';
export { BulkFailedError, BulkIncompleteError, BulkNotEnabledError } from '../errors/bulk-errors.ts';
export type { ErrorDetails } from '../errors/errors.ts';

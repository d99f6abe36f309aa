import type { GraphqlErrorEntry } from '../../../errors/graphql.ts';
import type { BulkOperationEntity } from '../store/bulk-entities.ts';
import { readShape } from './queries.ts';
import { queryLines } from './query-lines.ts';
import { type BulkWork, BulkWorkError, randomOf, type WorkContext } from './work.ts';

/**
 * Answers a bulk query at one moment, over the state of now; its lines are written later.
 *
 * @throws BulkWorkError where the answer has errors.
 */
export async function queryWork(operation: BulkOperationEntity, context: WorkContext): Promise<BulkWork> {
  const { engine, shop, seed } = context;
  const { query, app, origin, groupObjects: grouped } = operation;
  const prepared = engine.prepare({ query });
  if (!prepared.ok) throw failure(prepared.errors);
  const { data, errors } = await engine.execute(prepared.operation, { shop, app, origin, wholeLists: true });
  if (errors) throw failure(errors);

  const lines = queryLines(readShape(prepared.operation), data, { grouped, random: randomOf(operation, seed) });
  let written = 0;
  return {
    total: lines.length,
    next: async (count) => {
      written += count;
      return lines.slice(written - count, written);
    },
  };
}

function failure(errors: readonly GraphqlErrorEntry[]): BulkWorkError {
  const codes = new Set(errors.map(({ extensions }) => extensions?.code));
  const message = `A bulk query failed: ${errors.map((error) => error.message).join(' ')}`;
  const errorCode = codes.has('ACCESS_DENIED') ? 'ACCESS_DENIED' : 'INTERNAL_SERVER_ERROR';
  return new BulkWorkError(errorCode, message, codes.has('NOT_SIMULATED'));
}

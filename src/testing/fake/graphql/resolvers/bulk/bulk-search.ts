import { statusOf } from '../../../bulk/operation-view.ts';
import type { BulkOperationEntity } from '../../../store/bulk-entities.ts';
import { badRequest, notSimulated } from '../../errors.ts';
import { byId, oneOf, type SearchTerm } from '../search.ts';

type Compare = (at: number, wanted: number) => boolean;

const comparisons: Readonly<Record<string, Compare>> = {
  '': (at, wanted) => at === wanted,
  '<': (at, wanted) => at < wanted,
  '<=': (at, wanted) => at <= wanted,
  '>': (at, wanted) => at > wanted,
  '>=': (at, wanted) => at >= wanted,
};

/**
 * What a search of bulk operations finds: the terms `created_at`, `id`, `operation_type` (also as `type`) and `status`,
 * which must all hold.
 *
 * @param now Decides what has expired.
 * @throws GraphQLError `BAD_REQUEST` for what is no time, `NOT_SIMULATED` for other terms.
 */
export function searchedOperations(
  operations: readonly BulkOperationEntity[],
  query: string | null | undefined,
  now: number,
): readonly BulkOperationEntity[] {
  const ofType = oneOf<BulkOperationEntity>(({ type }) => type);
  const terms: Readonly<Record<string, SearchTerm<BulkOperationEntity>>> = {
    id: byId,
    operation_type: ofType,
    type: ofType,
    status: oneOf((operation) => statusOf(operation, now)),
  };
  const words = query?.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const tests = words
    .filter((word) => word !== 'AND')
    .map((word) => {
      const [, name = '', comparison = '', quoted = ''] = /^(\w+):(<=|>=|<|>)?(.+)$/.exec(word) ?? [];
      const value = quoted.replaceAll(/^["']|["']$/g, '');
      if (name === 'created_at') return createdAt(comparison, value);
      const term = Object.hasOwn(terms, name) && comparison === '' ? terms[name] : undefined;
      if (!term) throw notSimulated(`QueryRoot.bulkOperations(query: ${JSON.stringify(word)})`);
      return term(value);
    });
  return operations.filter((operation) => tests.every((test) => test(operation)));
}

function createdAt(comparison: string, value: string): (operation: BulkOperationEntity) => boolean {
  const wanted = Date.parse(value);
  if (Number.isNaN(wanted)) throw badRequest(`Invalid timestamp for query filter \`created_at\`: ${value}`);
  return (operation) => comparisons[comparison]?.(Date.parse(operation.createdAt), wanted) ?? false;
}

import type { Caller, GraphqlEngine } from '../model.ts';
import type { BulkOperationEntity } from '../store/bulk-entities.ts';
import type { BulkLine } from './query-lines.ts';
import { uploadByKey } from './staged-target.ts';
import { madeSynchronous } from './synchronous.ts';
import { readRows, type VariableRow } from './variable-rows.ts';
import { type BulkWork, BulkWorkError, randomOf, type WorkContext } from './work.ts';

/**
 * Runs a mutation once for each row of the file, in an order that the seed makes: Shopify gives no other.
 *
 * @throws BulkWorkError where the file is not the one that was there when the operation was accepted.
 */
export function mutationWork(operation: BulkOperationEntity, { engine, store, shop, seed }: WorkContext): BulkWork {
  const { query, app, origin, upload } = operation;
  const fileContent = (): string => {
    const file = upload && uploadByKey(store, shop, upload.key);
    if (file && file.content !== null && file.revision === upload.revision) return file.content;
    throw new BulkWorkError('INTERNAL_SERVER_ERROR', 'The file with the variables is no longer the same.');
  };
  const read = readRows(fileContent());
  const rows = shuffled(read.ok ? read.rows : [], randomOf(operation, seed));
  let done = 0;
  return {
    total: rows.length,
    async next(count) {
      fileContent();
      const due = rows.slice(done, done + count);
      done += count;
      const lines: BulkLine[] = [];
      for (const row of due) lines.push(await rowLine(engine, query, row, { shop, app, origin }));
      return lines;
    },
  };
}

/** Executes one row. What fails is told in its line, and concerns no other. */
async function rowLine(engine: GraphqlEngine, query: string, row: VariableRow, caller: Caller): Promise<BulkLine> {
  const line = (answer: object): BulkLine => {
    return { text: JSON.stringify({ ...answer, __lineNumber: row.lineNumber }), isRoot: true };
  };
  const prepared = engine.prepare({ query, variables: row.variables });
  if (!prepared.ok) return line({ errors: prepared.errors });
  const { data, errors } = await engine.execute(madeSynchronous(prepared.operation), caller);
  return line({ ...(data !== null && { data }), ...(errors && { errors }) });
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

import { type ArgumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql';
import type { GraphqlErrorEntry } from '../../../errors/errors.ts';
import { isRecord, parseJson } from '../../../internal/json.ts';
import type { Caller, Executed, GraphqlEngine, GraphqlRequest, PreparedOperation } from '../model.ts';
import { createRandom, hashText } from '../random.ts';
import type { BulkErrorCode, BulkOperationEntity } from '../store/entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { uploadByKey } from './file-storage.ts';
import { type BulkLine, queryLines, readShape } from './queries.ts';

/** What a running bulk operation has to do. */
export interface BulkWork {
  /** Lines it will write. */
  readonly total: number;
  /**
   * Does the next part of it. Lines come in the order in which they are written.
   *
   * @throws BulkWorkError where it cannot go on.
   */
  next(count: number): Promise<readonly BulkLine[]>;
}

/** What work is made of. */
export interface WorkContext {
  readonly engine: GraphqlEngine;
  readonly store: EntityStore;
  readonly shop: string;
  /** Seed of the order of lines and rows. */
  readonly seed: number;
  /** Told of each operation that was executed: the query, or a row of the mutation. */
  readonly onExecuted: (operation: PreparedOperation, executed: Executed) => void;
}

/** A bulk operation cannot go on. */
export class BulkWorkError extends Error {
  override readonly name = 'BulkWorkError';
  readonly errorCode: BulkErrorCode;
  /** Whether it is the fake that falls short, and its user should hear of it. */
  readonly isFakes: boolean;

  constructor(errorCode: BulkErrorCode, message: string, isFakes = false) {
    super(message);
    this.errorCode = errorCode;
    this.isFakes = isFakes;
  }
}

/** Chance for one operation: the same each time, so that one that begins again goes the same way. */
function randomOf({ id }: BulkOperationEntity, seed: number): () => number {
  return createRandom(hashText(`${seed} ${id}`));
}

/**
 * Answers a bulk query at one moment, over the state of now; its lines are written later.
 *
 * @throws BulkWorkError where the response has errors.
 */
export async function queryWork(operation: BulkOperationEntity, context: WorkContext): Promise<BulkWork> {
  const { engine, shop, seed } = context;
  const { query, apiVersion, app, origin, groupObjects: grouped } = operation;
  const prepared = engine.prepare({ query, apiVersion });
  if (!prepared.ok) throw failure(prepared.errors);
  const executed = await engine.execute(prepared.operation, { shop, app, origin, wholeLists: true });
  context.onExecuted(prepared.operation, executed);
  const { data, errors } = executed;
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

/**
 * Runs a mutation once for each row of the file, in an order that the seed makes: Shopify gives no other.
 *
 * @throws BulkWorkError where the file is not the one that was there when the operation was accepted.
 */
export function mutationWork(operation: BulkOperationEntity, context: WorkContext): BulkWork {
  const { store, shop, seed } = context;
  const { query, apiVersion, app, origin, upload } = operation;
  const fileContent = (): string => {
    const file = upload && uploadByKey(store, shop, upload.key);
    if (file && file.content !== null && file.revision === upload.revision) return file.content;
    throw new BulkWorkError('INTERNAL_SERVER_ERROR', 'The file with the variables has changed.');
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
      for (const row of due)
        lines.push(await rowLine(context, { query, apiVersion, variables: row.variables }, row, { shop, app, origin }));
      return lines;
    },
  };
}

/** Executes one row. A failure is reported in its line and does not affect others. */
async function rowLine(
  { engine, onExecuted }: WorkContext,
  request: GraphqlRequest,
  row: VariableRow,
  caller: Caller,
): Promise<BulkLine> {
  const line = (answer: object): BulkLine => {
    return { text: JSON.stringify({ ...answer, __lineNumber: row.lineNumber }), isRoot: true };
  };
  const prepared = engine.prepare(request);
  if (!prepared.ok) return line({ errors: prepared.errors });
  const executed = await engine.execute(madeSynchronous(prepared.operation), caller);
  onExecuted(prepared.operation, executed);
  const { data, errors } = executed;
  return line({ ...(data !== null && { data }), ...(errors && { errors }) });
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/**
 * Mutations that do their work at once when they run in bulk.
 * https://shopify.dev/docs/api/usage/bulk-operations/imports
 */
const alwaysSynchronous: ReadonlySet<string> = new Set(['productSet']);

const synchronous: ArgumentNode = {
  kind: Kind.ARGUMENT,
  name: { kind: Kind.NAME, value: 'synchronous' },
  value: { kind: Kind.BOOLEAN, value: true },
};

/** The operation with `synchronous: true`, whatever it says, where a bulk mutation has it so. */
function madeSynchronous(operation: PreparedOperation): PreparedOperation {
  let definition: OperationDefinitionNode = operation.definition;
  const document = visit(operation.document, {
    Field(field) {
      if (!alwaysSynchronous.has(field.name.value)) return undefined;
      const others = field.arguments?.filter(({ name }) => name.value !== synchronous.name.value) ?? [];
      return { ...field, arguments: [...others, synchronous] };
    },
    OperationDefinition: {
      leave(left) {
        definition = left;
      },
    },
  });
  return { ...operation, document, definition };
}

/** The variables of one line of a file. */
interface VariableRow {
  /** From 0. */
  readonly lineNumber: number;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The rows of a file, or what is wrong with it. */
type VariableRows =
  | { readonly ok: true; readonly rows: readonly VariableRow[] }
  | { readonly ok: false; readonly message: string };

/** Reads JSONL: one object of variables in each line. Empty lines count, and hold nothing. */
export function readRows(content: string): VariableRows {
  const rows: VariableRow[] = [];
  for (const [lineNumber, line] of content.split('\n').entries()) {
    if (line.trim() === '') continue;
    const variables = parseJson(line);
    if (!isRecord(variables)) {
      return { ok: false, message: `The JSONL file is invalid: line ${lineNumber + 1} is not a JSON object.` };
    }
    rows.push({ lineNumber, variables });
  }
  return rows.length > 0 ? { ok: true, rows } : { ok: false, message: 'The input file is empty.' };
}

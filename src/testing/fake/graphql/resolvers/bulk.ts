import { checkBulkMutation } from '../../bulk/mutation-rules.ts';
import { maxRunning, runningOperations } from '../../bulk/operation-view.ts';
import type { BulkProblem } from '../../bulk/problem.ts';
import { readShape } from '../../bulk/queries.ts';
import { checkBulkQuery } from '../../bulk/query-rules.ts';
import { uploadByKey } from '../../bulk/staged-target.ts';
import { readRows } from '../../bulk/variable-rows.ts';
import { deniedField } from '../../http/scopes.ts';
import type { PreparedOperation } from '../../model.ts';
import type { BulkOperationEntity, BulkType } from '../../store/bulk-entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { notSimulated } from '../errors.ts';

interface RunQueryArgs {
  readonly query: string;
  readonly groupObjects: boolean;
}

interface RunMutationArgs {
  readonly mutation: string;
  readonly stagedUploadPath: string;
  readonly clientIdentifier?: string | null;
}

interface RunPayload {
  readonly bulkOperation: BulkOperationEntity | null;
  readonly userErrors: readonly BulkProblem[];
}

const refused = (...userErrors: BulkProblem[]): RunPayload => ({ bulkOperation: null, userErrors });

/** `bulkOperationRunQuery` and `bulkOperationRunMutation`: they put an operation into the store, and no more. */
export const bulkRunResolvers: ResolverMap = {
  Mutation: {
    bulkOperationRunQuery: resolver<unknown, RunQueryArgs>((_source, { query, groupObjects }, context, info) => {
      const checked = checkBulkQuery(info.schema, query);
      if (!checked.ok) {
        return refused(...checked.messages.map((message) => ({ code: 'INVALID', field: ['query'], message })));
      }
      if (readShape(checked.operation).connections.size === 0) {
        throw notSimulated('Mutation.bulkOperationRunQuery(query:) with a top level field that is no connection');
      }
      return (
        tooMany('QUERY', context) ??
        accepted('QUERY', checked.operation, { query, groupObjects, upload: null }, context)
      );
    }),
    bulkOperationRunMutation: resolver<unknown, RunMutationArgs>((_source, args, context, info) => {
      const { mutation, stagedUploadPath, clientIdentifier } = args;
      const nameless = wrongIdentifier(clientIdentifier);
      if (nameless) return refused(nameless);
      const checked = checkBulkMutation(info.schema, mutation);
      if (!checked.ok) return refused(...checked.problems);
      const crowded = tooMany('MUTATION', context);
      if (crowded) return crowded;

      const file = uploadByKey(context.store, context.shop, stagedUploadPath);
      if (!file || file.content === null) return refused(noSuchFile);
      const read = readRows(file.content);
      if (!read.ok) return refused({ code: 'INVALID_STAGED_UPLOAD_FILE', field: null, message: read.message });
      const upload = { key: file.key, revision: file.revision };
      return accepted('MUTATION', checked.operation, { query: mutation, groupObjects: true, upload }, context);
    }),
  },
};

function accepted(
  type: BulkType,
  operation: PreparedOperation,
  given: Pick<BulkOperationEntity, 'query' | 'groupObjects' | 'upload'>,
  { store, shop, app, origin, info, clock }: ResolverContext,
): RunPayload {
  const bulkOperation: BulkOperationEntity = {
    ...given,
    id: store.nextId('BulkOperation'),
    app,
    origin,
    type,
    status: 'CREATED',
    denied: deniedField(operation, new Set(info.scopes)) !== undefined,
    errorCode: null,
    createdAt: new Date(clock.now()).toISOString(),
    completedAt: null,
    endedAt: null,
    objectCount: 0,
    rootObjectCount: 0,
    bytes: 0,
  };
  store.put(shop, 'BulkOperation', bulkOperation);
  return { bulkOperation, userErrors: [] };
}

function tooMany(type: BulkType, context: ResolverContext): RunPayload | undefined {
  const running = runningOperations(context.store, context, type);
  if (running.length < maxRunning) return undefined;
  const ids = running.map(({ id }) => id).join(', ');
  const message = `A bulk ${type.toLowerCase()} operation for this app and shop is already in progress: ${ids}.`;
  return refused({ code: 'OPERATION_IN_PROGRESS', field: null, message });
}

const noSuchFile: BulkProblem = {
  code: 'NO_SUCH_FILE',
  field: null,
  message:
    "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly " +
    'for the stagedUploadPath mutation argument.',
};

/** Characters of a `clientIdentifier`. It only marks an operation: two may have the same. */
const identifierLength = { least: 10, most: 255 };

function wrongIdentifier(identifier: string | null | undefined): BulkProblem | undefined {
  const { least, most } = identifierLength;
  const wrong = (message: string): BulkProblem => ({ code: 'INVALID_MUTATION', field: ['clientIdentifier'], message });
  if (identifier == null) return undefined;
  if (identifier.length < least) return wrong(`is too short (minimum is ${least} characters)`);
  return identifier.length > most ? wrong(`is too long (maximum is ${most} characters)`) : undefined;
}

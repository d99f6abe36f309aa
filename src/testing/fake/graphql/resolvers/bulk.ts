import { GraphQLError } from 'graphql';
import {
  downloadUrl,
  type StagedUploadInput,
  stagedTarget,
  stagedUpload,
  stagedUploadProblem,
  uploadByKey,
} from '../../bulk/file-storage.ts';
import {
  bulkOperation,
  bulkOperations,
  hasFile,
  isRunning,
  maxRunning,
  runningOperations,
  statusOf,
} from '../../bulk/operation.ts';
import { checkBulkMutation, checkBulkQuery, readShape } from '../../bulk/queries.ts';
import { readRows } from '../../bulk/work.ts';
import { rootFields } from '../../cost/selection.ts';
import { deniedField } from '../../http/responses.ts';
import type { PreparedOperation } from '../../model.ts';
import { apiVersionOf } from '../../schema.ts';
import type { BulkOperationEntity, BulkType } from '../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { notSimulated, type UserError, userError } from '../errors.ts';
import { requireGid } from '../gid.ts';
import { type ConnectionArgs, connection } from './connections.ts';
import { byId, keyword, type Searchable, searched, time } from './search.ts';

/** Queries for bulk operations. */
const bulkQueryResolvers: ResolverMap = {
  QueryRoot: {
    bulkOperation: resolver<unknown, { id: string }>((_source, { id }, context) => ownOperation(id, context) ?? null),
    bulkOperations: resolver<unknown, OperationsArgs>((_source, args, context, info) => {
      const searchable = searchableOperations(context.clock.now());
      const found = searched(ownOperations(context), args.query, searchable, { info, context });
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

/** `bulkOperationRunQuery` and `bulkOperationRunMutation`: they put an operation into the store, and no more. */
const bulkRunResolvers: ResolverMap = {
  Mutation: {
    bulkOperationRunQuery: resolver<unknown, RunQueryArgs>((_source, { query, groupObjects }, context, info) => {
      const tooLarge = sizeProblem(query, 'INVALID');
      if (tooLarge) return refused(tooLarge);
      const checked = checkBulkQuery(info.schema, query);
      if (!checked.ok) {
        return refused(...checked.messages.map((message) => ({ code: 'INVALID', field: ['query'], message })));
      }
      for (const [node] of rootFields(checked.operation).values()) {
        if (!context.queryRoots?.has(node.name.value)) throw notSimulated(`QueryRoot.${node.name.value}`);
      }
      if (readShape(checked.operation).connections.size === 0) {
        throw notSimulated('Mutation.bulkOperationRunQuery(query:) with a top level field that is not a connection');
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
      const tooLarge = sizeProblem(mutation, 'INVALID_MUTATION');
      if (tooLarge) return refused(tooLarge);
      const checked = checkBulkMutation(info.schema, mutation);
      if (!checked.ok) return refused(...checked.userErrors);
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

/** `bulkOperationCancel`: the operation ends with its next step, and keeps what it has written. */
const bulkCancelResolvers: ResolverMap = {
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

/** `stagedUploadsCreate`. */
const stagedUploadResolvers: ResolverMap = {
  Mutation: {
    stagedUploadsCreate: resolver<unknown, { input: readonly StagedUploadInput[] }>((_source, { input }, context) => {
      const { store, shop, origin, clock } = context;
      const userErrors = input.flatMap((asked, index) => {
        const problem = stagedUploadProblem(asked);
        return problem ? [userError(['input', index, problem.part], problem.message)] : [];
      });
      if (userErrors.length > 0) {
        return { stagedTargets: input.map(() => ({ url: null, resourceUrl: null, parameters: [] })), userErrors };
      }
      const stagedTargets = input.map((asked) => {
        const upload = stagedUpload(store.nextId('StagedUpload'), shop, asked, clock.now());
        store.put(shop, 'StagedUpload', upload);
        return stagedTarget(upload, origin, shop);
      });
      return { stagedTargets, userErrors: [] };
    }),
  },
};

/** Resolvers of bulk operations and of the uploads they read. What runs them is in `bulk/`. */
export const bulkResolvers: ResolverMap = {
  ...bulkQueryResolvers,
  Mutation: { ...bulkRunResolvers.Mutation, ...bulkCancelResolvers.Mutation, ...stagedUploadResolvers.Mutation },
};

/** Bytes that Shopify keeps of the text of a bulk operation. */
const maxTextBytes = 65_535;

/** Shopify's words, which for a mutation leave out what is meant, and blame the argument `query` too. Recorded 2026-04. */
function sizeProblem(text: string, code: 'INVALID' | 'INVALID_MUTATION'): UserError | undefined {
  const bytes = Buffer.byteLength(text);
  const what = code === 'INVALID' ? 'Query is' : 'is';
  const message = `${what} too large (${bytes} bytes; maximum is ${maxTextBytes} bytes)`;
  return bytes > maxTextBytes ? userError(['query'], message, code) : undefined;
}

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
  readonly userErrors: readonly UserError[];
}

const refused = (...userErrors: UserError[]): RunPayload => ({ bulkOperation: null, userErrors });

function accepted(
  type: BulkType,
  operation: PreparedOperation,
  given: Pick<BulkOperationEntity, 'query' | 'groupObjects' | 'upload'>,
  { store, shop, app, origin, info, clock }: ResolverContext,
): RunPayload {
  const bulkOperation: BulkOperationEntity = {
    ...given,
    apiVersion: apiVersionOf(operation.schema),
    id: store.nextId('BulkOperation'),
    app,
    origin,
    type,
    status: 'CREATED',
    denied: deniedField(operation, new Set(info.scopes)) !== undefined,
    errorCode: null,
    createdAt: isoNow(clock),
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

const noSuchFile: UserError = {
  code: 'NO_SUCH_FILE',
  field: null,
  message:
    "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly " +
    'for the stagedUploadPath mutation argument.',
};

/** Characters of a `clientIdentifier`. It only marks an operation: two may have the same. */
const identifierLength = { least: 10, most: 255 };

function wrongIdentifier(identifier: string | null | undefined): UserError | undefined {
  const { least, most } = identifierLength;
  const wrong = (message: string): UserError => ({ code: 'INVALID_MUTATION', field: ['clientIdentifier'], message });
  if (identifier == null) return undefined;
  if (identifier.length < least) return wrong(`is too short (minimum is ${least} characters)`);
  return identifier.length > most ? wrong(`is too long (maximum is ${most} characters)`) : undefined;
}

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
function ownOperation(id: string, { store, shop, app }: ResolverContext): BulkOperationEntity | undefined {
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

/** What bulk operations can be searched by: the fields in the description of `QueryRoot.bulkOperations(query:)`. */
function searchableOperations(now: number): Searchable<BulkOperationEntity> {
  const type = keyword<BulkOperationEntity>((operation) => operation.type, ['QUERY', 'MUTATION']);
  return {
    fields: {
      id: byId,
      created_at: time(
        'created_at',
        ({ createdAt }) => createdAt,
        () => now,
      ),
      operation_type: type,
      // As some examples of the documentation write it.
      type,
      status: keyword(
        (operation) => statusOf(operation, now),
        ['CANCELED', 'CANCELING', 'COMPLETED', 'CREATED', 'FAILED', 'RUNNING'],
      ),
    },
  };
}

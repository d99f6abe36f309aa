import { execute, type GraphQLFieldResolver, type GraphQLTypeResolver } from 'graphql';
import type { Clock } from '../../../internal/clock.ts';
import { isRecord } from '../../../internal/json.ts';
import type { Background } from '../background.ts';
import { classifyField } from '../cost/field-class.ts';
import type { ExecutedField, GraphqlEngine } from '../model.ts';
import type { FakeSchemas } from '../schema.ts';
import type { FakeStore } from '../store/entity-store.ts';
import { createRun, type OperationContext, type OperationRun, type ResolverMap, type ShopInfo } from './context.ts';
import { errorEntry, notSimulated } from './errors.ts';
import { parseGid } from './gid.ts';
import { createIdempotency, type IdempotencyGuard } from './idempotency.ts';
import { validateInputs, withVariables } from './input-validators.ts';
import { mutate } from './mutation.ts';
import { createPrepare } from './prepare.ts';
import { mergeResolvers, resolvers } from './registry.ts';
import { wholeList } from './resolvers/connections.ts';
import { beginUnit } from './unit-of-work.ts';

/** Options of `createGraphqlEngine`. */
interface GraphqlEngineOptions {
  readonly schemas: FakeSchemas;
  readonly store: FakeStore;
  /** Gives `createdAt` and the like. */
  readonly clock: Clock;
  /** What is known about a shop, by its domain. */
  readonly shopInfo: (domain: string) => ShopInfo;
  readonly background: Background;
  /** For fields that are not simulated, or should answer otherwise. They win over the built-in ones. */
  readonly resolvers?: ResolverMap;
}

/**
 * Makes the engine: graphql-js over the real schema, with the store behind it. All changes of one
 * operation reach the store as one batch, when it has been executed.
 */
export function createGraphqlEngine(options: GraphqlEngineOptions): GraphqlEngine {
  const { store, clock, shopInfo, background } = options;
  const idempotency = createIdempotency();
  const merged = mergeResolvers(resolvers, options.resolvers ?? {});
  const queryRoots = new Set(Object.keys(merged.QueryRoot ?? {}));
  const resolveField = fieldResolver(merged, idempotency.guard);

  return {
    prepare: createPrepare(options.schemas),
    async execute(operation, caller) {
      const run = createRun();
      const info = { ...shopInfo(caller.shop), ...(caller.scopes && { scopes: caller.scopes }) };
      const unit = beginUnit(store, { ...caller, info, clock, background, run, queryRoots });
      try {
        const executing = execute({
          schema: operation.schema,
          document: operation.document,
          operationName: operation.definition.name?.value ?? null,
          variableValues: operation.variables,
          contextValue: unit.context,
          fieldResolver: caller.wholeLists ? wholeLists(resolveField) : resolveField,
          typeResolver,
        });
        // Awaited only where a resolver is asynchronous: else nothing may come between what is read and the commit.
        const { data, errors } = executing instanceof Promise ? await executing : executing;
        unit.commit();
        return {
          data: data ?? null,
          fields: run.fields,
          ...(errors && {
            errors: errors.map((error) =>
              withVariables(errorEntry(error), error, operation.definition, operation.schema),
            ),
          }),
          ...(run.keys.size > 0 && { idempotencyKeys: [...run.keys] }),
          ...(run.searches.length > 0 && { searches: run.searches }),
          ...(operation.kind === 'mutation' && run.executed === 0 && { executed: false }),
        };
      } finally {
        idempotency.release(run);
      }
    },
  };
}

/**
 * How every field is resolved: by a resolver, or else by the property of that name of the entity in the
 * store. A field with neither throws NOT_SIMULATED: a silent `null` would look like Shopify's response.
 */
function fieldResolver(
  resolvers: ResolverMap,
  onceByKey: IdempotencyGuard,
): GraphQLFieldResolver<unknown, OperationContext> {
  return (source, args, context, info) => {
    const type = info.parentType.name;
    const resolve = resolvers[type]?.[info.fieldName];
    if (resolve && type === 'Mutation') {
      const note = noteField(context.run, info.fieldName, args, 'not-run');
      validateInputs(args, info);
      return onceByKey(args, context, info, () => mutate(note, resolve, source, args, context, info));
    }
    if (resolve && type === 'QueryRoot') {
      const note = noteField(context.run, info.fieldName, args, 'error');
      const value = resolve(source, args, context, info);
      note('ok');
      return value;
    }
    if (resolve) return resolve(source, args, context, info);
    const value = isRecord(source) ? source[info.fieldName] : undefined;
    if (value !== undefined) return value;
    if (type === 'QueryRoot' || type === 'Mutation') noteField(context.run, info.fieldName, args, 'error');
    throw notSimulated(`${type}.${info.fieldName}`);
  };
}

/** Notes a root field with what has come of it so far; the function that is returned changes that. */
function noteField(run: OperationRun, name: string, args: unknown, result: ExecutedField['result']) {
  const field = { name, args: isRecord(args) ? args : {}, result };
  run.fields.push(field);
  return (now: ExecutedField['result']): void => {
    field.result = now;
  };
}

/** The type of what an interface or union holds: `__typename` where it is given, else the gid says it. */
const typeResolver: GraphQLTypeResolver<unknown, OperationContext> = (value) => {
  if (!isRecord(value)) return undefined;
  if (typeof value.__typename === 'string') return value.__typename;
  return typeof value.id === 'string' ? parseGid(value.id)?.kind : undefined;
};

/** Makes every connection answer with all it has, whatever page is asked for: bulk queries know no pages. */
function wholeLists(
  resolve: GraphQLFieldResolver<unknown, OperationContext>,
): GraphQLFieldResolver<unknown, OperationContext> {
  return (source, args, context, info) => {
    const isConnection = classifyField(info.returnType).pays === 'connection';
    const page = isConnection && { first: wholeList, last: null, after: null, before: null };
    return resolve(source, page ? { ...args, ...page } : args, context, info);
  };
}

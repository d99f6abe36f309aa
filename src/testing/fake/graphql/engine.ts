import { execute, type GraphQLSchema } from 'graphql';
import type { Clock } from '../../../internal/clock.ts';
import type { Background } from '../background.ts';
import type { GraphqlEngine } from '../model.ts';
import type { FakeStore } from '../store/entity-store.ts';
import type { ResolverMap, ShopInfo } from './context.ts';
import { errorEntry } from './errors.ts';
import { createIdempotency } from './idempotency.ts';
import { createRun } from './operation-run.ts';
import { createPrepare } from './prepare.ts';
import { mergeResolvers, resolvers } from './registry.ts';
import { fieldResolver, typeResolver } from './resolve-field.ts';
import { beginUnit } from './unit-of-work.ts';
import { wholeLists } from './whole-lists.ts';

/** Options of `createGraphqlEngine`. */
interface GraphqlEngineOptions {
  readonly schema: GraphQLSchema;
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
  const resolveField = fieldResolver(mergeResolvers(resolvers, options.resolvers ?? {}), idempotency.guard);

  return {
    prepare: createPrepare(options.schema),
    async execute(operation, caller) {
      const run = createRun();
      const info = { ...shopInfo(caller.shop), ...(caller.scopes && { scopes: caller.scopes }) };
      const unit = beginUnit(store, { ...caller, info, clock, background, run });
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
          ...(errors && { errors: errors.map(errorEntry) }),
          ...(run.keys.size > 0 && { idempotencyKeys: [...run.keys] }),
          ...(operation.kind === 'mutation' && run.executed === 0 && { executed: false }),
        };
      } finally {
        idempotency.release(run);
      }
    },
  };
}

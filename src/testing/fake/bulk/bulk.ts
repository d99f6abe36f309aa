import type { FakeRoute } from '../http/api.ts';
import type { GraphqlEngine } from '../model.ts';
import { bulkRoutes } from './routes.ts';
import { type BulkRunner, type BulkRunnerOptions, createBulkRunner } from './runner.ts';

/** The part of a fake that runs bulk operations. */
interface Bulk extends Omit<BulkRunner, 'pickUp'> {
  /** The engine, which now starts the bulk operations that it accepts. */
  readonly engine: GraphqlEngine;
  /** Uploads of variables, and downloads of results. */
  readonly routes: readonly FakeRoute[];
}

/**
 * Makes the bulk operations of a fake. What clients ask for is in the resolvers, which only change the store; this
 * runs what stands there.
 */
export function createBulk(options: BulkRunnerOptions): Bulk {
  const { engine } = options;
  const { pickUp, ...runner } = createBulkRunner(options);
  return {
    ...runner,
    routes: bulkRoutes(options),
    engine: {
      prepare: engine.prepare,
      async execute(operation, caller) {
        const executed = await engine.execute(operation, caller);
        if (operation.rootFields.some((field) => field.startsWith('bulkOperationRun'))) pickUp(caller.shop);
        return executed;
      },
    },
  };
}

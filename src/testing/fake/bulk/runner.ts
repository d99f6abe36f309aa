import type { Clock } from '../../../internal/clock.ts';
import type { Background } from '../background.ts';
import type { FakeRoute } from '../http/api.ts';
import type { FakeExecution, GraphqlEngine } from '../model.ts';
import type { BulkOperationEntity, BulkType } from '../store/entities.ts';
import type { FakeStore } from '../store/entity-store.ts';
import { bulkRoutes } from './file-storage.ts';
import {
  addLines,
  type BulkEnd,
  type BulkFailure,
  type BulkOptions,
  type BulkScript,
  bulkOperation,
  bulkOperations,
  bulkPace,
  bulkStop,
  endOperation,
  isOverdue,
  isRunning,
  nextStep,
  withoutLines,
} from './operation.ts';
import { type BulkWork, BulkWorkError, mutationWork, queryWork, type WorkContext } from './work.ts';

/** The part of a fake that runs bulk operations. */
interface Bulk extends Omit<BulkRunner, 'pickUp'> {
  /** The engine, which now starts the bulk operations that it accepts. */
  readonly engine: GraphqlEngine;
  /** Uploads of variables, and downloads of results. */
  readonly routes: readonly FakeRoute[];
}

/**
 * Makes the bulk operations of a fake. What clients ask for is in the resolvers, which only change the store; this
 * runs the stored operations.
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

/** What the runner works with. */
interface BulkRunnerOptions {
  /** Executes what the operations hold. */
  readonly engine: GraphqlEngine;
  readonly store: FakeStore;
  readonly clock: Clock;
  readonly background: Background;
  readonly seed: number;
  /** Told of all that bulk operations execute. */
  readonly onExecution: (execution: FakeExecution) => void;
  readonly options: BulkOptions;
}

/** Runs the bulk operations that stand in the store, step by step on the fake's clock. */
interface BulkRunner {
  readonly script: BulkScript;
  /** Types that may be started now. */
  readonly enabled: ReadonlySet<BulkType>;
  /** Starts the operations of a shop that wait for it. */
  pickUp(shop: string): void;
  /**
   * Continues the stored operations after a restart or a restore. Queries begin again. A mutation that
   * was running fails: which row was its last is not known.
   */
  resume(shops: readonly string[]): void;
  /** Ends with the step that is being done; what is left waits in the store. */
  close(): Promise<void>;
}

/** One operation that is being run. */
interface Job {
  readonly shop: string;
  readonly id: string;
  readonly failure?: BulkFailure;
}

type Step = (operation: BulkOperationEntity) => Promise<void>;

const typeNames = { queries: 'QUERY', mutations: 'MUTATION' } as const satisfies Record<string, BulkType>;

/** Makes the runner. */
function createBulkRunner(context: BulkRunnerOptions): BulkRunner {
  const { engine, store, clock, background, seed } = context;
  const pace = bulkPace(context.options);
  const failures: BulkFailure[] = [];
  const { queries = true, mutations = true } = context.options;
  const enabled = new Set<BulkType>([
    ...(queries ? (['QUERY'] as const) : []),
    ...(mutations ? (['MUTATION'] as const) : []),
  ]);
  const busy = new Set<Promise<void>>();
  let jobs = new Map<string, Job>();
  let closed = false;

  /** The present state of the operation; `undefined` if the job was abandoned. */
  const current = (job: Job): BulkOperationEntity | undefined =>
    jobs.get(job.id) === job ? bulkOperation(store, job.shop, job.id) : undefined;

  const end = ({ shop, id }: Job, operation: BulkOperationEntity, how: BulkEnd): void => {
    jobs.delete(id);
    endOperation({ store, background, now: clock.now() }, shop, operation, how);
  };

  /** An error that Shopify could have ends the operation only; what the fake's user must fix is thrown. */
  const fail = (job: Job, error: unknown): void => {
    const operation = current(job);
    const errorCode = error instanceof BulkWorkError ? error.errorCode : 'INTERNAL_SERVER_ERROR';
    if (operation) end(job, operation, { status: 'FAILED', errorCode });
    if (!(error instanceof BulkWorkError) || error.isFakes) throw error;
  };

  const stepNow = async (job: Job, step: Step): Promise<void> => {
    const operation = current(job);
    if (!operation) return;
    if (operation.status === 'CANCELING') end(job, operation, { status: 'CANCELED' });
    else if (isOverdue(operation, clock.now())) end(job, operation, { status: 'FAILED', errorCode: 'TIMEOUT' });
    else await step(operation);
  };

  /** Does a step after a while, unless the operation is canceled, out of time or gone by then. */
  const later = (job: Job, delayMs: number, step: Step): void => {
    if (closed) return;
    background.later(delayMs, async () => {
      // Noted before it runs: a close may come out of the step itself.
      const doing = Promise.resolve()
        .then(() => stepNow(job, step))
        .catch((error: unknown) => fail(job, error));
      busy.add(doing);
      await doing.finally(() => busy.delete(doing));
    });
  };

  const begin = async (job: Job, created: BulkOperationEntity): Promise<void> => {
    const operation: BulkOperationEntity = { ...created, status: 'RUNNING' };
    store.put(job.shop, 'BulkOperation', operation);
    if (operation.denied) throw new BulkWorkError('ACCESS_DENIED', 'The token lacks a required scope.');
    const make = operation.type === 'QUERY' ? queryWork : mutationWork;
    const { shop } = job;
    const onExecuted: WorkContext['onExecuted'] = ({ name, kind }, { fields = [] }) => {
      const bulkOperation = operation.id;
      const what = { at: clock.now(), shop, app: operation.app, operation: name, kind, fields, bulkOperation };
      context.onExecution({ ...what, points: 0, bytes: 0 });
    };
    goOn(job, await make(operation, { engine, store, shop, seed, onExecuted }));
  };

  const goOn = (job: Job, work: BulkWork): void => {
    const operation = current(job);
    if (!operation) return;
    const stop = bulkStop(job.failure, work.total, pace);
    const left = stop.at - operation.objectCount;
    if (left <= 0) {
      end(job, operation, operation.status === 'CANCELING' ? { status: 'CANCELED' } : stop.end);
      return;
    }
    const { count, takesMs } = nextStep(pace, operation.type, left);
    later(job, takesMs, async () => {
      const lines = await work.next(count);
      // Read again: a cancel may have come in between, and must stand.
      const now = current(job);
      if (now) addLines(store, job.shop, now, lines);
      goOn(job, work);
    });
  };

  const start = (job: Job): void => {
    jobs.set(job.id, job);
    later(job, pace.delayMs, (operation) => begin(job, operation));
  };

  const startAgain = (job: Job, operation: BulkOperationEntity): void => {
    const hadBegun = operation.status === 'RUNNING';
    if (hadBegun && operation.type === 'MUTATION') {
      jobs.set(job.id, job);
      later(job, 0, () => Promise.reject(new BulkWorkError('INTERNAL_SERVER_ERROR', 'It was interrupted.')));
      return;
    }
    if (hadBegun) withoutLines(store, job.shop, operation);
    start(job);
  };

  return {
    script: {
      failNext: (failure = {}) => void failures.push(failure),
      enable: (type) => void enabled.add(typeNames[type]),
      disable: (type) => void enabled.delete(typeNames[type]),
    },
    enabled,
    pickUp(shop) {
      for (const { id, status } of bulkOperations(store, shop)) {
        if (status !== 'CREATED' || jobs.has(id)) continue;
        const failure = failures.shift();
        start({ shop, id, ...(failure && { failure }) });
      }
    },
    resume(shops) {
      jobs = new Map();
      for (const shop of shops) {
        for (const operation of bulkOperations(store, shop)) {
          if (isRunning(operation)) startAgain({ shop, id: operation.id }, operation);
        }
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(busy);
    },
  };
}

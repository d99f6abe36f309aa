import { randomUUID } from 'node:crypto';
import { isShopwrightError } from '../errors/errors.ts';
import type { Clock } from '../internal/clock.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';
import type { DraftSource } from '../sync/push/retry-failed.ts';
import { codeOf, type DashboardRuns, type DashboardSync } from './views.ts';

/** An action that an operator can take in the dashboard. */
export type DashboardAction =
  | { readonly action: 'retry-failed'; readonly shop: string }
  | { readonly action: 'push' | 'rollback-product'; readonly shop: string; readonly localId: string }
  | { readonly action: 'rollback-run'; readonly shop: string; readonly runId: string }
  | { readonly action: SteerAction; readonly shop: string; readonly runId: string }
  | { readonly action: 'requeue'; readonly queue: string; readonly jobId: string };

/** Actions on a run of a product queue. */
type SteerAction = 'pause' | 'resume' | 'cancel' | 'retry-run';

/** Actions that continue after the response. */
type LongAction = Exclude<DashboardAction, { action: SteerAction | 'requeue' }>;

/** An action that continues after its response. */
interface Task {
  readonly id: string;
  readonly action: string;
  readonly shop: string;
  /** Target of the action; `null` for the whole shop. */
  readonly target: string | null;
  readonly startedAt: number;
  endedAt: number | null;
  /** Products that were finished. */
  finished: number;
  state: 'running' | 'done' | 'failed';
  /** Number of products by outcome. */
  counts: Readonly<Record<string, number>>;
  errorCode: string | null;
}

/** The result of an action. */
interface ActionResult {
  readonly message: string;
}

interface ActionSources {
  readonly syncs: ReadonlyMap<string, DashboardSync>;
  readonly queues: readonly JobQueue[];
  readonly runsOf: (shop: string) => DashboardRuns | undefined;
  readonly source: DraftSource | undefined;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  /** Called when there is something new to show. */
  readonly changed: () => void;
}

/** An action that can't be done, with the response's status. Its message is safe to show. */
export class ActionRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const tasksKept = 20;

/** The fields of each action, all of them text. */
const fieldsOf: Readonly<Record<DashboardAction['action'], readonly string[]>> = {
  'retry-failed': ['shop'],
  push: ['shop', 'localId'],
  'rollback-product': ['shop', 'localId'],
  'rollback-run': ['shop', 'runId'],
  pause: ['shop', 'runId'],
  resume: ['shop', 'runId'],
  cancel: ['shop', 'runId'],
  'retry-run': ['shop', 'runId'],
  requeue: ['queue', 'jobId'],
};

/** Runs the operators' actions. Long ones continue after the response, and their progress is on the page. */
export class Actions {
  readonly #sources: ActionSources;
  readonly #tasks: Task[] = [];
  readonly #stop = new AbortController();

  constructor(sources: ActionSources) {
    this.#sources = sources;
  }

  /** Names of the actions that can be done for a shop. */
  offered(shop: string): readonly string[] {
    const { syncs, queues, runsOf, source } = this.#sources;
    const hasRuns = runsOf(shop) !== undefined;
    return [
      ...(syncs.has(shop) ? ['rollback-product', 'rollback-run'] : []),
      ...(hasRuns || (syncs.has(shop) && source) ? ['retry-failed'] : []),
      ...(syncs.has(shop) && source ? ['push'] : []),
      ...(hasRuns ? ['pause', 'resume', 'cancel', 'retry-run'] : []),
      ...(queues.length > 0 ? ['requeue'] : []),
    ];
  }

  /** Tasks that were started from the dashboard, the latest first. */
  tasks(shop: string): readonly Task[] {
    return this.#tasks.filter((task) => task.shop === shop).reverse();
  }

  /** Aborts running tasks. */
  close(): void {
    this.#stop.abort();
  }

  /**
   * Runs an action.
   *
   * @param allow Called with the action before it runs; if it throws, the action is refused.
   * @throws ActionRefused
   */
  async run(
    given: Readonly<Record<string, unknown>>,
    allow: (action: DashboardAction) => unknown,
  ): Promise<ActionResult> {
    const action = checkedAction(given);
    try {
      await allow(action);
    } catch (error) {
      this.#sources.logger?.warn({ ...action, error: codeOf(error) }, 'onAction refused a dashboard action');
      throw new ActionRefused(403, 'The action was refused.');
    }
    this.#sources.logger?.info({ ...action }, 'a dashboard action');
    switch (action.action) {
      case 'pause':
      case 'resume':
      case 'cancel':
      case 'retry-run':
        return this.#steer(action);
      case 'requeue':
        return this.#requeue(action.queue, action.jobId);
      case 'retry-failed': {
        // With a queue, its workers retry the products; otherwise this process does.
        const runs = this.#sources.runsOf(action.shop);
        if (!runs) return this.#begin(action);
        await runs.retryFailed({ filter: () => true });
        this.#sources.changed();
        return { message: 'Retrying the failed products.' };
      }
      default:
        return this.#begin(action);
    }
  }

  async #steer({ action, shop, runId }: Extract<DashboardAction, { action: SteerAction }>): Promise<ActionResult> {
    const { runsOf, changed } = this.#sources;
    const runs = runsOf(shop);
    if (!runs) throw new ActionRefused(404, 'The dashboard has no runs of this shop.');
    try {
      if (action === 'retry-run') await runs.retryFailed(runId);
      else await runs[action](runId);
    } catch (error) {
      // The run does not exist, or has ended meanwhile.
      if (isShopwrightError(error, 'VALIDATION_FAILED')) throw new ActionRefused(409, error.message);
      throw error;
    }
    changed();
    return {
      message: action === 'retry-run' ? 'Retrying the failed products.' : `Asked the run to ${action}.`,
    };
  }

  async #requeue(name: string, jobId: string): Promise<ActionResult> {
    const { queues, changed } = this.#sources;
    const queue = queues.find((one) => one.name === name);
    if (!queue) throw new ActionRefused(404, 'The dashboard has no such queue.');
    if (!(await queue.retry(jobId))) throw new ActionRefused(409, 'The job is not a dead letter.');
    changed();
    return { message: 'The job was queued again.' };
  }

  /** Starts a long action. */
  #begin(action: LongAction): ActionResult {
    const { clock, logger, changed } = this.#sources;
    const sync = this.#sources.syncs.get(action.shop);
    if (!sync || !this.offered(action.shop).includes(action.action))
      throw new ActionRefused(404, "The dashboard can't do that for this shop.");
    const target = 'runId' in action ? action.runId : 'localId' in action ? action.localId : null;
    const { action: name, shop } = action;
    const isRunning = this.#tasks.some(
      (one) => one.state === 'running' && one.action === name && one.shop === shop && one.target === target,
    );
    if (isRunning) throw new ActionRefused(409, 'That is already running.');
    const task: Task = {
      id: randomUUID(),
      action: name,
      shop,
      target,
      startedAt: clock.now(),
      endedAt: null,
      finished: 0,
      state: 'running',
      counts: {},
      errorCode: null,
    };
    this.#tasks.push(task);
    const done = this.#tasks.findIndex(({ state }) => state !== 'running');
    if (this.#tasks.length > tasksKept && done >= 0) this.#tasks.splice(done, 1);
    void this.#work(action, sync, task)
      .then((counts) => {
        task.state = 'done';
        task.counts = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
      })
      .catch((error: unknown) => {
        task.state = 'failed';
        task.errorCode = codeOf(error);
        logger?.error({ ...action, error: codeOf(error) }, 'a dashboard action failed');
      })
      .finally(() => {
        task.endedAt = clock.now();
        changed();
      });
    changed();
    return { message: 'Started. See its progress under “Actions”.' };
  }

  async #work(action: LongAction, sync: DashboardSync, task: Task): Promise<Readonly<Record<string, number>>> {
    const { source, changed } = this.#sources;
    const { signal } = this.#stop;
    const onProgress = (): void => {
      task.finished += 1;
      changed();
    };
    switch (action.action) {
      case 'retry-failed':
        return (await sync.retryFailed(source ?? (() => undefined), { signal, onProgress })).counts;
      case 'rollback-run':
        return (await sync.rollback({ runId: action.runId }, { signal, onProgress })).counts;
      case 'rollback-product':
        return (await sync.rollback({ localId: action.localId }, { signal, onProgress })).counts;
      default: {
        const draft = await source?.(action.localId);
        if (!draft) return { 'no-draft': 1 };
        const { outcome } = await sync.push(draft, { signal });
        onProgress();
        return { [outcome]: 1 };
      }
    }
  }
}

/** @throws ActionRefused for an invalid action. */
function checkedAction(given: Readonly<Record<string, unknown>>): DashboardAction {
  const name = given['action'];
  if (typeof name !== 'string' || !Object.hasOwn(fieldsOf, name))
    throw new ActionRefused(400, 'This action does not exist.');
  const fields = fieldsOf[name as DashboardAction['action']].map((field) => {
    const value = given[field];
    if (typeof value !== 'string' || value === '') throw new ActionRefused(400, `The action needs ${field}.`);
    return [field, value];
  });
  return { action: name, ...Object.fromEntries(fields) } as DashboardAction;
}

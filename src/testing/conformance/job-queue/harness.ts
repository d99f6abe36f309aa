import type { EnqueuedJob, JobContext, JobQueue, NewJob } from '../../../ports/job-queue.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { ConformanceRunner } from '../runner.ts';

/** A queue under test, and control over its time. */
export interface JobQueueSubject {
  readonly queue: JobQueue;
  /** Advances the queue's time by this number of milliseconds, so that everything due happens. */
  advance(ms: number): Promise<void>;
  /** Opens the same queue again, as another process would. Required if the queue is `shared`. */
  another?(): JobQueue | Promise<JobQueue>;
  /** Called at the end of each case, after the queue is closed. */
  dispose?(): Promise<void>;
}

/** Optional abilities of a queue. Default: none. */
export interface JobQueueAbilities {
  /** Several processes can work on one queue. */
  readonly shared?: boolean;
}

/** The settings to create the queue of a case with. */
export interface JobQueueTerms {
  readonly concurrency: number;
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** A statement about a queue, and its proof. */
export interface QueueCase {
  readonly name: string;
  check(harness: QueueHarness, expect: ConformanceRunner['expect']): Promise<void>;
}

/** The tools of a case. */
export interface QueueHarness extends JobQueueSubject {
  /** What the queue has logged, each line with its fields. */
  readonly lines: readonly string[];
  /** Queues a job of type `work`. */
  add(payload: unknown, more?: Partial<NewJob>): Promise<EnqueuedJob>;
  /** Handles jobs of a type (default `work`), and lists the calls of the handler. */
  watch(handle?: (context: JobContext) => unknown, type?: string): JobContext[];
  /** A promise that the case resolves, or else the end of the case. */
  gate(): { readonly passed: Promise<void>; open(): void };
  /** Lets time pass until the condition holds. */
  until(isSo: () => boolean | Promise<boolean>): Promise<void>;
  /** Lets time pass until the queue is empty. */
  empty(queue?: JobQueue): Promise<void>;
  /** Lets time pass until the promise settles, and returns its outcome. */
  end<T>(promise: Promise<T>): Promise<T>;
  /** Opens all gates. */
  release(): void;
}

/** Jobs that run at once in all cases. */
const concurrency = 2;

/** Waits before further attempts in all cases, in milliseconds: so short that a case can wait for them. */
export const retryDelaysMs: readonly number[] = [30, 60];

/** A wait that no case waits for, in milliseconds. */
export const longMs = 600_000;

const stepMs = 10;

const mostSteps = 1_000;

/** The terms of a case whose log lines go to a list. */
export function terms(lines: string[]): JobQueueTerms {
  const write = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { debug: write, info: write, warn: write, error: write };
  return { concurrency, retryDelaysMs, timeoutMs: longMs, logger };
}

/** Puts the helpers of the cases around a subject. */
export function createQueueHarness(subject: JobQueueSubject, lines: readonly string[]): QueueHarness {
  const { queue, advance } = subject;
  const gates = new Set<() => void>();
  const until: QueueHarness['until'] = async (isSo) => {
    for (let step = 0; step < mostSteps; step++) {
      if (await isSo()) return;
      await advance(stepMs);
    }
    throw new Error(`The expected state was not reached after ${mostSteps} steps of ${stepMs} ms.`);
  };
  return {
    ...subject,
    lines,
    until,
    add: (payload, more) => queue.enqueue({ type: 'work', payload, ...more }),
    watch(handle = () => undefined, type = 'work') {
      const seen: JobContext[] = [];
      queue.process(type, async (context) => {
        seen.push(context);
        await handle(context);
      });
      return seen;
    },
    gate() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gates.add(resolve);
      return { passed: promise, open: resolve };
    },
    async empty(which = queue) {
      await until(async () => {
        const { waiting, delayed, active } = await which.stats();
        return waiting + delayed + active === 0;
      });
    },
    async end(promise) {
      let isSettled = false;
      const settle = (): void => {
        isSettled = true;
      };
      promise.then(settle, settle);
      await until(() => isSettled);
      return promise;
    },
    release() {
      for (const open of gates) open();
    },
  };
}

/** The code that a promise is rejected with; `null` if it resolves. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { ConfigError } from '../errors/errors.ts';
import type { JobHandler } from '../ports/job-queue.ts';

/** The handlers of one queue in this process: one for each type. */
export class JobHandlers {
  readonly #queue: string;
  readonly #byType = new Map<string, JobHandler>();

  /** @param queue Name of the queue. */
  constructor(queue: string) {
    this.#queue = queue;
  }

  get size(): number {
    return this.#byType.size;
  }

  get(type: string): JobHandler | undefined {
    return this.#byType.get(type);
  }

  /**
   * Jobs of one turn are started by whoever woke the queue, such as another tenant's request: without the snapshot they
   * would run with its logger, trace and transaction.
   *
   * @throws ConfigError when the type has a handler: to replace it would give its jobs to somebody else without a word.
   */
  add(type: string, handler: JobHandler): void {
    if (this.#byType.has(type)) {
      const message = `the queue ${this.#queue} already has a handler for jobs of the type "${type}". Give one of the two another type: handlers of webhooks and product queues take theirs from \`name\` and \`appId\``;
      throw new ConfigError('Invalid configuration', { issues: [{ field: 'type', message }] });
    }
    const inOwnContext = AsyncLocalStorage.snapshot();
    this.#byType.set(type, (context) => inOwnContext(handler, context));
  }
}

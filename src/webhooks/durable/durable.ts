import { sharedTask } from '../../internal/shared-task.ts';
import type { JobHandler } from '../../queue/types.ts';
import type { KeyValueStore } from '../../storage/ports/key-value-store.ts';
import type { WebhookHandlerOptions } from '../handler-types.ts';
import type { Accept } from '../process.ts';
import { acceptAtOnce } from './at-once.ts';
import { createJobHandler } from './do-job.ts';
import { acceptToQueue, recoverInbox } from './inbox.ts';
import { durableContext } from './settings.ts';

/** What a handler does that remembers. */
export interface Durable {
  readonly accept: Accept;
  readonly doJob: JobHandler;
}

/** Makes the part of a handler that needs a store. With a queue, it takes up at once what an earlier process left. */
export function createDurable(options: WebhookHandlerOptions, store: KeyValueStore): Durable {
  const { queue, logger } = options;
  const context = durableContext(options, store);
  const doJob = createJobHandler(context);
  if (!queue) return { accept: acceptAtOnce(context), doJob };

  const accept = acceptToQueue(context, queue);
  const recovered = sharedTask(() => recoverInbox(context, queue));
  /** Where the store was not there at the start, the next delivery tries again. */
  const recover = (): void => {
    recovered().catch((error: unknown) => {
      logger?.error({ error }, 'the inbox of webhooks could not be read: the next delivery tries again');
    });
  };
  recover();
  return {
    doJob,
    async accept(event, handle) {
      const answer = await accept(event, handle);
      recover();
      return answer;
    },
  };
}

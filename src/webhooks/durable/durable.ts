import type { JobHandler } from '../../ports/job-queue.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import type { WebhookHandlerOptions } from '../events.ts';
import { acceptToQueue } from '../ingest/accept.ts';
import { durableContext } from '../ingest/context.ts';
import { createTakeUp } from '../ingest/recover.ts';
import type { Accept } from '../process.ts';
import { acceptAtOnce } from './at-once.ts';
import { createJobHandler } from './do-job.ts';

/** What a handler does that remembers. */
interface Durable {
  readonly accept: Accept;
  readonly doJob: JobHandler;
}

/** Makes the part of a handler that needs a store. With a queue, it takes up at once what an earlier process left. */
export function createDurable(options: WebhookHandlerOptions, store: KeyValueStore): Durable {
  const { queue } = options;
  const context = durableContext(options, store);
  const doJob = createJobHandler(context);
  if (!queue) return { accept: acceptAtOnce(context), doJob };

  const accept = acceptToQueue(context, queue);
  const takeUp = createTakeUp(context, queue);
  takeUp();
  return {
    doJob,
    async accept(event, handle) {
      const answer = await accept(event, handle);
      takeUp();
      return answer;
    },
  };
}

import { ConfigError } from '../../errors/errors.ts';
import { isTimeoutError } from '../../errors/guards.ts';
import type { JobHandler } from '../../ports/job-queue.ts';
import { putOff, putOffDelay } from '../../queue/put-off.ts';
import { deliveryKeys } from '../../storage/keys.ts';
import type { WebhookEvent } from '../events.ts';
import { handlerOf } from '../handler-of.ts';
import type { DurableContext } from '../ingest/context.ts';
import { work } from '../ingest/process.ts';
import { detailsOf, logFailure, tell } from '../report.ts';
import { noteRound } from './inbox-rounds.ts';
import { fromJob, type WebhookJob } from './job.ts';
import { leaveInbox } from './leave-inbox.ts';
import { startTimeLimit, type TimeLimit } from './time-limit.ts';

/** Milliseconds to wait for another delivery of the resource; then the job makes room for others as long again. */
const turnMs = 1_000;

/** Handles a queued delivery. What the handler throws is thrown on, for the queue to try again. */
export function createJobHandler(context: DurableContext): JobHandler {
  const { settings, options, answer, retryDelaysMs, running } = context;
  const { store, clock, limitMs, name } = settings;
  const lastAttempt = `that was the last attempt${options.queue?.isInMemory ? ' before the next start' : ''}`;

  return async ({ job, attempt, signal }) => {
    const event = fromJob(job.payload);
    const { rounds: roundsBefore } = job.payload as WebhookJob;
    const keys = await deliveryKeys(name, event.shop, event.idempotencyKey);
    const limit = startTimeLimit(clock, limitMs + turnMs);
    running.add(keys.inbox);
    try {
      // Before the handler, for it may be what kills the process.
      if (roundsBefore !== undefined && attempt === 1) {
        await limit.race('store', noteRound(store, keys.inbox, roundsBefore + 1));
      }
      const handle = handlerOf(options.on, event) ?? missing(event);
      const delivery = { event, keys, waitMs: turnMs, limit, isAnswered: true, attempt, signal, handle };
      const outcome = await work(settings, delivery);
      if (outcome === 'busy') throw putOff(turnMs);
      await leaveInbox(context, keys.inbox, limit);
      answer(event, { type: outcome });
    } catch (error) {
      if (putOffDelay(error) !== undefined) throw error;
      // What a closing queue stops loses no attempt: the queue gives it back, or the next start takes it up.
      const isGivenBack = signal.aborted && !isTimeoutError(signal.reason);
      const willRetry = isGivenBack || attempt <= retryDelaysMs.length;
      if (!willRetry) await endRound(context, keys.inbox, (roundsBefore ?? 0) + 1, limit);
      logFailure(options, event, error, willRetry ? 'the queue will try again' : lastAttempt);
      tell(options, { type: 'failed', error, attempt, willRetry, ...detailsOf(event) });
      throw error;
    } finally {
      running.delete(keys.inbox);
      limit.end();
    }
  };
}

/**
 * After the last attempt the queue's dead letter holds the delivery, and one of the same id starts anew. Where the dead
 * letter is gone with the process, the delivery stays in the inbox for the next start.
 */
async function endRound(context: DurableContext, inboxKey: string, rounds: number, limit: TimeLimit): Promise<void> {
  const { settings, options } = context;
  if (!options.queue?.isInMemory) {
    await leaveInbox(context, inboxKey, limit);
    return;
  }
  limit.restart();
  try {
    await limit.race('store', noteRound(settings.store, inboxKey, rounds));
  } catch (error) {
    settings.logger?.warn({ error, key: inboxKey }, 'the store could not note that a webhook had its last attempt');
  }
}

/** Another version of the app may know the topic, so the job is not thrown away: it is tried again, and then a dead letter. */
function missing({ topic }: WebhookEvent): () => never {
  return () => {
    throw new ConfigError([{ field: 'on', message: `has no handler for ${topic}, which another process has queued` }]);
  };
}

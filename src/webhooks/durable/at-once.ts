import { TimeoutError } from '../../errors/connection.ts';
import { linkSignal } from '../../internal/abort.ts';
import { deliveryKeys } from '../../storage/keys.ts';
import type { DurableContext } from '../ingest/context.ts';
import { work } from '../ingest/process.ts';
import type { Accept } from '../process.ts';
import { startTimeLimit } from './time-limit.ts';

/** Milliseconds for a handler, as many as a queue gives to an attempt: its lock must not be held for ever. */
const handlerLimitMs = 300_000;

/**
 * With a store and no queue: a delivery is handled before it is answered. A copy that comes meanwhile waits for the
 * first, for a bounded time, and is handled itself where the first one failed.
 */
export function acceptAtOnce({ settings, answer }: DurableContext): Accept {
  return async (event, handle) => {
    const { clock, limitMs, name } = settings;
    const limit = startTimeLimit(clock, limitMs);
    const link = linkSignal(clock, undefined, handlerLimitMs, () => {
      const message = `The webhook ${event.topic} was not handled within ${handlerLimitMs} ms.`;
      return new TimeoutError('TIMEOUT', message, { timeoutMs: handlerLimitMs, mayHaveExecuted: true });
    });
    let isHandling = false;
    try {
      const outcome = await work(settings, {
        event,
        keys: await deliveryKeys(name, event.shop, event.idempotencyKey),
        // Less than the limit: a lock that is not free is another matter than a store that does not answer.
        waitMs: Math.floor(limitMs * 0.8),
        limit,
        isAnswered: false,
        attempt: 1,
        signal: link.signal,
        handle(...call) {
          isHandling = true;
          return handle(...call);
        },
      });
      return answer(event, outcome === 'busy' ? { type: 'unavailable', reason: 'busy' } : { type: outcome });
    } catch (error) {
      if (isHandling) throw error;
      return answer(event, { type: 'unavailable', reason: 'store-failed', error });
    } finally {
      limit.end();
      link.release();
    }
  };
}

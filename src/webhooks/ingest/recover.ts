import type { DeliveryStore } from './store.ts';

/** Milliseconds between the end of one scan of the inbox and the next. */
const pauseMs = 300_000;

/** Milliseconds that a delivery may wait, in addition to its retries, before it counts as not queued. */
const patienceMs = 60_000;

/** Maximum number of keys in a log line. */
const mostKeys = 10;

/**
 * Queues deliveries that are in the inbox but in no queue. At the start, all of them, since the process that accepted
 * them may have died. Later, when a delivery arrives and at most every five minutes, those that have been there for
 * longer than all their attempts take: their process has died, or the queue did not accept them. It has no timer that
 * keeps a process alive.
 */
export class InboxRecovery {
  readonly #deliveries: DeliveryStore;
  /** All attempts of a delivery are over after that. */
  readonly #usualMs: number;
  #isStart = true;
  #isRunning = false;
  #nextMs: number;

  constructor(deliveries: DeliveryStore) {
    this.#deliveries = deliveries;
    this.#usualMs = deliveries.retryDelaysMs.reduce((sum, delayMs) => sum + delayMs, patienceMs);
    this.#nextMs = deliveries.clock.monotonic();
  }

  /** Starts a scan if it is time for one. Call it with each delivery. */
  run(): void {
    if (this.#isRunning || this.#deliveries.clock.monotonic() < this.#nextMs) return;
    this.#isRunning = true;
    void this.#scan();
  }

  async #scan(): Promise<void> {
    const deliveries = this.#deliveries;
    const { clock, logger } = deliveries;
    try {
      if (this.#isStart || (await deliveries.claimScan(pauseMs))) {
        const { givenUp, newer } = await deliveries.recover(this.#isStart ? undefined : this.#usualMs);
        if (givenUp.length > 0) {
          logger?.error(
            { count: givenUp.length, keys: givenUp.slice(0, mostKeys) },
            'webhooks that failed too often, or too long ago, stay in the inbox: they are not retried at startup',
          );
        }
        if (newer.length > 0) {
          logger?.warn(
            { count: newer.length, keys: newer.slice(0, mostKeys) },
            'webhooks in the inbox were accepted by a newer version of shopwright: they are left to that version',
          );
        }
      }
      this.#isStart = false;
      this.#nextMs = clock.monotonic() + pauseMs;
    } catch (error) {
      logger?.error({ error }, 'the webhook inbox could not be read: the next delivery tries again');
    } finally {
      this.#isRunning = false;
    }
  }
}

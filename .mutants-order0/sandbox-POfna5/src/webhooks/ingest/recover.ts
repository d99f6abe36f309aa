// @ts-nocheck
import type { DeliveryStore } from './store.ts';

/** Milliseconds between the end of one scan of the inbox and the next. */
const pauseMs = 300_000;

/** Milliseconds that a delivery may wait besides its retries before it counts as one that no queue has. */
const patienceMs = 60_000;

/** Keys that one line of the log names. */
const mostKeys = 10;

/**
 * Queues what is in the inbox and in no queue: at the start all that is there, for the process that accepted it may
 * have died. After that, with a delivery and at most every five minutes, what has been there for longer than all its
 * attempts take: its process has died meanwhile, or the queue did not take it. No timer of it keeps a process alive.
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
            'webhooks that failed too often, or too long ago, stay in the inbox: they are not tried again at a start',
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
      logger?.error({ error }, 'the inbox of webhooks could not be read: the next delivery tries again');
    } finally {
      this.#isRunning = false;
    }
  }
}

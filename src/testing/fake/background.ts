import type { Clock } from '../../internal/clock.ts';

/** What goes on in a fake besides its responses. */
export interface Background {
  /** Runs `work` after `delayMs` of the fake's clock. What it throws goes to `onError`. */
  later(delayMs: number, work: () => void | Promise<void>): void;
  /** Something happened that webhooks tell of. The payload is what Shopify sends. */
  emit(event: ShopEvent): void;
  /** Hears of every event from now on. */
  subscribe(listener: (event: ShopEvent) => void): void;
  /** Gives up all work that is waiting. */
  close(): void;
}

/** Something that happened in a shop. */
export interface ShopEvent {
  /** Shop domain. */
  readonly shop: string;
  /** Wire name, such as `products/update`. */
  readonly topic: string;
  /** The webhook's body. */
  readonly payload: object;
  /** The same for all events of one action. Default: one id for all events emitted together. */
  readonly eventId?: string;
  /** ISO 8601. Default: now. */
  readonly triggeredAt?: string;
  /** How often each delivery is sent. Default: once, or as chance has it. */
  readonly copies?: number;
}

/** Makes the background of one fake. */
export function createBackground(clock: Clock, onError: (error: unknown) => void): Background {
  const listeners: ((event: ShopEvent) => void)[] = [];
  const waiting = new Set<() => void>();
  return {
    later(delayMs, work) {
      const cancel = clock.setTimer(() => {
        waiting.delete(cancel);
        Promise.resolve().then(work).catch(onError);
      }, delayMs);
      waiting.add(cancel);
    },
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
    close() {
      for (const cancel of waiting) cancel();
      waiting.clear();
    },
  };
}

import type { Clock } from '../../internal/clock.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import type { Logger } from '../../ports/logger.ts';
import type { DeliveryKeys } from '../../storage/keys.ts';
import type { WebhookContext } from '../event-types.ts';
import type { WebhookEvent } from '../events.ts';
import type { WebhookOrder } from './order-types.ts';
import type { TimeLimit } from './time-limit.ts';

/** What came of a delivery; `busy`: another one of its resource is being handled. */
export type WorkOutcome = 'handled' | 'duplicate' | 'stale' | 'busy';

/** What the work on deliveries needs. */
export interface WorkSettings {
  readonly store: KeyValueStore;
  readonly name: string;
  readonly order: Readonly<Record<string, WebhookOrder>> | undefined;
  /** Milliseconds for which it is known what was handled. */
  readonly keepForMs: number;
  /** Milliseconds for what store and queue do before the handler is called, and again for what they do after it. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/** One delivery at work. */
export interface Work {
  readonly event: WebhookEvent;
  readonly keys: DeliveryKeys;
  /** Milliseconds to wait for another delivery of the resource. */
  readonly waitMs: number;
  /** For what comes before the handler. */
  readonly limit: TimeLimit;
  /** Whether Shopify has its answer already. */
  readonly isAnswered: boolean;
  readonly attempt: number;
  /** Aborted when the handler shall end; 5 seconds later it is not waited for any more. */
  readonly signal: AbortSignal;
  readonly handle: (event: WebhookEvent, context: WebhookContext) => unknown;
}

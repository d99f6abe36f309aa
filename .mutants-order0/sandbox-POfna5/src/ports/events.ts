// @ts-nocheck
import type { CallFields } from './logger.ts';
import type { Priority } from './rate-limiter.ts';

/** What an event says of the call that it belongs to. */
interface EventOfCall extends CallFields {
  /** The same in all events of one call, and of no other call of this process. */
  readonly callId: string;
}

/** What happens inside, as it happens. Holds no token, no variable and no body. */
export type TelemetryEvent =
  | (EventOfCall & {
      readonly type: 'permit';
      /** The attempt that it is for: 1 for the first. */
      readonly attempt: number;
      /** Points that were reserved. */
      readonly cost: number;
      readonly waitedMs: number;
      readonly priority: Priority;
    })
  | (EventOfCall & {
      readonly type: 'attempt';
      readonly attempt: number;
      /** HTTP status; `null` without a response. */
      readonly status: number | null;
      /** Error code of a failed attempt, `null` for a good response. */
      readonly errorCode: string | null;
      readonly durationMs: number;
      readonly requestedCost: number | null;
      readonly actualCost: number | null;
      /** Points that the bucket has left, as Shopify's response says. */
      readonly available: number | null;
      /** Shopify's `X-Request-Id`. */
      readonly requestId: string | null;
    })
  | (EventOfCall & {
      readonly type: 'retry';
      readonly attempt: number;
      readonly delayMs: number;
      readonly errorCode: string;
    })
  | (EventOfCall & {
      readonly type: 'call';
      readonly kind: OperationKind;
      /** Requests sent. */
      readonly attempts: number;
      /** Milliseconds from its start to its end, waits included. */
      readonly durationMs: number;
      /** Milliseconds of it that were spent waiting for points and between attempts. */
      readonly waitedMs: number;
      readonly errorCode: string | null;
    })
  | { readonly type: 'breaker'; readonly shop: string; readonly state: BreakerState }
  | {
      /** Four fifths of a bucket are used; at most once a minute for each shop. In points. */
      readonly type: 'bucket-low';
      readonly shop: string;
      readonly available: number;
      readonly maximumAvailable: number;
      /** Points per second. */
      readonly restoreRate: number;
    }
  | {
      /** Shopify serves another version than the one asked for; told once for each shop. */
      readonly type: 'api-version';
      readonly shop: string;
      readonly asked: string;
      readonly served: string;
    }
  | {
      /** The version that is asked for ends within 90 days, or has ended; told once a day. */
      readonly type: 'version-ending';
      readonly apiVersion: string;
      /** Milliseconds since the epoch. */
      readonly endsAt: number;
      /** Whole days until then, 0 or less where it has ended. */
      readonly daysLeft: number;
    }
  | {
      /**
       * A token source has asked Shopify for tokens. `renewed`: there are new ones. `incomplete`: new ones, or those of an
       * install, whose response left out `missing`; told once for each shop. `failed`: none this time. `dead`: none until
       * the app is installed or opened again.
       */
      readonly type: 'token';
      readonly shop: string;
      readonly outcome: 'renewed' | 'incomplete' | 'failed' | 'dead';
      /** Error code of `failed` and `dead`, else `null`. */
      readonly errorCode: string | null;
      /** Fields that the response of `incomplete` lacks, such as `expires_in`; else empty. */
      readonly missing: readonly string[];
    }
  | (CallFields & { readonly type: 'deprecation'; readonly reason: string })
  | {
      /** One attempt of a queued job has ended. */
      readonly type: 'job';
      readonly queue: string;
      readonly jobId: string;
      readonly jobType: string;
      /** 1 for the first. */
      readonly attempt: number;
      /** `failed`: it comes again. `dead`: that was its last attempt. `given-back`: the queue was closed. */
      readonly outcome: 'done' | 'failed' | 'dead' | 'deferred' | 'given-back';
      /** Error code of a failed attempt, else `null`. */
      readonly errorCode: string | null;
      readonly durationMs: number;
      /** Milliseconds from when the job was due to the start of the attempt; `null` where unknown. */
      readonly waitedMs: number | null;
    }
  | {
      /** A webhook handler is done with a delivery for now. */
      readonly type: 'webhook';
      /** As in `WebhookHandlerEvent`. */
      readonly outcome:
        | 'handled'
        | 'unhandled'
        | 'queued'
        | 'duplicate'
        | 'stale'
        | 'failed'
        | 'unavailable'
        | 'refused';
      /** `null` where the delivery was refused before that was known. */
      readonly topic: string | null;
      readonly shop: string | null;
      /** Milliseconds from the change in the shop to now; `null` where the delivery does not say when that was. */
      readonly lagMs: number | null;
      /** Why it was refused or could not be taken in, else `null`. */
      readonly reason: string | null;
    };

/** What a call asks for. */
export type OperationKind = 'query' | 'mutation' | 'rest';

/** One type of event. */
export type TelemetryEventOf<Type extends TelemetryEvent['type']> = Extract<TelemetryEvent, { readonly type: Type }>;

/** Receives each event, synchronously. An error thrown in it is logged and goes no further. */
export type TelemetryListener = (event: TelemetryEvent) => void;

/** State of a shop's circuit breaker. `half-open`: a few trial calls are let through. */
export type BreakerState = 'closed' | 'open' | 'half-open';

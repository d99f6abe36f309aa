import type { CallFields } from './logger.ts';
import type { Priority } from './rate-limiter.ts';

/** What happens inside, as it happens. Holds no token, no variable and no body. */
export type TelemetryEvent =
  | (CallFields & {
      readonly type: 'permit';
      readonly cost: number;
      readonly waitedMs: number;
      readonly priority: Priority;
    })
  | (CallFields & {
      readonly type: 'attempt';
      readonly attempt: number;
      readonly status: number | null;
      /** Error code of a failed attempt, `null` for a good response. */
      readonly errorCode: string | null;
      readonly durationMs: number;
      readonly requestedCost: number | null;
      readonly actualCost: number | null;
    })
  | (CallFields & {
      readonly type: 'retry';
      readonly attempt: number;
      readonly delayMs: number;
      readonly errorCode: string;
    })
  | (CallFields & {
      readonly type: 'call';
      readonly attempts: number;
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
  | { readonly type: 'api-version'; readonly shop: string; readonly asked: string; readonly served: string }
  | {
      /**
       * A token source has asked Shopify for tokens. `renewed`: there are new ones. `incomplete`: new ones, whose response
       * left out `missing`; told once for each shop. `failed`: none this time. `dead`: none until the app is installed or opened again.
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
    };

/** Receives each event, synchronously. An error thrown in it is logged and goes no further. */
export type TelemetryListener = (event: TelemetryEvent) => void;

/** State of a shop's circuit breaker. `half-open`: a few trial calls are let through. */
export type BreakerState = 'closed' | 'open' | 'half-open';

import type { CallFields } from './logger.ts';
import type { Priority } from './rate-limiter.ts';

/** The call that an event belongs to. */
interface EventOfCall extends CallFields {
  /** Identical in all events of one call, and unique to it within this process. */
  readonly callId: string;
}

/** An event inside the client, reported as it happens. Never contains a token, variables or a body. */
export type TelemetryEvent =
  | (EventOfCall & {
      readonly type: 'permit';
      /** The attempt that the permit is for, starting at 1. */
      readonly attempt: number;
      /** Points reserved. */
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
      /** Points left in the bucket, according to Shopify's response. */
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
      /** Number of requests sent. */
      readonly attempts: number;
      /** Duration of the call in milliseconds, including waits. */
      readonly durationMs: number;
      /** Milliseconds of that spent waiting for points and between attempts. */
      readonly waitedMs: number;
      readonly errorCode: string | null;
    })
  | { readonly type: 'breaker'; readonly shop: string; readonly state: BreakerState }
  | {
      /** Four fifths of a bucket, in points, are used. Reported at most once a minute per shop. */
      readonly type: 'bucket-low';
      readonly shop: string;
      readonly available: number;
      readonly maximumAvailable: number;
      /** Points per second. */
      readonly restoreRate: number;
    }
  | {
      /** Shopify serves a different version from the one requested. Reported once per shop. */
      readonly type: 'api-version';
      readonly shop: string;
      readonly asked: string;
      readonly served: string;
    }
  | {
      /** The requested version ends within 90 days or has ended. Reported once a day. */
      readonly type: 'version-ending';
      readonly apiVersion: string;
      /** Milliseconds since the epoch. */
      readonly endsAt: number;
      /** Whole days until then; 0 or less once it has ended. */
      readonly daysLeft: number;
    }
  | {
      /**
       * A token source requested tokens from Shopify. `renewed`: it received new ones. `incomplete`: it received some,
       * by renewal or install, but the response lacked the fields in `missing`; reported once per shop. `failed`: it
       * received none this time. `dead`: there will be none until the app is installed or opened again.
       */
      readonly type: 'token';
      readonly shop: string;
      readonly outcome: 'renewed' | 'incomplete' | 'failed' | 'dead';
      /** Error code for `failed` and `dead`, otherwise `null`. */
      readonly errorCode: string | null;
      /** Fields missing from an `incomplete` response, such as `expires_in`; otherwise empty. */
      readonly missing: readonly string[];
    }
  | (CallFields & { readonly type: 'deprecation'; readonly reason: string })
  | {
      /** An attempt of a queued job has ended. */
      readonly type: 'job';
      readonly queue: string;
      readonly jobId: string;
      readonly jobType: string;
      /** Starts at 1. */
      readonly attempt: number;
      /** `failed`: it will be tried again. `dead`: that was its last attempt. `given-back`: the queue was closed. */
      readonly outcome: 'done' | 'failed' | 'dead' | 'deferred' | 'given-back';
      /** Error code of a failed attempt, otherwise `null`. */
      readonly errorCode: string | null;
      readonly durationMs: number;
      /** Milliseconds between the job being due and the start of the attempt; `null` if unknown. */
      readonly waitedMs: number | null;
    }
  | {
      /** A webhook handler has finished with a delivery, at least for now. */
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
      /** `null` if the delivery was refused before it was known. */
      readonly topic: string | null;
      readonly shop: string | null;
      /** Milliseconds since the change in the shop; `null` if the delivery does not say when that was. */
      readonly lagMs: number | null;
      /** Why it was refused or could not be accepted, otherwise `null`. */
      readonly reason: string | null;
    };

/** The kind of request a call makes. */
export type OperationKind = 'query' | 'mutation' | 'rest';

/** The telemetry event of a given `type`. */
export type TelemetryEventOf<Type extends TelemetryEvent['type']> = Extract<TelemetryEvent, { readonly type: Type }>;

/** Receives each event synchronously. An error it throws is logged and otherwise ignored. */
export type TelemetryListener = (event: TelemetryEvent) => void;

/** The state of a shop's circuit breaker. `half-open`: a few trial calls are let through. */
export type BreakerState = 'closed' | 'open' | 'half-open';

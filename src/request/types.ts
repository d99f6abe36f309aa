import type { ShopwrightError } from '../errors/base.ts';
import type { ApiWatch } from '../http/version-watch.ts';
import type { Clock } from '../internal/clock.ts';
import type { PermitAnswer, Priority, RateLimiter } from '../ports/rate-limiter.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';
import type { ShopBreaker } from '../resilience/breaker.ts';
import type { RetryBudget } from '../resilience/retry-budget.ts';
import type { RetryPolicy, Safety } from '../resilience/types.ts';
import type { Emit } from '../telemetry/emit.ts';

/** Cost of a call as Shopify counted it, in points. */
export interface CallCost {
  readonly requested: number;
  /** `null` where Shopify did not execute the call. */
  readonly actual: number | null;
}

/** What one answer means: a value or a typed error, and what it told about the points. */
export type Interpretation<T> = { readonly answer: PermitAnswer; readonly cost: CallCost | null } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ShopwrightError }
);

/** One call, made ready by the GraphQL or REST client. */
export interface Call<T> {
  /** Name for events and errors. */
  readonly operation: string;
  readonly safety: Safety;
  readonly idempotencyKey?: string;
  readonly method: TransportRequest['method'];
  /** Path and query, from `/admin/…`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Made anew for each attempt, since an answer may have called for another idempotency key. */
  readonly body?: () => string;
  /** Points to reserve; asked anew before each attempt and while it waits, since an answer may have taught better. */
  readonly cost: () => number;
  readonly priority: Priority;
  /** Milliseconds for one attempt, without the wait for points. */
  readonly timeoutMs: number;
  /** Milliseconds for everything. */
  readonly deadlineMs?: number;
  readonly retry: RetryPolicy;
  readonly signal?: AbortSignal;
  /** Reads an answer, once. Never throws. */
  readonly interpret: (response: TransportResponse) => Interpretation<T>;
}

/** What a call goes through, for one app on one shop. */
export interface CallEnvironment {
  readonly shop: string;
  readonly app: string;
  /** Scheme and host, such as `https://acme.myshopify.com`. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limiter: RateLimiter;
  readonly breaker: ShopBreaker;
  readonly budget: RetryBudget;
  readonly tokens: TokenSource;
  readonly transport: Transport;
  readonly watch: ApiWatch;
  readonly emit: Emit;
}

/** What a call brought, with how it went. */
export interface CallResult<T> {
  readonly value: T;
  readonly cost: CallCost | null;
  /** Shopify's `X-Request-Id`. */
  readonly requestId: string | undefined;
  /** Requests sent. */
  readonly attempts: number;
  /** Milliseconds spent waiting for points and between attempts. */
  readonly waitedMs: number;
  readonly response: Pick<TransportResponse, 'status' | 'headers'>;
}

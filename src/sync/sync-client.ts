import type { Bulk } from '../bulk/bulk.ts';
import type { GraphqlClient } from '../graphql/graphql.ts';
import type { ApiVersions } from '../http/version-watch.ts';
import type { BreakerState } from '../ports/events.ts';
import type { LimiterStatus } from '../ports/rate-limiter.ts';

/** The part of the client that the product sync needs. A client of `createShopifyClient` has it. */
export interface SyncClient extends GraphqlClient {
  readonly shop: string;
  /** Such as `2026-10`. Default: the newest. */
  readonly apiVersion?: string;
  /** Without it, `createInBulk` throws and `importAll` reads pages. */
  readonly bulk?: Pick<Bulk, 'query' | 'mutate'>;
  status(): {
    readonly limiter: LimiterStatus | undefined;
    readonly breaker: BreakerState;
    /** A client of your own may leave it out. */
    readonly versions?: ApiVersions;
  };
}

import type { RequestHandler } from 'msw';
import type { Clock } from '../../internal/clock.ts';
import type { WebhookDelivery, WebhookReceipt, WebhookToSign } from '../webhooks/sign-webhook.ts';
import type { BulkOptions, BulkScript } from './bulk/operation.ts';
import type { CallFilter } from './call-log.ts';
import type { FaultOptions, FaultScript } from './faults/faults.ts';
import type { ResolverMap } from './graphql/context.ts';
import type { HookScript } from './hooks/hooks.ts';
import type { FakeServer, ListenOptions } from './http/listen.ts';
import type { FakeCall, FakeExecution, FakeShopOptions, FakeStats } from './model.ts';
import type { FakeAppOptions } from './oauth/session-token.ts';
import type { ShopControls } from './oauth/shop-controls.ts';
import type { Entity, FakeStore, StoreChange } from './store/entity-store.ts';
import type { FakeWebhookOptions } from './webhooks/options.ts';
import type { FakeWebhooks } from './webhooks/send.ts';

/** Options of `createFakeShopify`. */
export interface FakeShopifyOptions {
  /** Default: one shop, `demo.myshopify.com`, on a standard plan, with the token `shpat_fake`. */
  readonly shops?: readonly FakeShopOptions[];
  /**
   * Apps that can get tokens through OAuth. Default: one, with the client id `fake-client-id` and the secret `shpss_fake`.
   */
  readonly apps?: readonly FakeAppOptions[];
  /** Default: the system clock. With `createManualClock()`, hours pass at once. */
  readonly clock?: Clock;
  /** Seed for everything random: faults, request ids, skew. Default 1. */
  readonly seed?: number;
  /** Random faults. Default: none. */
  readonly faults?: FaultOptions;
  /** Milliseconds that each call takes; its points are held for half of them. Default 0. */
  readonly latencyMs?: number;
  /**
   * How far charges may differ from the published rule, as a share: with 0.2, each operation costs between 80 % and
   * 120 % of it, depending on its name and the seed. Default 0.
   */
  readonly costSkew?: number;
  /** File that keeps the state across restarts, even after a kill. Default: memory only. */
  readonly persistFile?: string;
  /** API version of the webhooks it sends. Default: the newest in the package, `2026-10`. */
  readonly apiVersion?: string;
  /**
   * Your own schema files, as written by `npx shopwright schema pull`. Each serves the version it names, even one
   * that the package does not include, such as `2027-01` or `unstable`. Default: none; the package's schemas serve
   * `2026-01` to `2026-10`, and older versions fall forward to `2026-01`.
   */
  readonly schemas?: readonly string[];
  /**
   * Whether `calls` keep their variables. Default `true`. Use `false` for a fake that runs for days, so that they
   * don't fill the memory.
   */
  readonly recordVariables?: boolean;
  /** Secret, targets and behaviour of the webhooks. Default: they go to the addresses of the subscriptions. */
  readonly webhooks?: FakeWebhookOptions;
  /** How fast bulk operations run, and when they fail. Default: 10,000 lines or 1,000 rows a second, without failures. */
  readonly bulk?: BulkOptions;
  /**
   * Your own resolvers, by type name and field, for what is not simulated or should answer differently. They take
   * precedence over the built-in ones.
   */
  readonly resolvers?: ResolverMap;
}

/**
 * The state of a fake, as plain JSON. Pass it to `restore` unchanged: its format may change with any version.
 */
export type FakeSnapshot = readonly StoreChange[];

/** A Shopify for tests: the real schema, real costs and real error shapes, on data in memory. */
export interface FakeShopify extends FakeWebhooks, ShopControls {
  /** Answers without a network. Pass it to a client as `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /**
   * Handlers for msw's `setupServer(...fake.handlers)`. Needs the package msw. msw does not see requests sent by the
   * package undici, such as those of `undiciTransport`: the fake then warns.
   *
   * @throws ConfigError when msw is not installed.
   */
  readonly handlers: RequestHandler[];
  /** Listens on a local port. Pass its `origin` to a client. */
  listen(options?: ListenOptions): Promise<FakeServer>;

  /** Scripts faults: `fake.faults.next('reset-after', { operation: 'productSet' })`. */
  readonly faults: FaultScript;
  /** Runs test code at exact points: before or after a call, between a read and a write, or where a client is killed. */
  readonly hooks: HookScript;
  /** Scripts failures of bulk operations: `fake.bulk.failNext({ errorCode: 'TIMEOUT', afterObjects: 100 })`. */
  readonly bulk: BulkScript;
  /** Every request, in the order in which the responses were ready. */
  readonly calls: readonly FakeCall[];
  /**
   * Everything that was executed, in the same order, including inside bulk operations. Count points, uploads and
   * mutations from it. Calls that were refused, throttled or lost before they were executed are in `calls` only.
   */
  readonly executions: readonly FakeExecution[];
  /** How many of the calls that match an operation, a root field, an idempotency key or a test were executed. */
  executed(filter: CallFilter): number;
  /** Counts for one shop, or for all. @throws ConfigError for a shop that the fake does not have. */
  stats(shop?: string): FakeStats;

  /** The state, to read or to set up. */
  readonly store: FakeStore;
  /** The products of a shop, in order of creation. Default: the only shop. */
  products(shop?: string): readonly Entity[];
  /** The whole state, to save as JSON and restore later. */
  snapshot(): FakeSnapshot;
  /** Replaces the whole state. Buckets and calls stay as they are. */
  restore(snapshot: FakeSnapshot): void;

  /**
   * Sends a signed webhook. With `product` (a gid) and no `payload`, a `products/…` topic takes its payload
   * from the state.
   */
  deliverWebhook(webhook: FakeWebhook): Promise<WebhookReceipt>;
  /** Closes all servers and the file, and drops whatever waits on the clock, such as webhook retries. */
  close(): Promise<void>;
  /** Closes the fake at the end of a block: `await using fake = createFakeShopify()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A webhook that a fake sends. What you leave out comes from its state. */
export interface FakeWebhook extends Omit<WebhookToSign, 'shop' | 'payload' | 'clock'>, WebhookDelivery {
  /** Default: the only shop. */
  readonly shop?: string;
  /** Default: made from `product`. */
  readonly payload?: object | string;
  /** Gid of a product, for `products/…` topics. */
  readonly product?: string;
}

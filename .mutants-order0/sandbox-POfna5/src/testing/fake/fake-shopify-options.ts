// @ts-nocheck
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
   * Apps that can get tokens by OAuth. Default: one, with the client id `fake-client-id` and the secret `shpss_fake`.
   */
  readonly apps?: readonly FakeAppOptions[];
  /** Default: the machine's clock. `createManualClock()` makes hours pass at once. */
  readonly clock?: Clock;
  /** Seed of all chance: faults, request ids, skew. Default 1. */
  readonly seed?: number;
  /** Faults by chance. Default none. */
  readonly faults?: FaultOptions;
  /** Milliseconds one call takes, half of them while its points are held. Default 0. */
  readonly latencyMs?: number;
  /**
   * How far charges may lie from the published rule, as a share: 0.2 charges each operation, by its name
   * and the seed, between 80 % and 120 % of it. Default 0.
   */
  readonly costSkew?: number;
  /** File that keeps the state over restarts, also over a kill. Default: memory only. */
  readonly persistFile?: string;
  /** API version of the webhooks that are sent. Default: the newest that the package carries, `2026-10`. */
  readonly apiVersion?: string;
  /**
   * Schema files of your own, as `npx shopwright schema pull` writes them. Each serves the version that it names, also
   * one that the package does not carry, such as `2027-01` or `unstable`. Default: none; `2026-01` to `2026-10` are
   * served by the schemas of the package, and older versions fall forward to `2026-01`.
   */
  readonly schemas?: readonly string[];
  /**
   * Whether `calls` keep their variables. Default `true`; take `false` for a fake that runs for days, where they
   * would fill the memory.
   */
  readonly recordVariables?: boolean;
  /** Secret, targets and manners of the webhooks. Default: they go to the addresses of subscriptions. */
  readonly webhooks?: FakeWebhookOptions;
  /** How fast bulk operations go, and when they fail. Default: 10,000 lines or 1,000 rows a second, without failures. */
  readonly bulk?: BulkOptions;
  /**
   * Resolvers of your own, by type name and field, for what is not simulated or should answer differently. They win
   * over the built-in ones.
   */
  readonly resolvers?: ResolverMap;
}

/**
 * The state of a fake, as plain JSON. Give it to `restore` as it came: its form may change with any version.
 */
export type FakeSnapshot = readonly StoreChange[];

/** A Shopify for tests: the real schema, the real costs and the real shapes of errors, over products in memory. */
export interface FakeShopify extends FakeWebhooks, ShopControls {
  /** Answers without network. Give it to a client as `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /**
   * Handlers for msw's `setupServer(...fake.handlers)`. Needs the package msw. What the package undici sends, such as by
   * `undiciTransport`, msw does not see: the fake then warns.
   *
   * @throws ConfigError when msw is not installed.
   */
  readonly handlers: RequestHandler[];
  /** Listens on a port of the machine. Give the `origin` to a client. */
  listen(options?: ListenOptions): Promise<FakeServer>;

  /** Scripts faults: `fake.faults.next('reset-after', { operation: 'productSet' })`. */
  readonly faults: FaultScript;
  /** Runs a test's code at exact points: before and after a call, between a read and a write, where a client is killed. */
  readonly hooks: HookScript;
  /** Scripts failures of bulk operations: `fake.bulk.failNext({ errorCode: 'TIMEOUT', afterObjects: 100 })`. */
  readonly bulk: BulkScript;
  /** Every request, in the order in which the responses were ready. */
  readonly calls: readonly FakeCall[];
  /**
   * All that was executed, in that order, also inside of bulk operations: what points, uploads and mutations can be
   * counted from. The calls that were refused, throttled or lost before they were executed are in `calls` only.
   */
  readonly executions: readonly FakeExecution[];
  /** How many calls of an operation, a root field or an idempotency key, or of those that pass a test, were executed. */
  executed(filter: CallFilter): number;
  /** Counts of one shop, or of all. @throws ConfigError for a shop that the fake does not have. */
  stats(shop?: string): FakeStats;

  /** The state, to read and to prepare. */
  readonly store: FakeStore;
  /** The products of a shop, in order of creation. Default: the only shop. */
  products(shop?: string): readonly Entity[];
  /** The whole state, to keep as JSON and to restore. */
  snapshot(): FakeSnapshot;
  /** Replaces the whole state. Buckets and calls stay as they are. */
  restore(snapshot: FakeSnapshot): void;

  /**
   * Sends a signed webhook. With `product` (a gid) and no `payload`, a `products/…` topic takes its payload
   * from the state.
   */
  deliverWebhook(webhook: FakeWebhook): Promise<WebhookReceipt>;
  /** Closes all servers and the file, and gives up what waits on the clock, such as retries of webhooks. */
  close(): Promise<void>;
  /** Closes the fake at the end of a block: `await using fake = createFakeShopify()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A webhook of a fake: what is left out comes from its state. */
export interface FakeWebhook extends Omit<WebhookToSign, 'shop' | 'payload' | 'clock'>, WebhookDelivery {
  /** Default: the only shop. */
  readonly shop?: string;
  /** Default: made from `product`. */
  readonly payload?: object | string;
  /** Gid of a product, for the topics `products/…`. */
  readonly product?: string;
}

import type { Clock } from '../internal/clock.ts';
import type { TelemetryListener } from './events.ts';
import type { Logger } from './logger.ts';
import type { Transport } from './transport.ts';

/** Provides access tokens. Called after the wait for points, right before a request is sent. */
export interface TokenSource {
  /**
   * Returns the access token for a shop.
   *
   * @throws AuthenticationError if there is none.
   */
  get(shop: string, signal?: AbortSignal): Promise<string>;
  /**
   * Returns the token if it is available synchronously, otherwise `undefined`. Optional: it saves each call from
   * waiting for a promise.
   */
  peek?(shop: string): string | undefined;
  /**
   * Called when Shopify has refused `token`. Returns `true` if the next `get` may return another one, so that the call
   * is worth retrying once.
   */
  invalidate(shop: string, token: string): Promise<boolean>;
  /**
   * Returns this source, bound to one client, which calls this once when it is created. Optional for a source that
   * sends no requests, or sends them in its own way.
   */
  connect?(connection: TokenConnection): TokenSource;
}

/** A client's transport, logger and telemetry, for a source that requests tokens from Shopify. */
export interface TokenConnection {
  /** Scheme and host of a test server; `undefined` for Shopify itself. */
  readonly origin: string | undefined;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Cannot throw. */
  readonly logger: Logger | undefined;
  /** Cannot throw. */
  readonly emit: TelemetryListener | undefined;
  /**
   * Cache shared by all clients of this process, or of one fake. A source keeps its entries under an object that
   * belongs to it, such as its token store.
   */
  readonly kept: WeakMap<object, Map<string, unknown>>;
}
